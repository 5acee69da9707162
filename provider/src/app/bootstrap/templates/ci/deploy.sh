#!/bin/sh
# Deploys an image to an environment:
#   sh ci/deploy.sh ENVIRONMENT IMAGE
# Without an image, it makes only what the app needs in AWS, such as its image repository.
set -eu

image=${2:-}
. "$(dirname "$0")/terraform.sh"
@if ec2
# The import takes over what leads to the EC2 instances, and does nothing once the app is in the state.
rm -f import.tf
if [ -f "imports/$1.tf" ]; then cp "imports/$1.tf" import.tf; fi
@end
initialize "$1"
apply "$1" -target=ipsy_app.app
if [ -n "$image" ]; then
    aws ssm put-parameter --overwrite --name "$(terraform output -raw image_parameter)" --value "$image"
    apply "$1"
fi
