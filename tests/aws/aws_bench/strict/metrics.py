"""Metrics as CloudWatch reads them: periods, percentiles, and dimensions that must all be the same."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any

from moto.cloudwatch.exceptions import (
    InvalidParameterCombination,
    InvalidParameterValue,
    ValidationError,
)
from moto.cloudwatch.models import (
    CloudWatchBackend,
    MetricAggregatedDatum,
    MetricDatumBase,
    Statistics,
)
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from aws_bench import minute
from aws_bench.strict import metric_math
from aws_bench.strict.overlay import overlay

SHORT_PERIODS = (1, 5, 10, 20, 30)
STATISTICS = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")


class Distribution(MetricAggregatedDatum):
    """All values of a metric within a minute, from which percentiles are computed."""

    def __init__(
        self,
        namespace: str,
        name: str,
        values: list[float],
        dimensions: Iterable[tuple[str, str]],
        stamp: datetime,
    ) -> None:
        pairs = [{"Name": key, "Value": value} for key, value in dimensions]
        super().__init__(
            namespace, name, min(values), max(values), len(values), sum(values), pairs, stamp
        )
        self.values = sorted(values)


def install() -> None:
    """Lays the reads over moto's."""

    @overlay(CloudWatchBackend, "get_metric_data")
    def get(
        beneath: Any,
        backend: CloudWatchBackend,
        queries: list[dict[str, Any]],
        start_time: datetime,
        end_time: datetime,
        scan_by: str = "TimestampDescending",
    ) -> list[dict[str, Any]]:
        # moto compares whole seconds, which is too coarse for short minutes.
        if _plain(start_time) >= _plain(end_time):
            raise ValidationError("The parameter EndTime must be greater than StartTime.")
        in_sql = [query for query in queries if query.get("Expression", "").startswith("SELECT")]
        results = beneath(backend, in_sql, start_time, end_time, scan_by) if in_sql else []
        found: dict[str, metric_math.Series] = {}
        for query in queries:
            if "MetricStat" in query:
                found[query["Id"]] = _series_of(backend, query["MetricStat"], start_time, end_time)
        for query in queries:
            if "Expression" in query and query not in in_sql:
                found[query["Id"]] = metric_math.evaluate(query["Expression"], found)
        shown = [query for query in queries if query["Id"] in found and query.get("ReturnData", True)]
        return [_result(query, found[query["Id"]], scan_by) for query in shown] + results

    CloudWatchResponse.get_metric_statistics = _get_metric_statistics


def series(
    backend: CloudWatchBackend, metric: dict[str, Any], period: int, start: datetime, end: datetime
) -> list[tuple[datetime, list[MetricDatumBase]]]:
    """The data of a metric by period, oldest first. Periods without data are left out."""
    is_short = period in SHORT_PERIODS and not metric["Namespace"].startswith("AWS/")
    if not is_short and (period < 60 or period % 60):
        raise InvalidParameterValue("The parameter Period must be a multiple of 60.")
    start, end = _rounded(_plain(start)), _plain(end)
    wanted = sorted((found["Name"], found["Value"]) for found in metric.get("Dimensions") or [])
    length = timedelta(seconds=max(1.0, minute.scaled(period)))
    periods: dict[int, list[MetricDatumBase]] = {}
    for datum in backend.get_all_metrics():
        if (
            datum.namespace == metric["Namespace"]
            and datum.name == metric["MetricName"]
            and start <= _plain(datum.timestamp) < end
            and sorted((own.name, own.value) for own in datum.dimensions) == wanted
        ):
            periods.setdefault((_plain(datum.timestamp) - start) // length, []).append(datum)
    return [(start + index * length, data) for index, data in sorted(periods.items())]


def statistic(data: list[MetricDatumBase], name: str) -> float:
    """A statistic, such as `Sum` or `p95`."""
    if name in STATISTICS:
        statistics = Statistics([name], datetime.min)
        statistics.metric_data = data
        return float(statistics.get_statistics_for_type(name))
    try:
        percent = float(name.removeprefix("p"))
    except ValueError:
        percent = -1.0
    if not name.startswith("p") or not 0 <= percent <= 100:
        raise InvalidParameterValue(f"The value {name} for parameter Stat is not supported.")
    values = sorted(value for datum in data for value in _values(datum))
    return values[max(0, math.ceil(percent / 100 * len(values)) - 1)]


def _values(datum: MetricDatumBase) -> list[float]:
    if isinstance(datum, Distribution):
        return datum.values
    return [datum.value] if hasattr(datum, "value") else [datum.max]


def _series_of(
    backend: CloudWatchBackend, stat: dict[str, Any], start: datetime, end: datetime
) -> metric_math.Series:
    found = series(backend, stat["Metric"], int(stat["Period"]), start, end)
    return {stamp: statistic(data, stat["Stat"]) for stamp, data in found}


def _result(query: dict[str, Any], found: metric_math.Series, scan_by: str) -> dict[str, Any]:
    stamps = sorted(found, reverse=scan_by == "TimestampDescending")
    stat = query.get("MetricStat")
    label = f"{stat['Metric']['MetricName']} {stat['Stat']}" if stat else query["Id"]
    return {
        "id": query["Id"],
        "label": query.get("Label") or label,
        "timestamps": stamps,
        "values": [found[stamp] for stamp in stamps],
        "status_code": "Complete",
    }


def _get_metric_statistics(response: CloudWatchResponse) -> ActionResult:
    names = response._get_param("Statistics", [])
    extended = response._get_param("ExtendedStatistics", [])
    if not names and not extended:
        raise InvalidParameterCombination("Must specify either Statistics or ExtendedStatistics")
    start, end = response._get_param("StartTime"), response._get_param("EndTime")
    if _plain(start) >= _plain(end):
        raise InvalidParameterValue(
            "The parameter StartTime must be less than the parameter EndTime."
        )
    metric = {
        "Namespace": response._get_param("Namespace"),
        "MetricName": response._get_param("MetricName"),
        "Dimensions": response._get_param("Dimensions", []),
    }
    backend = response.cloudwatch_backend
    points = []
    for stamp, data in series(backend, metric, response._get_int_param("Period"), start, end):
        point: dict[str, Any] = {"Timestamp": stamp, "Unit": data[0].unit or "None"}
        point |= {name: statistic(data, name) for name in names}
        if extended:
            point["ExtendedStatistics"] = {name: statistic(data, name) for name in extended}
        points.append(point)
    return ActionResult({"Label": metric["MetricName"], "Datapoints": points})


def _rounded(time: datetime) -> datetime:
    """CloudWatch rounds the start of a read down to the whole minute."""
    seconds = time.replace(tzinfo=timezone.utc).timestamp()
    rounded = seconds // minute.seconds() * minute.seconds()
    return datetime.fromtimestamp(rounded, timezone.utc).replace(tzinfo=None)


def _plain(time: datetime) -> datetime:
    """The time in UTC without a zone, as in moto."""
    return time.astimezone(timezone.utc).replace(tzinfo=None) if time.tzinfo else time
