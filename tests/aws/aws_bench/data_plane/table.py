"""A snapshot of moto's listeners, rules and target groups.

The plane takes a new one after each call that changes AWS, so that the next request follows the change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.elbv2.models import FakeListener, FakeLoadBalancer, FakeTargetGroup, elbv2_backends

from aws_bench.data_plane.conditions import Condition
from aws_bench.target_health import references

IDLE_SECONDS = 60


@dataclass(frozen=True)
class Target:
    """A registered target."""

    id: str
    port: int


@dataclass(frozen=True)
class Check:
    """Settings of a group's health check."""

    enabled: bool
    path: str
    port: str
    interval: int
    timeout: int
    healthy_threshold: int
    unhealthy_threshold: int
    codes: str


@dataclass(frozen=True)
class Group:
    """A target group."""

    arn: str
    targets: tuple[Target, ...]
    check: Check
    deregistration_delay: int
    balancers: tuple[str, ...]


@dataclass(frozen=True)
class Forward:
    """A forward action: weights by group, and the seconds a client stays with its group (0: not sticky)."""

    weights: tuple[tuple[str, int], ...]
    sticky_seconds: int


@dataclass(frozen=True)
class Rule:
    """A rule. Its action is a forward, or a redirect or fixed response in AWS' own form."""

    arn: str
    conditions: tuple[Condition, ...]
    action: Forward | dict[str, Any]


@dataclass(frozen=True)
class Listener:
    """A listener with its rules in the order in which they are tried."""

    arn: str
    balancer: str
    protocol: str
    port: int
    idle_seconds: int
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Table:
    """Listeners and target groups by ARN."""

    listeners: dict[str, Listener]
    groups: dict[str, Group]


def read(region: str) -> Table:
    """The table of a region."""
    backend = elbv2_backends[DEFAULT_ACCOUNT_ID][region]
    listeners = [
        _listener(balancer, listener)
        for balancer in backend.load_balancers.values()
        if balancer.type == "application"
        for listener in balancer.listeners.values()
    ]
    referencing = references(backend)
    return Table(
        {listener.arn: listener for listener in listeners},
        {
            group.arn: _group(group, referencing.get(group.arn, []))
            for group in backend.target_groups.values()
        },
    )


def balancer_name(arn: str) -> str:
    """How metrics name a load balancer: `app/shop/50dc6c495c0c9188`."""
    return arn.partition(":loadbalancer/")[2]


def group_name(arn: str) -> str:
    """How metrics name a target group: `targetgroup/pods/73e2d6bc24d8a067`."""
    return arn.rpartition(":")[2]


def _listener(balancer: FakeLoadBalancer, listener: FakeListener) -> Listener:
    own = sorted(
        (rule for rule in listener.rules.values() if not rule.is_default),
        key=lambda rule: int(rule.priority),
    )
    default = [rule for rule in listener.rules.values() if rule.is_default]
    return Listener(
        listener.arn,
        balancer_name(balancer.arn),
        listener.protocol,
        int(listener.port),
        int(balancer.attrs.get("idle_timeout.timeout_seconds") or IDLE_SECONDS),
        tuple(_rule(rule) for rule in [*own, *default]),
    )


def _rule(rule: Any) -> Rule:
    conditions = tuple(Condition.of(condition) for condition in rule.conditions)
    # The last action answers. A login comes before it and is left out here.
    actions = sorted(rule.actions, key=lambda action: int(action.data.get("Order") or 1))
    return Rule(rule.arn, conditions, _action(actions[-1].data))


def _action(data: dict[str, Any]) -> Forward | dict[str, Any]:
    if data["Type"] != "forward":
        return dict(data)
    forward = data.get("ForwardConfig") or {}
    groups = forward.get("TargetGroups") or [{"TargetGroupArn": data["TargetGroupArn"]}]
    stickiness = forward.get("TargetGroupStickinessConfig") or {}
    sticky = str(stickiness.get("Enabled")).lower() == "true"
    return Forward(
        tuple((group["TargetGroupArn"], int(group.get("Weight", 1))) for group in groups),
        int(stickiness.get("DurationSeconds") or 0) if sticky else 0,
    )


def _group(group: FakeTargetGroup, balancers: list[str]) -> Group:
    check = Check(
        enabled=str(group.health_check_enabled).lower() == "true",
        path=group.health_check_path or "/",
        port=str(group.health_check_port),
        interval=int(group.health_check_interval_seconds),
        timeout=int(group.health_check_timeout_seconds),
        healthy_threshold=int(group.healthy_threshold_count),
        unhealthy_threshold=int(group.unhealthy_threshold_count),
        codes=str((group.matcher or {}).get("HttpCode") or "200"),
    )
    return Group(
        group.arn,
        tuple(Target(target["Id"], int(target["Port"])) for target in group.targets.values()),
        check,
        int(group.attributes["deregistration_delay.timeout_seconds"]),
        tuple(balancer_name(arn) for arn in balancers),
    )
