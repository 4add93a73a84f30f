#!/usr/bin/env bash
# Installs or upgrades a release. Where pods do not get ready, or the smoke test fails, what ran before runs again.
#
#   ci/scripts/deploy.sh RELEASE NAMESPACE CHART [HELM OPTION…]
#
#   DEPLOY_TIMEOUT  longest time until all pods are ready   (15m)
#   SMOKE           the smoke test after `helm test`        (ci/scripts/smoke.sh)
#   SMOKE_URL       its argument, the address people use
#
# Exit code 1: the release is as it was; 2: and it does not work either, somebody has to look.
set -euo pipefail
cd "$(dirname "$0")/../.."
release=$1 namespace=$2 chart=$3
shift 3
timeout=${DEPLOY_TIMEOUT:-15m}
smoke=${SMOKE:-ci/scripts/smoke.sh}
h() { helm --namespace "$namespace" "$@"; }

works() {
    h test "$release" --logs --timeout "$timeout" && $smoke "$SMOKE_URL"
}

# Of the revision that runs; empty before the first installation.
before=$(h get metadata "$release" --output yaml 2>/dev/null | sed -n 's/^revision: //p') || true

# --atomic: back to the revision before where something does not get ready.
if ! h upgrade "$release" "$chart" --install --atomic --wait --wait-for-jobs --timeout "$timeout" --history-max 10 "$@"; then
    echo "The upgrade failed; Helm has gone back to revision ${before:-0}." >&2
    exit 1
fi
if works; then
    exit 0
fi
if [ -z "$before" ]; then
    echo "The smoke test failed. This was the first installation: it stays as it is, to be looked at." >&2
    exit 2
fi
echo "The smoke test failed: back to revision $before." >&2
h rollback "$release" "$before" --wait --wait-for-jobs --timeout "$timeout"
if ! works; then
    echo "Revision $before does not pass the smoke test either." >&2
    exit 2
fi
echo "Revision $before works again." >&2
exit 1
