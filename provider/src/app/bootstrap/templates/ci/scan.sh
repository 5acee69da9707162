#!/bin/sh
# Scans an image and the configuration by the policy in trivy.yaml and .trivyignore.yaml:
#   sh ci/scan.sh IMAGE
# The report stays in scan.json, for `ipsy-post-renderer --scan-report scan.json`.
set -eu

image=$1
cd "$(dirname "$0")/.."

sh ci/scan-database.sh
trivy config --config trivy.yaml --skip-check-update --exit-code 1 .
if ! trivy image --config trivy.yaml @{skip_updates} --exit-code 1 --format json --output scan.json "$image"; then
    trivy convert --format table scan.json >&2
    exit 1
fi
