"""CloudWatch metrics and alarms of the load balancers' real requests."""

import time
from datetime import datetime, timedelta, timezone
from typing import Any

from checks.bench import control
from checks.plane import PlaneCase

NAMESPACE = "AWS/ApplicationELB"


class MetricCase(PlaneCase):
    def setUp(self) -> None:
        super().setUp()
        self.pod = self.backend("pod")
        self.pods = self.group("pods", self.pod)
        self.rule({self.pods: 1})
        self.wait_until_healthy(self.pods)
        self.start = datetime.now(timezone.utc)

    def dimensions(self, *, of_group: bool = True) -> list[dict[str, str]]:
        balancer = self.platform["load_balancer_arn"].partition(":loadbalancer/")[2]
        own = [{"Name": "LoadBalancer", "Value": balancer}]
        group = [{"Name": "TargetGroup", "Value": self.pods.rpartition(":")[2]}]
        return own + group if of_group else own

    def data(self, name: str, stat: str, *, of_group: bool = True, period: int = 60) -> list[float]:
        dimensions = self.dimensions(of_group=of_group)
        metric = {"Namespace": NAMESPACE, "MetricName": name, "Dimensions": dimensions}
        query = {"Id": "it", "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}}
        found: list[float] = self.cloudwatch.get_metric_data(
            StartTime=self.start, EndTime=datetime.now(timezone.utc), MetricDataQueries=[query]
        )["MetricDataResults"][0]["Values"]
        return found

    def wait_for_the_minute(self) -> None:
        time.sleep(1.1 - time.time() % 1)

    def test_requests_are_counted_by_group_and_by_balancer(self) -> None:
        self.bodies(7)
        self.pod.status = 500
        self.bodies(3)
        self.wait_for_the_minute()
        for of_group in (True, False):
            for name, count in (
                ("RequestCount", 10),
                ("HTTPCode_Target_2XX_Count", 7),
                ("HTTPCode_Target_5XX_Count", 3),
            ):
                with self.subTest(name):
                    self.assertEqual(sum(self.data(name, "Sum", of_group=of_group)), count)
        self.assertEqual(self.data("HTTPCode_Target_4XX_Count", "Sum"), [], "nothing is not counted")

    def test_faults_of_the_balancer_are_not_those_of_a_target(self) -> None:
        self.elbv2.deregister_targets(TargetGroupArn=self.pods, Targets=[{"Id": "10.0.4.10"}])
        self.bodies(4)
        self.wait_for_the_minute()
        self.assertEqual(sum(self.data("HTTPCode_ELB_5XX_Count", "Sum", of_group=False)), 4)
        self.assertEqual(sum(self.data("HTTPCode_ELB_503_Count", "Sum", of_group=False)), 4)
        self.assertEqual(self.data("HTTPCode_ELB_5XX_Count", "Sum"), [])
        self.assertEqual(self.data("RequestCount", "Sum"), [], "no target was chosen")

    def test_refused_connections_are_counted_for_the_group(self) -> None:
        self.pod.close()
        self.bodies(2)
        self.wait_for_the_minute()
        self.assertEqual(sum(self.data("TargetConnectionErrorCount", "Sum")), 2)
        self.assertEqual(sum(self.data("HTTPCode_ELB_502_Count", "Sum", of_group=False)), 2)

    def test_response_times_have_average_and_percentiles(self) -> None:
        self.bodies(30)
        self.pod.delay = 0.3
        self.bodies(2)
        self.pod.delay = 0
        self.wait_for_the_minute()
        # One period that spans the whole check.
        average, half, most = (
            self.data("TargetResponseTime", stat, period=1200)[0] for stat in ("Average", "p50", "p99")
        )
        self.assertLess(half, average)
        self.assertLess(average, 0.3)
        self.assertGreaterEqual(most, 0.3)

    def test_healthy_targets_are_counted_without_requests(self) -> None:
        self.wait_for_the_minute()
        self.assertEqual(self.data("HealthyHostCount", "Minimum")[0], 1)
        self.assertEqual(self.data("UnHealthyHostCount", "Maximum")[0], 0)

    def test_the_census_does_not_count_metrics(self) -> None:
        before = control("GET", "census")
        self.bodies(1)
        self.wait_for_the_minute()
        self.assertEqual(control("GET", "census"), before)

    def test_statistics_have_the_same_data(self) -> None:
        self.bodies(5)
        self.wait_for_the_minute()
        common: dict[str, Any] = {
            "Namespace": NAMESPACE,
            "Dimensions": self.dimensions(),
            "StartTime": self.start,
            "EndTime": datetime.now(timezone.utc),
            "Period": 1200,
        }
        counted = self.cloudwatch.get_metric_statistics(
            MetricName="RequestCount", Statistics=["Sum", "SampleCount"], **common
        )["Datapoints"]
        self.assertEqual([(point["Sum"], point["SampleCount"]) for point in counted], [(5, 5)])
        timed = self.cloudwatch.get_metric_statistics(
            MetricName="TargetResponseTime", ExtendedStatistics=["p95"], **common
        )["Datapoints"]
        self.assertGreater(timed[0]["ExtendedStatistics"]["p95"], 0)

    def expression(self, expression: str) -> list[float]:
        queries = [
            {
                "Id": identifier,
                "ReturnData": False,
                "MetricStat": {
                    "Metric": {"Namespace": NAMESPACE, "MetricName": name, "Dimensions": self.dimensions()},
                    "Period": 1200,
                    "Stat": "Sum",
                },
            }
            for identifier, name in (
                ("requests", "RequestCount"),
                ("errors", "HTTPCode_Target_5XX_Count"),
                ("denied", "HTTPCode_Target_4XX_Count"),
            )
        ]
        answer = self.cloudwatch.get_metric_data(
            StartTime=self.start,
            EndTime=datetime.now(timezone.utc),
            MetricDataQueries=[*queries, {"Id": "result", "Expression": expression}],
        )["MetricDataResults"]
        self.assertEqual([result["Id"] for result in answer], ["result"])
        values: list[float] = answer[0]["Values"]
        return values

    def test_expressions_are_evaluated(self) -> None:
        self.bodies(6)
        self.pod.status = 500
        self.bodies(2)
        self.wait_for_the_minute()
        for expression, values in (
            ("100 * errors / requests", [25.0]),
            ("-(requests - errors) + 1", [-5.0]),
            ("denied / requests", []),
            ("FILL(denied, 0) / requests", [0.0]),
            ("requests / (errors - errors)", []),
        ):
            with self.subTest(expression):
                self.assertEqual(self.expression(expression), values)
        for expression in ("ANOMALY_DETECTION_BAND(errors)", "unknown / requests", "1 + 1", "1 +"):
            with self.subTest(expression):
                self.assert_refused("ValidationError", self.expression, expression=expression)

    def test_periods_below_a_minute_are_refused(self) -> None:
        for period in (0, 30, 90):
            with self.subTest(period):
                request = {"name": "RequestCount", "stat": "Sum", "period": period}
                self.assert_refused("InvalidParameterValue", self.data, **request)

    def test_alarms_follow_the_requests(self) -> None:
        self.cloudwatch.put_metric_alarm(
            AlarmName="errors",
            Namespace=NAMESPACE,
            MetricName="HTTPCode_Target_5XX_Count",
            Dimensions=self.dimensions(),
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=2,
            DatapointsToAlarm=1,
            Threshold=3,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
        )

        def state() -> str:
            shown = self.cloudwatch.describe_alarms(AlarmNames=["errors"])["MetricAlarms"][0]
            return str(shown["StateValue"])

        self.wait(lambda: state() == "INSUFFICIENT_DATA")
        self.pod.status = 500
        self.bodies(8)
        self.wait(lambda: state() == "ALARM")
        self.wait(lambda: state() == "INSUFFICIENT_DATA", seconds=5)

    def test_an_alarm_can_take_missing_data_for_good(self) -> None:
        end = self.start + timedelta(seconds=5)
        self.cloudwatch.put_metric_alarm(
            AlarmName="errors",
            Namespace=NAMESPACE,
            MetricName="HTTPCode_Target_5XX_Count",
            Dimensions=self.dimensions(),
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=3,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="notBreaching",
        )
        self.cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="a test")
        shown = self.cloudwatch.describe_alarms
        self.wait(lambda: shown(AlarmNames=["errors"])["MetricAlarms"][0]["StateValue"] == "OK")
        self.assertLess(datetime.now(timezone.utc), end)
