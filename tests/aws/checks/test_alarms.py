"""CloudWatch alarms, in the protocol that the SDKs speak."""

from datetime import datetime, timedelta, timezone

from checks.bench import BenchCase, control


class AlarmCase(BenchCase):
    def alarm(self) -> None:
        self.cloudwatch.put_metric_alarm(
            AlarmName="checkout-5xx",
            Namespace="AWS/ApplicationELB",
            MetricName="HTTPCode_Target_5XX_Count",
            Dimensions=[{"Name": "TargetGroup", "Value": "targetgroup/pods/1"}],
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=3,
            Threshold=10.5,
            ComparisonOperator="GreaterThanThreshold",
            Tags=[{"Key": "team", "Value": "payments"}],
        )

    def test_an_alarm_is_made_shown_set_off_and_deleted(self) -> None:
        self.alarm()
        shown = self.cloudwatch.describe_alarms(AlarmNames=["checkout-5xx"])["MetricAlarms"][0]
        self.assertEqual(shown["Threshold"], 10.5)
        self.assertEqual(shown["Dimensions"][0]["Value"], "targetgroup/pods/1")
        tags = self.cloudwatch.list_tags_for_resource(ResourceARN=shown["AlarmArn"])["Tags"]
        self.assertEqual(tags, [{"Key": "team", "Value": "payments"}])
        self.cloudwatch.set_alarm_state(
            AlarmName="checkout-5xx", StateValue="ALARM", StateReason="a test"
        )
        shown = self.cloudwatch.describe_alarms(AlarmNames=["checkout-5xx"])["MetricAlarms"][0]
        self.assertEqual(shown["StateValue"], "ALARM")
        self.cloudwatch.delete_alarms(AlarmNames=["checkout-5xx"])
        self.assertEqual(self.cloudwatch.describe_alarms()["MetricAlarms"], [])
        tags = self.cloudwatch.list_tags_for_resource(ResourceARN=shown["AlarmArn"])["Tags"]
        self.assertEqual(tags, [], "an alarm takes its tags along")

    def test_faults_and_the_log_of_calls_know_the_protocol(self) -> None:
        control("POST", "faults", operation="DescribeAlarms", code="AccessDenied", status=403)
        self.assert_refused("AccessDenied", self.cloudwatch.describe_alarms)
        self.alarm()
        calls = control("GET", "calls")["calls"]
        self.assertEqual(calls[-1]["operation"], "PutMetricAlarm")
        self.assertEqual(calls[-1]["parameters"]["Threshold"], 10.5)

    def test_requests_of_a_target_group_are_counted(self) -> None:
        dimensions = [{"Name": "TargetGroup", "Value": "targetgroup/pods/1"}]
        metric = {"MetricName": "RequestCount", "Dimensions": dimensions}
        namespace = "AWS/ApplicationELB"
        self.cloudwatch.put_metric_data(Namespace=namespace, MetricData=[{**metric, "Value": 600.0}])
        now = datetime.now(timezone.utc)
        stat = {"Metric": {**metric, "Namespace": namespace}, "Period": 60, "Stat": "Sum"}
        found = self.cloudwatch.get_metric_data(
            StartTime=now - timedelta(minutes=5),
            EndTime=now + timedelta(minutes=1),
            MetricDataQueries=[{"Id": "group0", "MetricStat": stat}],
        )["MetricDataResults"][0]
        self.assertEqual(sum(found["Values"]), 600.0)
