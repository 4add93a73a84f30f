#!/usr/bin/env bash
# The tests. With arguments they go to pytest; without, everything runs, the web app's unit tests first.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib.sh

command -v chromium >/dev/null || apt_install chromium
[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || apt_install rabbitmq-server
command -v prometheus >/dev/null || apt_install prometheus
if [ $# -eq 0 ]; then
    say "web app"
    npm --prefix frontend run --silent test
fi
say "pytest"
.venv/bin/pytest "$@"
