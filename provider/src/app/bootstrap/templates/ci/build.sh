#!/bin/sh
# Tests, builds, scans and pushes an image:
#   sh ci/build.sh IMAGE
set -eu

cd "$(dirname "$0")/.."
sh ci/image.sh "$1"
sh ci/scan.sh "$1"
sh ci/push.sh "$1"
