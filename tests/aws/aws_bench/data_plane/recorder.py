"""CloudWatch metrics of the requests, as an Application Load Balancer writes them once a minute.

Each metric has the dimension `LoadBalancer`; those of targets are also written with `LoadBalancer` and
`TargetGroup`. As on AWS, a count of 0 is not written, and health checks are not counted.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timezone

from moto.cloudwatch.models import cloudwatch_backends
from moto.core import DEFAULT_ACCOUNT_ID

from aws_bench.data_plane.health import Health
from aws_bench.data_plane.table import Table, group_name
from aws_bench.strict.metrics import Distribution

NAMESPACE = "AWS/ApplicationELB"

Dimensions = tuple[tuple[str, str], ...]


class Recorder:
    """Collects what happens within a minute."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._values: dict[tuple[str, Dimensions], list[float]] = defaultdict(list)

    def answered(self, balancer: str, group_arn: str, status: int, seconds: float) -> None:
        """A target answered."""
        self._add(balancer, group_arn, "RequestCount", 1)
        self._add(balancer, group_arn, f"HTTPCode_Target_{status // 100}XX_Count", 1)
        self._add(balancer, group_arn, "TargetResponseTime", seconds)

    def target_failed(self, balancer: str, group_arn: str, status: int, *, connected: bool) -> None:
        """A target was chosen and did not answer; the client gets a status from the load balancer."""
        self._add(balancer, group_arn, "RequestCount", 1)
        if not connected:
            self._add(balancer, group_arn, "TargetConnectionErrorCount", 1)
        self.refused(balancer, status)

    def refused(self, balancer: str, status: int) -> None:
        """The load balancer answered with an error of its own. It has no target group, as on AWS."""
        self._add(balancer, None, "HTTPCode_ELB_5XX_Count", 1)
        self._add(balancer, None, f"HTTPCode_ELB_{status}_Count", 1)

    def publish(self, start: float, table: Table, health: Health) -> None:
        """Writes the metrics of the minute that began at `start`, and starts the next minute."""
        for group in table.groups.values():
            for balancer in group.balancers:
                healthy, unhealthy = health.counts(group)
                dimensions = _dimensions(balancer, group.arn)
                self._values["HealthyHostCount", dimensions].append(healthy)
                self._values["UnHealthyHostCount", dimensions].append(unhealthy)
        collected, self._values = self._values, defaultdict(list)
        stamp = datetime.fromtimestamp(start, timezone.utc).replace(tzinfo=None)
        written = cloudwatch_backends[DEFAULT_ACCOUNT_ID][self._region].metric_data
        for (name, dimensions), values in collected.items():
            written.append(Distribution(NAMESPACE, name, values, dimensions, stamp))

    def _add(self, balancer: str, group_arn: str | None, name: str, value: float) -> None:
        self._values[name, _dimensions(balancer, None)].append(value)
        if group_arn is not None:
            self._values[name, _dimensions(balancer, group_arn)].append(value)


def _dimensions(balancer: str, group_arn: str | None) -> Dimensions:
    own = (("LoadBalancer", balancer),)
    return own if group_arn is None else (*own, ("TargetGroup", group_name(group_arn)))
