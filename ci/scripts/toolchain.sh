#!/usr/bin/env bash
# Installs what a job's image lacks of Python 3.11, JDK 17 and Maven, and the Debian packages named.
set -euo pipefail
missing=("$@")
command -v python3 >/dev/null && python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3 python3-venv)
command -v mvn >/dev/null || missing+=(openjdk-17-jdk-headless maven)
command -v make >/dev/null || missing+=(make)
command -v git >/dev/null || missing+=(git)
[ ${#missing[@]} -eq 0 ] || { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; }
