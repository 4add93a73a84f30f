#!/usr/bin/env bash
# Resolves the Python dependencies into hashed lock files: of all packages together, and of each image in the same versions.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/components.sh
uv=.venv/bin/uv
own=()
for package in services/*/; do own+=(--no-emit-package "beamlore-$(basename "$package")"); done
common=(--quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate)

# resolve LOCK ARGUMENT…: without the names of our own packages, which uv writes down as excluded.
resolve() {
    local lock=$1
    shift
    $uv pip compile "${common[@]}" "$@" -o "$lock"
    sed -i '/^# The following packages were excluded/,$d' "$lock"
}

resolve requirements/workspace.lock "$@" "${own[@]}" --extra simulation --group dev services/*/pyproject.toml pyproject.toml
echo "uv" | $uv pip compile "${common[@]}" "$@" - -o requirements/bootstrap.lock
# What an optional part of a service needs is in its image.
for service in "${PYTHON_COMPONENTS[@]}"; do
    resolve "requirements/images/$service.lock" -c requirements/workspace.lock "${own[@]}" --all-extras "services/$service/pyproject.toml"
done
printf '%s\n' uv hatchling cyclonedx-bom |
    $uv pip compile "${common[@]}" "$@" -c requirements/bootstrap.lock -c requirements/workspace.lock - -o requirements/images/build.lock
