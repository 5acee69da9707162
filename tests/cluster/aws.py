"""The one command of the AWS command line that the deployment script of a generated project needs."""

import argparse
import os

import boto3

parser = argparse.ArgumentParser()
parser.add_argument("service", choices=["ssm"])
parser.add_argument("operation", choices=["put-parameter"])
parser.add_argument("--name", required=True)
parser.add_argument("--value", required=True)
parser.add_argument("--overwrite", action="store_true")
options = parser.parse_args()

client = boto3.client("ssm", region_name=os.environ["AWS_REGION"])
client.put_parameter(Name=options.name, Value=options.value, Overwrite=options.overwrite)
