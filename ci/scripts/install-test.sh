#!/usr/bin/env bash
# The cluster tests on a cluster of three nodes in Docker, with this commit's images; the cluster ends with it.
set -euo pipefail
cd "$(dirname "$0")/../.."
source scripts/components.sh
name=beamlore-${CI_JOB_ID:-local}
export KUBECONFIG=$PWD/.tools/kubeconfig

echo "$CI_REGISTRY_PASSWORD" | docker login --username "$CI_REGISTRY_USER" --password-stdin "$CI_REGISTRY"
trap 'kind delete cluster --name "$name"' EXIT
kind create cluster --name "$name" --config ci/kind.yaml --wait 3m
kubectl config set-cluster "kind-$name" --server https://docker:6443
for component in "${COMPONENTS[@]}"; do
    image=$CI_REGISTRY_IMAGE/$component:$(ci/scripts/image-tag.sh "$component")
    docker pull --quiet "$image" 2>/dev/null || ci/scripts/build-image.sh "$component"
    docker tag "$image" "beamlore/$component:test"
    kind load docker-image --name "$name" "beamlore/$component:test"
done
export BEAMLORE_CLUSTER_IMAGES=beamlore/ BEAMLORE_CLUSTER_TAG=test
export BEAMLORE_CLUSTER_MONGODB_IMAGE=mongo:8.0 BEAMLORE_CLUSTER_KAFKA_IMAGE=apache/kafka:4.3.1
export BEAMLORE_CLUSTER_KEYCLOAK_IMAGE=keycloak/keycloak:26.7.3 BEAMLORE_CLUSTER_POSTGRES_IMAGE=postgres:17
make cluster-test ARGS='-m "not long"'
.venv/bin/pytest tests/pipeline
