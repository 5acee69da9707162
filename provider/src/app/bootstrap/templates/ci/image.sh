#!/bin/sh
# Tests and builds the image, and refuses one that is too large:
#   sh ci/image.sh IMAGE
set -eu

image=$1
cd "$(dirname "$0")/.."

@if custom_owner
# The Dockerfile is the team's own: see "Custom Dockerfile" in README.md.
docker build --file @{dockerfile} --tag "$image" \
@else
docker build --file @{dockerfile} --target test .
docker build --file @{dockerfile} --tag "$image" \
@end
    --build-arg "REVISION=$(git rev-parse HEAD)" \
    --build-arg "SOURCE=$(git config --get remote.origin.url || echo unknown)" .

size=$(docker image inspect --format '{{.Size}}' "$image")
if [ "$size" -gt @{maximum_size} ]; then
    echo "$image has $size bytes; @{maximum_size} are allowed (runtimes.NAME.images.maximumSize in the standards)" >&2
    exit 1
fi
