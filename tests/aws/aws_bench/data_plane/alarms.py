"""Alarms on the load balancers' metrics, evaluated each minute.

Only alarms on one metric with a fixed threshold are evaluated. Composite alarms, metric math and alarms on
other metrics keep the state that `SetAlarmState` gave them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from moto.cloudwatch.models import Alarm, CloudWatchBackend, cloudwatch_backends
from moto.core import DEFAULT_ACCOUNT_ID

from aws_bench import minute
from aws_bench.data_plane.recorder import NAMESPACE
from aws_bench.strict.metrics import series, statistic

BREACHES: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def evaluate(region: str, now: float) -> None:
    """Updates the state of all alarms at the end of a minute."""
    backend = cloudwatch_backends[DEFAULT_ACCOUNT_ID][region]
    for alarm in list(backend.alarms.values()):
        is_simple = alarm.namespace == NAMESPACE and not alarm.metric_data_queries and not alarm.rule
        if not is_simple or alarm.comparison_operator not in BREACHES:
            continue
        state = _state(backend, alarm, now)
        if state != alarm.state_value:
            alarm.update_state(f"{alarm.metric_name} was evaluated", "{}", state)


def _state(backend: CloudWatchBackend, alarm: Alarm, now: float) -> str:
    periods = int(alarm.evaluation_periods)
    needed = int(alarm.datapoints_to_alarm or periods)
    end = datetime.fromtimestamp(now, timezone.utc)
    start = end - timedelta(seconds=minute.scaled(int(alarm.period)) * periods)
    metric = {
        "Namespace": alarm.namespace,
        "MetricName": alarm.metric_name,
        "Dimensions": [{"Name": part.name, "Value": part.value} for part in alarm.dimensions],
    }
    found = series(backend, metric, int(alarm.period), start, end)
    name = alarm.statistic or alarm.extended_statistic
    breaches = BREACHES[alarm.comparison_operator]
    breaching = sum(breaches(statistic(data, name), float(alarm.threshold)) for _, data in found)
    missing = periods - len(found)
    treatment = alarm.treat_missing_data or "missing"
    if treatment == "breaching":
        breaching += missing
    if breaching >= needed:
        return "ALARM"
    if not found and treatment in ("missing", "ignore"):
        return "INSUFFICIENT_DATA" if treatment == "missing" else alarm.state_value
    return "OK"
