"""What is in AWS now, apart from the platform: the independent judge of what a test did."""

from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ecr.models import ecr_backends
from moto.elbv2.models import ELBv2Backend, elbv2_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends
from moto.route53.models import route53_backends
from moto.ssm.models import ssm_backends

from aws_bench import platform
from aws_bench.pod_identity import PodIdentity


def document(pod_identity: PodIdentity, region: str = "us-east-1") -> dict[str, Any]:
    """All of it, by name."""
    account = DEFAULT_ACCOUNT_ID
    balancing = elbv2_backends[account][region]
    return {
        "target_groups": _target_groups(balancing),
        "rules": _rules(balancing),
        "roles": {
            role.name: {
                "arn": role.arn,
                "policies": sorted(role.policies),
                "tags": {tag["Key"]: tag["Value"] for tag in role.tags},
            }
            for role in iam_backends[account]["aws"].get_roles()
            if role.name != platform.CONTROL_PLANE_ROLE
        },
        "repositories": {
            name: {
                "arn": repository.arn,
                "tag_mutability": repository.image_tag_mutability,
                "scan_on_push": repository.image_scanning_configuration.get("scanOnPush"),
                "lifecycle_policy": repository.lifecycle_policy is not None,
            }
            for name, repository in ecr_backends[account][region].repositories.items()
        },
        "log_groups": {
            name: {"retention_days": group.retention_in_days}
            for name, group in logs_backends[account][region].groups.items()
        },
        "pod_identity_associations": pod_identity.all(),
        "parameters": {
            name: {"value": versions[-1].value}
            for name, versions in ssm_backends[account][region]._parameters.items()
            if not name.startswith("/aws/")
        },
        "alarms": {
            name: {
                "metric": alarm.metric_name,
                "threshold": alarm.threshold,
                "dimensions": {dimension.name: dimension.value for dimension in alarm.dimensions},
            }
            for name, alarm in cloudwatch_backends[account][region].alarms.items()
        },
        "records": [
            {
                "name": record.name.rstrip("."),
                "type": record.type,
                "weight": record.weight,
                "set_identifier": record.set_identifier,
                "alias": record.alias_target,
                "values": record.records,
            }
            for zone in route53_backends[account]["aws"].zones.values()
            for record in zone.rrsets
            if record.type not in ("NS", "SOA")
        ],
    }


def _target_groups(balancing: ELBv2Backend) -> dict[str, Any]:
    return {
        group.name: {
            "arn": group.arn,
            "target_type": group.target_type,
            "port": int(group.port),
            "health_check_path": group.health_check_path,
            "tags": balancing.tagging_service.get_tag_dict_for_resource(group.arn),
        }
        for group in balancing.target_groups.values()
        if group.name != platform.LEGACY_TARGET_GROUP
    }


def _rules(balancing: ELBv2Backend) -> list[dict[str, Any]]:
    names = {group.arn: group.name for group in balancing.target_groups.values()}
    rules = [
        {
            "arn": rule.arn,
            "priority": int(rule.priority),
            "hosts": [
                host
                for condition in rule.conditions
                if condition["Field"] == "host-header"
                for host in condition["HostHeaderConfig"]["Values"]
            ],
            "weights": {
                names[group["TargetGroupArn"]]: int(group["Weight"])
                for action in rule.actions
                for group in (action.data.get("ForwardConfig") or {}).get("TargetGroups", [])
            },
            "tags": balancing.tagging_service.get_tag_dict_for_resource(rule.arn),
        }
        for balancer in balancing.load_balancers.values()
        for listener in balancer.listeners.values()
        for rule in listener.rules.values()
        if not rule.is_default
    ]
    return sorted(rules, key=lambda rule: rule["priority"])
