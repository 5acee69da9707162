#!/bin/sh
# Gives the cluster of an environment another weight in the listener rule:
#   sh ci/shift.sh ENVIRONMENT WEIGHT
# The weight that stays is `weight` in terraform/environments/ENVIRONMENT.tfvars.json: change it there as well.
set -eu

. "$(dirname "$0")/terraform.sh"
initialize "$1"
apply "$1" -var="weight=$2"
