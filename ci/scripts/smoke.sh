#!/usr/bin/env bash
# Does the installation answer at the address people use? Each path has a minute to do so.
#   ci/scripts/smoke.sh URL [PATH…]
set -euo pipefail
url=${1%/}
shift
[ $# -gt 0 ] || set -- /health/live / /config.json '/api/v3/datasets?limit=1' /api/configurator/health/ready
for path; do
    curl --fail --silent --show-error --output /dev/null --max-time 10 --retry 11 --retry-delay 5 --retry-max-time 60 \
        --retry-connrefused --retry-all-errors "$url$path"
    echo "ok  $url$path"
done
