#!/usr/bin/env bash
# Writes the documents that are made from the code; --check compares the committed ones with it instead.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib.sh

out=docs/reference
if [ "${1:-}" = --check ]; then
    out=$(mktemp -d)
    trap 'rm -rf "$out"' EXIT
fi
mkdir -p "$out/openapi" "$out/commands"
.venv/bin/beamlore contract write "$out"
for service in catalogue ingestor configurator useroffice; do
    .venv/bin/beamlore $service openapi >"$out/openapi/$service.json"
done
for package in beamline catalogue configurator contract embedded ingestor ops useroffice; do
    NO_COLOR=1 .venv/bin/typer "beamlore.$package.cli" utils docs --name "beamlore $package" >"$out/commands/$package.md"
done
.venv/bin/beamlore catalogue settings >"$out/catalogue-settings.md"
.venv/bin/python -m tests.monitoring.reference >"$out/metrics.md"
.venv/bin/python scripts/chart_values.py >"$out/chart-values.md"
if [ "$out" = docs/reference ]; then
    npm --prefix frontend run --silent api
    exit
fi
for file in $(cd "$out" && find . -type f); do
    diff -u "docs/reference/$file" "$out/$file" >&2 || fail "docs/reference/${file#./} does not fit the code: run 'make docs' and look at what changed"
done
npm --prefix frontend run --silent api:check
