"""Target health as an ALB reports it, and the means to force it.

An ALB checks a target only if a listener or a rule names its group. moto calls every target
healthy from the start, which hides the trap that a group outside of all rules never gets healthy.
While the data plane runs, a target has the state that its health checks found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.ec2.models import EC2Backend
from moto.elbv2.models import ELBv2Backend, FakeHealthStatus, FakeTargetGroup, elbv2_backends

from aws_bench.strict.overlay import overlay

if TYPE_CHECKING:
    from aws_bench.data_plane.health import Health

# The data plane's health checks. Without them, all targets are healthy.
_observed: Health | None = None

# What is forced: (target group ARN, target id or empty for all) -> (state, reason).
_forced: dict[tuple[str, str], tuple[str, str | None]] = {}

DESCRIPTIONS = {
    "Target.NotInUse": "Target group is not configured to receive traffic from the load balancer",
    "Target.Timeout": "Request timed out",
    "Target.FailedHealthChecks": "Health checks failed",
    "Target.ResponseCodeMismatch": "Health checks failed with these codes: [503]",
    "Elb.RegistrationInProgress": "Target registration is in progress",
    "Elb.InitialHealthChecking": "Initial health checks in progress",
}
STATES = ("initial", "healthy", "unhealthy", "unused", "draining", "unavailable")


def force(target_group_arn: str, state: str, target: str = "", reason: str | None = None) -> None:
    """Makes one target of a group, or all, report a state."""
    if state not in STATES:
        raise ValueError(f"`state` is one of {', '.join(STATES)}")
    default = {"unhealthy": "Target.FailedHealthChecks", "initial": "Elb.InitialHealthChecking"}
    _forced[target_group_arn, target] = (state, reason or default.get(state))


def clear() -> None:
    """Lets all targets report what is so."""
    _forced.clear()


def observe(health: Health | None) -> None:
    """Sets the source of target states: real health checks, or None."""
    global _observed
    _observed = health


def install() -> None:
    """Makes moto report honest health."""

    @overlay(FakeTargetGroup, "health_for")
    def health_for(
        beneath: Any, group: FakeTargetGroup, target: dict[str, Any], ec2: EC2Backend
    ) -> FakeHealthStatus:
        health = beneath(group, target, ec2)
        is_registered = target["Id"] in group.targets
        forced = _forced.get((group.arn, target["Id"])) or _forced.get((group.arn, ""))
        observed = _observed.state(group.arn, target["Id"]) if _observed else None
        if is_registered and forced:
            _set(health, *forced)
        elif is_registered and not referenced_by(group):
            _set(health, "unused", "Target.NotInUse")
        elif observed:
            health.status, health.reason, health.description = observed
        return health

    @overlay(ELBv2Backend, "describe_target_health")
    def describe(
        beneath: Any, backend: ELBv2Backend, target_group_arn: str, targets: list[dict[str, Any]]
    ) -> list[FakeHealthStatus]:
        shown = beneath(backend, target_group_arn, targets)
        if _observed and not targets:
            group = backend.target_groups[target_group_arn]
            for draining in _observed.draining(target_group_arn):
                target = {"Id": draining.id, "Port": draining.port}
                shown.append(group.health_for(target, backend.ec2_backend))
        return shown


def referenced_by(group: FakeTargetGroup) -> list[str]:
    """The load balancers of which a listener or a rule names the group."""
    return references(elbv2_backends[group.account_id][group.region_name]).get(group.arn, [])


def references(backend: ELBv2Backend) -> dict[str, list[str]]:
    """The load balancers of which a listener or a rule names a group, by the ARN of the group."""
    found: dict[str, set[str]] = {}
    for balancer in backend.load_balancers.values():
        for listener in balancer.listeners.values():
            for rule in listener.rules.values():
                for action in rule.actions:
                    for arn in backend._get_target_group_arns_from(action.data):
                        found.setdefault(arn, set()).add(balancer.arn)
    return {arn: sorted(balancers) for arn, balancers in found.items()}


def _set(health: FakeHealthStatus, state: str, reason: str | None) -> None:
    health.status = state
    health.reason = reason
    health.description = DESCRIPTIONS.get(reason or "")
