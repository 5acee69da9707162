"""Target groups: idempotent create, ranges of health checks, and where a group is in use."""

from typing import Any

from moto.elbv2.exceptions import DuplicateTargetGroupName, ELBClientError
from moto.elbv2.models import ELBv2Backend, FakeTargetGroup

from aws_bench.strict.overlay import overlay
from aws_bench.target_health import references

SETTINGS = (
    "protocol",
    "protocol_version",
    "port",
    "vpc_id",
    "target_type",
    "ip_address_type",
    "health_check_protocol",
    "health_check_port",
    "health_check_path",
    "health_check_interval_seconds",
    "health_check_timeout_seconds",
    "health_check_enabled",
    "healthy_threshold_count",
    "unhealthy_threshold_count",
    "matcher",
)
# Application load balancers: parameter, least, most.
RANGES = (
    ("port", 1, 65535),
    ("healthcheck_interval_seconds", 5, 300),
    ("healthcheck_timeout_seconds", 2, 120),
    ("healthy_threshold_count", 2, 10),
    ("unhealthy_threshold_count", 2, 10),
)


def install() -> None:
    """Lays the checks over moto's target groups."""

    @overlay(ELBv2Backend, "create_target_group")
    def create(beneath: Any, backend: ELBv2Backend, name: str, **settings: Any) -> FakeTargetGroup:
        _check_ranges(settings)
        existing = next((g for g in backend.target_groups.values() if g.name == name), None)
        if existing is None:
            return beneath(backend, name, **settings)
        # AWS answers the same settings with the existing group, tags or not: it can be another
        # team's. moto makes a candidate here so that its own defaults are compared as well.
        del backend.target_groups[existing.arn]
        try:
            candidate = beneath(backend, name, **(settings | {"tags": None}))
            del backend.target_groups[candidate.arn]
        finally:
            backend.target_groups[existing.arn] = existing
        if _settings(candidate) != _settings(existing):
            raise DuplicateTargetGroupName()
        return existing

    @overlay(ELBv2Backend, "modify_target_group")
    def modify(beneath: Any, backend: ELBv2Backend, *arguments: Any, **named: Any) -> Any:
        health = {
            name.replace("health_check_", "healthcheck_"): value for name, value in named.items()
        }
        _check_ranges(health)
        return beneath(backend, *arguments, **named)

    @overlay(ELBv2Backend, "describe_target_groups")
    def describe(beneath: Any, backend: ELBv2Backend, *arguments: Any, **named: Any) -> Any:
        referencing = references(backend)
        for group in backend.target_groups.values():
            group.load_balancer_arns = referencing.get(group.arn, [])
        return beneath(backend, *arguments, **named)


def _settings(group: FakeTargetGroup) -> dict[str, str]:
    return {name: str(getattr(group, name, None)) for name in SETTINGS}


def _check_ranges(settings: dict[str, Any]) -> None:
    for name, least, most in RANGES:
        value = settings.get(name)
        if value is not None and not least <= int(value) <= most:
            raise ELBClientError(
                "ValidationError", f"'{name}' must be between {least} and {most}, not '{value}'"
            )
