#!/bin/sh
# Renders an app for Flux, which runs no post-renderer itself:
#   sh render.sh NAME CHART > manifests/NAME.yaml
# values.json and post-render.json are outputs of ipsy_app.
set -eu

rendered=$(mktemp)
trap 'rm -f "$rendered"' EXIT
helm template "$1" "$2" --namespace "${NAMESPACE:-shop}" --values values.json --include-crds > "$rendered"
ipsy-post-renderer --config post-render.json --namespace "${NAMESPACE:-shop}" < "$rendered"
