#!/usr/bin/env bash
# Builds and pushes a component's image, unless the registry has one of the same content.
#   ci/scripts/build-image.sh COMPONENT        (CI_REGISTRY_IMAGE: where to)
set -euo pipefail
cd "$(dirname "$0")/../.."
component=$1
tag=$(ci/scripts/image-tag.sh "$component")
image=$CI_REGISTRY_IMAGE/$component:$tag
if docker manifest inspect "$image" >/dev/null 2>&1; then
    echo "$image is there"
else
    IMAGES_PREFIX=$CI_REGISTRY_IMAGE/ IMAGES_TAG=$tag IMAGES_PUSH=1 IMAGES_BUILDER=docker scripts/images.sh "$component"
fi
