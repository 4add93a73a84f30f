#!/usr/bin/env bash
# Prints chart values that name the images of this commit.      (CI_REGISTRY_IMAGE: where they are)
set -euo pipefail
cd "$(dirname "$0")/../.."
source scripts/components.sh
for component in "${COMPONENTS[@]}"; do
    # The chart runs beamlines only where they are simulated.
    key=${component/#beamline/simulation}
    printf '%s:\n  image:\n    repository: %s\n    tag: "%s"\n' "$key" "$CI_REGISTRY_IMAGE/$component" "$(ci/scripts/image-tag.sh "$component")"
done
