#!/usr/bin/env bash
# The benchmarks of the main job. They start the servers themselves.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib.sh

command -v chromium >/dev/null || apt_install chromium
for benchmark in tests/performance/bench_*.py; do
    .venv/bin/python "$benchmark" "$@"
done
