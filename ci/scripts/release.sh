#!/usr/bin/env bash
# Gives this commit's images a version's name, and publishes the chart of that version.
#   ci/scripts/release.sh VERSION            (CI_REGISTRY_IMAGE: where to)
set -euo pipefail
cd "$(dirname "$0")/../.."
source scripts/components.sh
version=$1
for component in "${COMPONENTS[@]}"; do
    docker buildx imagetools create --tag "$CI_REGISTRY_IMAGE/$component:$version" \
        "$CI_REGISTRY_IMAGE/$component:$(ci/scripts/image-tag.sh "$component")"
done
helm package charts/beamlore --version "$version" --app-version "$version" --destination .tools
helm push ".tools/beamlore-$version.tgz" "oci://$CI_REGISTRY_IMAGE/charts"
