#!/bin/sh
# Sends all requests of an environment back to where they came from:
#   sh ci/rollback.sh ENVIRONMENT
set -eu

. "$(dirname "$0")/terraform.sh"
initialize "$1"
sh -c "$(terraform output -raw rollback_command)"
