#!/usr/bin/env bash
# Known faults, with a remedy, in this commit's images: Debian's packages and those of Python.
#                                           (CI_REGISTRY_IMAGE: where they are)
set -euo pipefail
cd "$(dirname "$0")/../.."
source scripts/components.sh
failed=0
for component in "${COMPONENTS[@]}"; do
    trivy image --quiet --exit-code 1 --severity HIGH,CRITICAL --ignore-unfixed --scanners vuln,secret \
        "$CI_REGISTRY_IMAGE/$component:$(ci/scripts/image-tag.sh "$component")" || failed=1
done
exit $failed
