#!/usr/bin/env bash
# Everything that can be said of the code without running it.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib.sh

say "ruff"; .venv/bin/ruff check services tests conftest.py
.venv/bin/ruff format --check services tests conftest.py
say "mypy"; .venv/bin/mypy services/*/src
say "import-linter"; .venv/bin/lint-imports
say "reference documents"; scripts/reference.sh --check
say "web app"; npm --prefix frontend run --silent lint
say "images and pipeline"; .venv/bin/hadolint Dockerfile
.venv/bin/check-jsonschema --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci .gitlab-ci.yml ci/*.yml
say "lock files hold no download addresses"
! grep -nE 'https?://' requirements/*.lock requirements/images/*.lock || fail "a lock file holds an address"
! grep -n '"resolved": "http' frontend/package-lock.json || fail "frontend/package-lock.json holds an address: npm config set omit-lockfile-registry-resolved true"
