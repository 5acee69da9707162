"""What a platform team has before ipsy comes: network, load balancer, clusters, legacy fleet.

It is laid out through AWS' own APIs, so that it is exactly what the APIs show.
"""

import functools
import json
from typing import Any

import boto3
from botocore.config import Config

CLUSTERS = ("eks-blue", "eks-green")
LEGACY_TARGET_GROUP = "checkout-legacy"
ZONE = "example.com"
CONTROL_PLANE_ROLE = "eks-control-plane"
# Managed policies that apps' roles may have, or be bounded by.
POLICIES = ("queue-reader", "topic-reader", "app-boundary", "other-boundary")


def lay_out(url: str, region: str) -> dict[str, Any]:
    """Makes the platform and returns its names and ARNs."""

    client = functools.partial(_client, url, region)
    network = _network(client("ec2"), region)
    legacy = _legacy_fleet(client("ec2"), client("elbv2"), network)
    balancer = _load_balancer(client("elbv2"), client("acm"), network, legacy)
    clusters = _clusters(client("eks"), client("iam"), network)
    zone = client("route53").create_hosted_zone(Name=ZONE, CallerReference="platform")
    _policies(client("iam"))
    account = client("sts").get_caller_identity()["Account"]
    return {
        "account_id": account,
        "clusters": clusters,
        "zone_id": zone["HostedZone"]["Id"].rpartition("/")[2],
        **network,
        **balancer,
        **legacy,
    }


@functools.cache
def _client(url: str, region: str, service: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id="platform",
        aws_secret_access_key="platform",
        config=Config(retries={"max_attempts": 0}),
    )


def _network(ec2: Any, region: str) -> dict[str, Any]:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.0.{index}.0/24", AvailabilityZone=f"{region}{zone}"
        )["Subnet"]["SubnetId"]
        for index, zone in enumerate("ab")
    ]
    return {"vpc_id": vpc, "subnet_ids": subnets}


def _legacy_fleet(ec2: Any, elbv2: Any, network: dict[str, Any]) -> dict[str, Any]:
    instances = ec2.run_instances(
        ImageId="ami-0123456789abcdef0",
        MinCount=2,
        MaxCount=2,
        InstanceType="t3.small",
        SubnetId=network["subnet_ids"][0],
    )["Instances"]
    group = elbv2.create_target_group(
        Name=LEGACY_TARGET_GROUP,
        Protocol="HTTP",
        Port=8080,
        VpcId=network["vpc_id"],
        TargetType="instance",
        HealthCheckPath="/healthz",
    )["TargetGroups"][0]["TargetGroupArn"]
    identifiers = [instance["InstanceId"] for instance in instances]
    elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": name} for name in identifiers])
    return {"legacy_target_group_arn": group, "legacy_instance_ids": identifiers}


def _load_balancer(
    elbv2: Any, acm: Any, network: dict[str, Any], legacy: dict[str, Any]
) -> dict[str, Any]:
    balancer = elbv2.create_load_balancer(
        Name="shop", Subnets=network["subnet_ids"], Type="application", Scheme="internet-facing"
    )["LoadBalancers"][0]["LoadBalancerArn"]
    certificate = acm.request_certificate(DomainName="*.example.com")["CertificateArn"]
    https = elbv2.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": certificate}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": legacy["legacy_target_group_arn"]}],
    )["Listeners"][0]["ListenerArn"]
    http = elbv2.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[
            {
                "Type": "redirect",
                "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"},
            }
        ],
    )["Listeners"][0]["ListenerArn"]
    return {
        "load_balancer_arn": balancer,
        "listener_arn": https,
        "http_listener_arn": http,
        "certificate_arn": certificate,
    }


def _clusters(eks: Any, iam: Any, network: dict[str, Any]) -> list[str]:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "eks.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    role = iam.create_role(
        RoleName=CONTROL_PLANE_ROLE, AssumeRolePolicyDocument=json.dumps(trust)
    )["Role"]["Arn"]
    for name in CLUSTERS:
        eks.create_cluster(
            name=name, roleArn=role, resourcesVpcConfig={"subnetIds": network["subnet_ids"]}
        )
    return list(CLUSTERS)


def _policies(iam: Any) -> None:
    allow = {"Effect": "Allow", "Action": ["sqs:ReceiveMessage", "sns:Subscribe"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    for name in POLICIES:
        iam.create_policy(PolicyName=name, PolicyDocument=document)
