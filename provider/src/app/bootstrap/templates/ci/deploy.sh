#!/bin/sh
# Brings the app in an environment to an image:
#   sh ci/deploy.sh ENVIRONMENT IMAGE
# Without an image, only what the app needs in AWS is made, its image repository among it.
set -eu

environment=$1
image=${2:-}
cd "$(dirname "$0")/../terraform"
export TF_IN_AUTOMATION=1

apply() {
    terraform apply -input=false -auto-approve -var-file="environments/$environment.tfvars.json" "$@"
}

@if state_bucket
terraform init -input=false -reconfigure -backend-config="environments/$environment.s3.tfbackend"
@else
terraform init -input=false
@end
@if ec2
# The import takes over what leads to the EC2 instances, and does nothing once the app is in the state.
rm -f import.tf
if [ -f "imports/$environment.tf" ]; then cp "imports/$environment.tf" import.tf; fi
@end
apply -target=ipsy_app.app
if [ -n "$image" ]; then
    aws ssm put-parameter --overwrite --name "$(terraform output -raw image_parameter)" --value "$image"
    apply
fi
