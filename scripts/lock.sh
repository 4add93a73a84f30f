#!/usr/bin/env bash
# Resolves the Python dependencies of all packages into hashed lock files.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=.venv/bin/uv
own=()
for package in services/*/; do own+=(--no-emit-package "beamlore-$(basename "$package")"); done
common=(--quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate)
$uv pip compile "${common[@]}" "$@" "${own[@]}" --extra tango --group dev services/*/pyproject.toml pyproject.toml -o requirements/workspace.lock
sed -i '/^# The following packages were excluded/,$d' requirements/workspace.lock
echo "uv" | $uv pip compile "${common[@]}" "$@" - -o requirements/bootstrap.lock
