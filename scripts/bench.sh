#!/usr/bin/env bash
# The benchmarks of the main job. They start the servers themselves.
set -euo pipefail
cd "$(dirname "$0")/.."
for benchmark in tests/performance/bench_*.py; do
    .venv/bin/python "$benchmark" "$@"
done
