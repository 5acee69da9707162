"""Builds an app's environment as people do without ipsy: by hand, under names of their own.

Usage: by_hand.py LISTENER_ARN LEGACY_TARGET_GROUP_ARN VPC_ID CLUSTER. The environment holds AWS'
endpoint and the credentials. Prints the ARNs as JSON.
"""

import json
import sys
from typing import Any

import boto3

APP = "checkout"
TAGS = {"team": "payments", "cost-center": "cc-42"}
CONSUME = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": "*"},
}


def pairs(key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """The tags in the form of most services."""
    return [{key: name, value: text} for name, text in TAGS.items()]


def role(iam: Any) -> str:
    """A role with one inline and one managed policy, below a boundary."""
    boundary = iam.create_policy(PolicyName="boundary", PolicyDocument=json.dumps(CONSUME))
    metrics = iam.create_policy(PolicyName="metrics", PolicyDocument=json.dumps(CONSUME))
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": ["pods.eks.amazonaws.com"]},
                "Action": ["sts:TagSession", "sts:AssumeRole"],
            }
        ],
    }
    arn: str = iam.create_role(
        RoleName="checkout-pods",
        Path="/shop/",
        Description="made by hand",
        AssumeRolePolicyDocument=json.dumps(trust, indent=2),
        MaxSessionDuration=7200,
        PermissionsBoundary=boundary["Policy"]["Arn"],
        Tags=pairs(),
    )["Role"]["Arn"]
    iam.put_role_policy(
        RoleName="checkout-pods", PolicyName="orders-queue", PolicyDocument=json.dumps(CONSUME)
    )
    iam.attach_role_policy(RoleName="checkout-pods", PolicyArn=metrics["Policy"]["Arn"])
    return arn


def repository(ecr: Any) -> str:
    """A repository that another account pulls from, and that keeps the newest fifty images."""
    arn: str = ecr.create_repository(
        repositoryName="shop/checkout", imageTagMutability="MUTABLE", tags=pairs()
    )["repository"]["repositoryArn"]
    rule = {
        "rulePriority": 10,
        "selection": {
            "tagStatus": "any",
            "countType": "imageCountMoreThan",
            "countNumber": 50,
        },
        "action": {"type": "expire"},
    }
    ecr.put_lifecycle_policy(
        repositoryName="shop/checkout", lifecyclePolicyText=json.dumps({"rules": [rule]})
    )
    pull = {
        "Version": "2012-10-17",
        "Statement": {
            "Sid": "PullFromOtherAccounts",
            "Effect": "Allow",
            "Principal": {"AWS": "210987654321"},
            "Action": [
                "ecr:GetDownloadUrlForLayer",
                "ecr:BatchGetImage",
                "ecr:BatchCheckLayerAvailability",
            ],
        },
    }
    ecr.set_repository_policy(repositoryName="shop/checkout", policyText=json.dumps(pull))
    return arn


def pointer(ssm: Any, url: str) -> None:
    """The parameter into which CI writes the image."""
    ssm.put_parameter(Name="/shop/checkout/image", Value=f"{url}:7.1.0", Type="String", Tags=pairs())


def log_group(logs: Any) -> None:
    """A log group of ninety days."""
    logs.create_log_group(logGroupName="/shop/checkout", tags=TAGS)
    logs.put_retention_policy(logGroupName="/shop/checkout", retentionInDays=90)


def traffic(elbv2: Any, listener: str, legacy: str, vpc: str) -> str:
    """A rule that sends a tenth of the requests to the cluster."""
    group = elbv2.create_target_group(
        Name="checkout-pods",
        Protocol="HTTP",
        Port=8080,
        VpcId=vpc,
        TargetType="ip",
        HealthCheckPath="/healthz",
        Tags=pairs(),
    )["TargetGroups"][0]["TargetGroupArn"]
    rule: str = elbv2.create_rule(
        ListenerArn=listener,
        Priority=120,
        Conditions=[{"Field": "host-header", "Values": ["checkout.example.com"]}],
        Actions=[
            {
                "Type": "forward",
                "ForwardConfig": {
                    "TargetGroups": [
                        {"TargetGroupArn": legacy, "Weight": 90},
                        {"TargetGroupArn": group, "Weight": 10},
                    ]
                },
            }
        ],
        Tags=pairs(),
    )["Rules"][0]["RuleArn"]
    return rule


def main() -> None:
    """Builds all of it."""
    listener, legacy, vpc, cluster = sys.argv[1:]
    role_arn = role(boto3.client("iam"))
    repository_arn = repository(boto3.client("ecr"))
    account, region = repository_arn.split(":")[4], repository_arn.split(":")[3]
    pointer(boto3.client("ssm"), f"{account}.dkr.ecr.{region}.amazonaws.com/shop/checkout")
    log_group(boto3.client("logs"))
    boto3.client("eks").create_pod_identity_association(
        clusterName=cluster, namespace="shop", serviceAccount=APP, roleArn=role_arn, tags=TAGS
    )
    rule = traffic(boto3.client("elbv2"), listener, legacy, vpc)
    prefix = f":{region}:{account}:"
    found = {
        "role": role_arn,
        "repository": repository_arn,
        "rule": rule,
        "log_group": f"arn:aws:logs{prefix}log-group:/shop/checkout",
        "parameter": f"arn:aws:ssm{prefix}parameter/shop/checkout/image",
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
