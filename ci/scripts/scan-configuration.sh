#!/usr/bin/env bash
# How the Dockerfile, the pipeline and the chart's objects are configured. ci/checkov.yaml says what is not followed, and why.
set -euo pipefail
cd "$(dirname "$0")/../.."
rendered=$(mktemp -d)
trap 'rm -rf "$rendered"' EXIT
for example in charts/beamlore/examples/*.yaml; do
    helm template beamlore charts/beamlore --kube-version 1.34 --namespace beamlore --values "$example" >"$rendered/$(basename "$example")"
done
checkov=(.venv/bin/uv tool run --quiet checkov --config-file ci/checkov.yaml)
"${checkov[@]}" --framework dockerfile gitlab_ci --directory . --skip-path '.venv' --skip-path node_modules --skip-path '\.beamlore'
"${checkov[@]}" --framework kubernetes --directory "$rendered"
