#!/bin/sh
# Pushes an image that was built and scanned, unless that has happened already:
#   sh ci/push.sh IMAGE
set -eu

image=$1
cd "$(dirname "$0")/.."

# The first environment owns the repository.
sh ci/deploy.sh @{first_environment}
if aws ecr describe-images --region @{registry_region} --repository-name @{app} \
    --image-ids "imageTag=${image##*:}" >/dev/null 2>&1; then
    echo "$image was pushed before"
    exit
fi
aws ecr get-login-password --region @{registry_region} |
    docker login --username AWS --password-stdin @{registry}
docker push "$image"
