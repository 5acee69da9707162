"""Target health as an ALB reports it, and the means to force it.

An ALB checks a target only if a listener or a rule names its group. moto calls every target
healthy from the start, which hides the trap that a group outside of all rules never gets healthy.
"""

from typing import Any

from moto.ec2.models import EC2Backend
from moto.elbv2.models import FakeHealthStatus, FakeTargetGroup, elbv2_backends

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


def install() -> None:
    """Makes moto report honest health."""
    ask_moto = FakeTargetGroup.health_for

    def health_for(
        group: FakeTargetGroup, target: dict[str, Any], ec2: EC2Backend
    ) -> FakeHealthStatus:
        health = ask_moto(group, target, ec2)
        if target["Id"] not in group.targets:
            return health
        forced = _forced.get((group.arn, target["Id"])) or _forced.get((group.arn, ""))
        if forced:
            _set(health, *forced)
        elif not referenced_by(group):
            _set(health, "unused", "Target.NotInUse")
        return health

    FakeTargetGroup.health_for = health_for


def referenced_by(group: FakeTargetGroup) -> list[str]:
    """The load balancers of which a listener or a rule names the group."""
    backend = elbv2_backends[group.account_id][group.region_name]
    return sorted(
        balancer.arn
        for balancer in backend.load_balancers.values()
        if any(
            group.arn in backend._get_target_group_arns_from(action.data)
            for listener in balancer.listeners.values()
            for rule in listener.rules.values()
            for action in rule.actions
        )
    )


def _set(health: FakeHealthStatus, state: str, reason: str | None) -> None:
    health.status = state
    health.reason = reason
    health.description = DESCRIPTIONS.get(reason or "")
