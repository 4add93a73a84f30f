#!/usr/bin/env bash
# Known faults in the locked Python packages of each image.
set -euo pipefail
cd "$(dirname "$0")/../.."
failed=0
for lock in requirements/images/*.lock; do
    echo "$lock"
    .venv/bin/uv tool run --quiet pip-audit --strict --disable-pip --require-hashes --progress-spinner off --requirement "$lock" || failed=1
done
exit $failed
