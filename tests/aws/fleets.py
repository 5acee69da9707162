"""Builds many apps on EC2 as people have them, each with a rule, a target group, instances, a role and a log group.

Usage: fleets.py LISTENER_ARN VPC_ID SUBNET_ID COUNT. The environment holds AWS' endpoint and the credentials. The
apps differ: every second one has an ECR repository, every fourth one an image pointer as well, and every tenth one has
its instances without an Auto Scaling group. Prints the names of the apps as JSON.
"""

import json
import sys
from typing import Any

import boto3

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
CONSUME = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": "*"},
}
IMAGE = "ami-0123456789abcdef0"


class Fleets:
    """The clients, and what all apps share."""

    def __init__(self, listener: str, vpc: str, subnet: str) -> None:
        self.listener, self.vpc, self.subnet = listener, vpc, subnet
        services = ("autoscaling", "ec2", "ecr", "elbv2", "iam", "logs", "ssm")
        self.aws: dict[str, Any] = {service: boto3.client(service) for service in services}
        policy = self.aws["iam"].create_policy(
            PolicyName="fleet-metrics", PolicyDocument=json.dumps(CONSUME)
        )
        self.metrics: str = policy["Policy"]["Arn"]

    def build(self, number: int) -> str:
        """An app; gives its name."""
        name = f"service-{number:02}"
        profile = self.role(f"{name}-instances")
        group = self.traffic(name, number)
        self.instances(name, group, profile, scaled=number % 10 != 0)
        self.aws["logs"].create_log_group(logGroupName=f"/{name}")
        self.aws["logs"].put_retention_policy(logGroupName=f"/{name}", retentionInDays=90)
        if number % 2 == 0:
            repository = self.aws["ecr"].create_repository(repositoryName=f"prod/{name}")
            uri: str = repository["repository"]["repositoryUri"]
            if number % 4 == 0:
                self.aws["ssm"].put_parameter(
                    Name=f"/prod/{name}/image", Value=f"{uri}:1.0.{number}", Type="String"
                )
        return name

    def role(self, name: str) -> str:
        """The role of the instances; gives its profile."""
        iam = self.aws["iam"]
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
        iam.put_role_policy(RoleName=name, PolicyName="queue", PolicyDocument=json.dumps(CONSUME))
        iam.attach_role_policy(RoleName=name, PolicyArn=self.metrics)
        profile: str = iam.create_instance_profile(InstanceProfileName=name)["InstanceProfile"][
            "Arn"
        ]
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
        return profile

    def traffic(self, name: str, number: int) -> str:
        """A target group, and the rule that leads requests to it; gives the group."""
        elbv2 = self.aws["elbv2"]
        group: str = elbv2.create_target_group(
            Name=f"{name}-tg",
            Protocol="HTTP",
            Port=8000 + number,
            VpcId=self.vpc,
            TargetType="instance",
            HealthCheckPath=f"/health/{number}",
        )["TargetGroups"][0]["TargetGroupArn"]
        conditions = [{"Field": "host-header", "Values": [f"{name}.example.com"]}]
        if number % 3 == 0:
            conditions.append({"Field": "path-pattern", "Values": ["/api/*"]})
        elbv2.create_rule(
            ListenerArn=self.listener,
            Priority=100 + number,
            Conditions=conditions,
            Actions=[{"Type": "forward", "TargetGroupArn": group}],
        )
        return group

    def instances(self, name: str, group: str, profile: str, scaled: bool) -> None:
        """Two instances that are registered in the target group."""
        ec2 = self.aws["ec2"]
        if scaled:
            ec2.create_launch_template(
                LaunchTemplateName=name,
                LaunchTemplateData={"ImageId": IMAGE, "InstanceType": "t3.small"},
            )
            self.aws["autoscaling"].create_auto_scaling_group(
                AutoScalingGroupName=name,
                MinSize=1,
                MaxSize=6,
                DesiredCapacity=2,
                LaunchTemplate={"LaunchTemplateName": name, "Version": "$Latest"},
                VPCZoneIdentifier=self.subnet,
                TargetGroupARNs=[group],
            )
            found = self.aws["autoscaling"].describe_auto_scaling_groups(
                AutoScalingGroupNames=[name]
            )
            instances = found["AutoScalingGroups"][0]["Instances"]
        else:
            made = ec2.run_instances(ImageId=IMAGE, MinCount=2, MaxCount=2, SubnetId=self.subnet)
            instances = made["Instances"]
            targets = [{"Id": instance["InstanceId"]} for instance in instances]
            self.aws["elbv2"].register_targets(TargetGroupArn=group, Targets=targets)
        # moto gives the instances no profile.
        for instance in instances:
            ec2.associate_iam_instance_profile(
                InstanceId=instance["InstanceId"], IamInstanceProfile={"Arn": profile}
            )


def main() -> None:
    """Builds all of them."""
    listener, vpc, subnet, count = sys.argv[1:]
    fleets = Fleets(listener, vpc, subnet)
    print(json.dumps([fleets.build(number) for number in range(1, int(count) + 1)]))


if __name__ == "__main__":
    main()
