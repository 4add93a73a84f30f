#!/usr/bin/env bash
# Are the objects of every example ones that Kubernetes' API server takes?
set -euo pipefail
cd "$(dirname "$0")/../.."
for example in charts/beamlore/examples/*.yaml; do
    echo "$example"
    helm template beamlore charts/beamlore --kube-version 1.34 --values "$example" | kubeconform -strict -summary -ignore-missing-schemas
done
