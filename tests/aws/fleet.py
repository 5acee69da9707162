"""Builds an app on EC2 as people have it: an Auto Scaling group behind a rule of the load balancer.

Usage: fleet.py LISTENER_ARN VPC_ID SUBNET_ID. The environment holds AWS' endpoint and the credentials.
Prints the ARNs as JSON.
"""

import json
import sys
from typing import Any

import boto3

NAME = "checkout-fleet"
TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "ec2.amazonaws.com"},
        "Action": "sts:AssumeRole",
    },
}
CONSUME = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": "*"},
}


def role(iam: Any) -> str:
    """The role of the instances, with an inline policy and two managed ones; gives its profile."""
    iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(
        RoleName=NAME, PolicyName="orders-queue", PolicyDocument=json.dumps(CONSUME)
    )
    for name in ("fleet-metrics", "AmazonSSMManagedInstanceCore"):
        policy = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(CONSUME))
        iam.attach_role_policy(RoleName=NAME, PolicyArn=policy["Policy"]["Arn"])
    profile: str = iam.create_instance_profile(InstanceProfileName=NAME)["InstanceProfile"]["Arn"]
    iam.add_role_to_instance_profile(InstanceProfileName=NAME, RoleName=NAME)
    return profile


def traffic(elbv2: Any, listener: str, vpc: str) -> tuple[str, str]:
    """A target group, and the rule that leads requests to it."""
    group: str = elbv2.create_target_group(
        Name=NAME,
        Protocol="HTTP",
        Port=8080,
        VpcId=vpc,
        TargetType="instance",
        HealthCheckPath="/healthz",
    )["TargetGroups"][0]["TargetGroupArn"]
    rule: str = elbv2.create_rule(
        ListenerArn=listener,
        Priority=120,
        Conditions=[{"Field": "host-header", "Values": ["checkout.example.com"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": group}],
    )["Rules"][0]["RuleArn"]
    return group, rule


def instances(subnet: str, group: str, profile: str) -> None:
    """Three instances in an Auto Scaling group, which registers them in the target group."""
    ec2 = boto3.client("ec2")
    ec2.create_launch_template(
        LaunchTemplateName=NAME,
        LaunchTemplateData={
            "ImageId": "ami-0123456789abcdef0",
            "InstanceType": "t3.small",
            "IamInstanceProfile": {"Arn": profile},
        },
    )
    scaling = boto3.client("autoscaling")
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=NAME,
        MinSize=2,
        MaxSize=6,
        DesiredCapacity=3,
        LaunchTemplate={"LaunchTemplateName": NAME, "Version": "$Latest"},
        VPCZoneIdentifier=subnet,
        TargetGroupARNs=[group],
    )
    found = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[NAME])
    # moto gives the instances no profile.
    for instance in found["AutoScalingGroups"][0]["Instances"]:
        ec2.associate_iam_instance_profile(
            InstanceId=instance["InstanceId"], IamInstanceProfile={"Arn": profile}
        )


def main() -> None:
    """Builds all of it."""
    listener, vpc, subnet = sys.argv[1:]
    profile = role(boto3.client("iam"))
    group, rule = traffic(boto3.client("elbv2"), listener, vpc)
    instances(subnet, group, profile)
    print(json.dumps({"target_group": group, "rule": rule}))


if __name__ == "__main__":
    main()
