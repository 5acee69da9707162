"""The bench in this process, shared by all checks; each check starts from an empty AWS."""

import json
import unittest
import urllib.request
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from aws_bench import platform
from aws_bench.__main__ import serve

REGION = "us-east-1"
_application, URL = serve(0)


class BenchCase(unittest.TestCase):
    """A check against an AWS with the platform laid out."""

    def setUp(self) -> None:
        control("POST", "reset")
        self.platform = platform.lay_out(URL, REGION)
        control("DELETE", "calls")
        self.elbv2 = client("elbv2")
        self.iam = client("iam")
        self.eks = client("eks")
        self.logs = client("logs")
        self.ecr = client("ecr")
        self.cloudwatch = client("cloudwatch")
        self.route53 = client("route53")

    def assert_refused(self, code: str, call: Callable, **parameters: Any) -> str:
        """Checks that AWS refuses with a code; returns the message."""
        with self.assertRaises(ClientError) as caught:
            call(**parameters)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return str(caught.exception.response["Error"]["Message"])

    def target_group(self, name: str, **settings: Any) -> str:
        """A target group for pods."""
        settings = {"Protocol": "HTTP", "Port": 8080, "TargetType": "ip"} | settings
        group = self.elbv2.create_target_group(
            Name=name, VpcId=self.platform["vpc_id"], **settings
        )
        return str(group["TargetGroups"][0]["TargetGroupArn"])

    def rule(self, weights: dict[str, int], priority: int = 10, **named: Any) -> str:
        """A rule that forwards by weight."""
        rule = self.elbv2.create_rule(**self.rule_parameters(weights, priority) | named)
        return str(rule["Rules"][0]["RuleArn"])

    def rule_parameters(self, weights: dict[str, int], priority: int = 10) -> dict[str, Any]:
        """The parameters of such a rule."""
        return {
            "ListenerArn": self.platform["listener_arn"],
            "Priority": priority,
            "Conditions": [{"Field": "host-header", "HostHeaderConfig": {"Values": ["a.b.c"]}}],
            "Actions": forward(weights),
        }


def forward(weights: dict[str, int]) -> list[dict[str, Any]]:
    """A weighted forward action."""
    groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in weights.items()]
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]


def client(service: str, attempts: int = 0, access_key: str = "checks") -> Any:
    """A client that retries nothing, unless told to."""
    return boto3.client(
        service,
        endpoint_url=URL,
        region_name=REGION,
        aws_access_key_id=access_key,
        aws_secret_access_key="checks",
        config=Config(retries={"max_attempts": attempts, "mode": "standard"}, parameter_validation=False),
    )


def control(method: str, name: str, **document: Any) -> Any:
    """A control call of the bench."""
    request = urllib.request.Request(
        f"{URL}/_bench/{name}", method=method, data=json.dumps(document).encode()
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())
