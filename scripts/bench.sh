#!/usr/bin/env bash
# The benchmarks. They start the servers themselves; PEER and PEER_MONGO name a SciCat backend to be measured beside us.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib.sh

command -v chromium >/dev/null || apt_install chromium
command -v wrk >/dev/null || apt_install wrk
for benchmark in tests/performance/bench_{ingest,latency}.py; do
    .venv/bin/python "$benchmark"
done
.venv/bin/python tests/performance/bench_catalogue.py ${PEER:+--peer "$PEER" --peer-mongo "$PEER_MONGO"} "$@"
