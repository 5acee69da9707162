# Functions of the other scripts, which work in terraform/ from here on.
cd "$(dirname "$0")/../terraform"
export TF_IN_AUTOMATION=1
# The AWS command line reads the second one in version 1.
export AWS_REGION=@{aws_region} AWS_DEFAULT_REGION=@{aws_region}

# initialize ENVIRONMENT
initialize() {
@if state_bucket
    terraform init -input=false -reconfigure -backend-config="environments/$1.s3.tfbackend"
@else
    terraform init -input=false
@end
}

# apply ENVIRONMENT ARGUMENT…
apply() {
    environment=$1
    shift
    terraform apply -input=false -auto-approve -var-file="environments/$environment.tfvars.json" "$@"
}
