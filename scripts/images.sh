#!/usr/bin/env bash
# Builds the images, all or those named:  scripts/images.sh [COMPONENT…]
#
#   IMAGES_PREFIX   what stands before a component's name   (beamlore/)
#   IMAGES_TAG      their tag                               (the version of pyproject.toml)
#   IMAGES_PUSH     1: push them too
#   IMAGES_BUILDER  `docker`, `podman` or `buildah`         (the first that is there)
#                   or a command of your own, called as  COMMAND TAG CONTEXT -f FILE OPTION…
#   PYTHON_IMAGE, NODE_IMAGE, NGINX_IMAGE   other base images than the Dockerfile's
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib.sh
source scripts/components.sh

version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
prefix=${IMAGES_PREFIX-beamlore/}
tag=${IMAGES_TAG:-$version}
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
created=$(date -u -d "@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}" +%Y-%m-%dT%H:%M:%SZ)

# find_builder: the first that is there.
find_builder() {
    local name
    for name in docker podman buildah; do
        if command -v "$name" >/dev/null; then echo "$name" && return; fi
    done
    fail "no builder: install docker, podman or buildah, or name a command in IMAGES_BUILDER"
}

# build IMAGE OPTION…
build() {
    local image=$1
    shift
    case $builder in
    docker | podman | buildah)
        DOCKER_BUILDKIT=1 $builder build --tag "$image" --file Dockerfile "$@" .
        [ "${IMAGES_PUSH:-}" != 1 ] || $builder push "$image"
        ;;
    *)
        # shellcheck disable=SC2086  # a command with its first arguments
        $builder "$image" . -f Dockerfile "$@"
        ;;
    esac
}

builder=${IMAGES_BUILDER:-$(find_builder)}
bases=()
for base in PYTHON_IMAGE NODE_IMAGE NGINX_IMAGE; do
    [ -z "${!base:-}" ] || bases+=(--build-arg "$base=${!base}")
done
[ $# -gt 0 ] || set -- "${COMPONENTS[@]}"
for component; do
    [[ " ${COMPONENTS[*]} " == *" $component "* ]] || fail "no component '$component': there are ${COMPONENTS[*]}"
    image=$prefix$component:$tag
    say "$image"
    build "$image" --target "$component" --build-arg "SERVICE=$component" --build-arg "VERSION=$version" \
        --build-arg "REVISION=$revision" --build-arg "CREATED=$created" "${bases[@]}"
done
