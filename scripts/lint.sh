#!/usr/bin/env bash
# Everything that can be said of the code without running it.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib.sh

say "ruff"; .venv/bin/ruff check services tests scripts charts conftest.py
.venv/bin/ruff format --check services tests scripts charts conftest.py
say "mypy"; .venv/bin/mypy services/*/src
say "import-linter"; .venv/bin/lint-imports
say "reference documents"; scripts/reference.sh --check
say "web app"; npm --prefix frontend run --silent lint
say "chart"
if command -v helm >/dev/null; then
    helm lint --strict --quiet --kube-version 1.34 charts/beamlore
    for example in charts/beamlore/examples/*.yaml; do
        helm template beamlore charts/beamlore --kube-version 1.34 --values "$example" >/dev/null
    done
else
    say "chart: helm is not on PATH, left out"
fi
say "images and pipeline"; .venv/bin/hadolint Dockerfile
.venv/bin/check-jsonschema --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci .gitlab-ci.yml ci/*.yml
say "lock files hold no download addresses"
! grep -nE 'https?://' requirements/*.lock requirements/images/*.lock || fail "a lock file holds an address"
! grep -n '"resolved": "http' frontend/package-lock.json || fail "frontend/package-lock.json holds an address: npm config set omit-lockfile-registry-resolved true"
