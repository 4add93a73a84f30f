#!/bin/bash
# Builds the stand-ins of official images that the shared cluster tool does not make itself, and publishes them to its nodes.
# Usage: tests/cluster/images/build.sh CLUSTER, the path of the tool.
set -euo pipefail
cluster=$1
cd "$(dirname "$0")"
"$cluster" base local/postgres-base:12 postgresql-15
"$cluster" image local/postgres:15 postgres
