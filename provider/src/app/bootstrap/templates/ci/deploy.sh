#!/bin/sh
# Deploys an image to an environment:
#   sh ci/deploy.sh ENVIRONMENT IMAGE
# Without an image, it makes only what the app needs in AWS, such as its image repository.
set -eu

image=${2:-}
. "$(dirname "$0")/terraform.sh"
initialize "$1"
apply "$1" -target=ipsy_app.app
if [ -n "$image" ]; then
    aws ssm put-parameter --overwrite --name "$(terraform output -raw image_parameter)" --value "$image"
    apply "$1"
fi
