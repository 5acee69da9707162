"""CloudWatch alarms: their tags go with them."""

from typing import Any

from moto.cloudwatch.models import CloudWatchBackend

from aws_bench.strict.overlay import overlay


def install() -> None:
    """Lays the checks over moto's alarms."""

    @overlay(CloudWatchBackend, "delete_alarms")
    def delete(beneath: Any, backend: CloudWatchBackend, alarm_names: list[str]) -> None:
        gone = list(backend.get_alarms_by_alarm_names(alarm_names))
        beneath(backend, alarm_names)
        for alarm in gone:
            # An alarm that is made again under the name does not have the tags of the old one.
            backend.tagger.delete_all_tags_for_resource(alarm.alarm_arn)
