#!/usr/bin/env bash
# Prints the tag of a component's image: a hash of all that goes into it. Same content, same image.
#   ci/scripts/image-tag.sh COMPONENT
set -euo pipefail
cd "$(dirname "$0")/../.."
component=$1
inputs=(Dockerfile .dockerignore)
if [ "$component" = web ]; then
    inputs+=(frontend deploy/web)
else
    inputs+=(requirements/images/{build,"$component"}.lock services/{contract,core,cli,"$component"})
fi
git ls-tree -r HEAD -- "${inputs[@]}" | grep -v "	services/[a-z]*/tests/" | sha256sum | cut -c1-16
