#!/usr/bin/env bash
# Builds what talks to clusters into .tools/bin: from source, of these versions, checked by Go's sum database.
set -euo pipefail
cd "$(dirname "$0")/../.."
export GOBIN=$PWD/.tools/bin CGO_ENABLED=0
for tool in \
    helm.sh/helm/v3/cmd/helm@v3.22.0 \
    sigs.k8s.io/kind@v0.31.0 \
    github.com/yannh/kubeconform/cmd/kubeconform@v0.7.0 \
    github.com/zegl/kube-score/cmd/kube-score@v1.20.0; do
    name=${tool%@*} && name=${name##*/}
    [ -x "$GOBIN/$name" ] || go install -trimpath -ldflags "-s -w" "$tool"
done
