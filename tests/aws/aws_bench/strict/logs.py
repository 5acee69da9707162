"""CloudWatch log groups: retention, names, and the calls and filters that moto lacks."""

import json
import re
from typing import Any

from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.models import LogGroup, LogsBackend
from moto.logs.responses import LogsResponse

from aws_bench.strict.overlay import overlay

NAME = re.compile(r"[.\-_/#A-Za-z0-9]{1,512}")
RETENTION_DAYS = [
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
]
MOST_IDENTIFIERS = 50


def install() -> None:
    """Lays the checks over moto's log groups."""

    @overlay(LogsBackend, "create_log_group")
    def create(
        beneath: Any, backend: LogsBackend, log_group_name: str, tags: Any, **named: Any
    ) -> LogGroup:
        if not NAME.fullmatch(log_group_name):
            raise InvalidParameterException(
                constraint="Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
                parameter="logGroupName",
                value=log_group_name,
            )
        return beneath(backend, log_group_name, tags, **named)

    @overlay(LogsBackend, "put_retention_policy")
    def retain(
        beneath: Any, backend: LogsBackend, log_group_name: str, retention_in_days: str
    ) -> None:
        if int(retention_in_days) not in RETENTION_DAYS:
            raise InvalidParameterException(
                constraint=f"Member must satisfy enum value set: {RETENTION_DAYS}",
                parameter="retentionInDays",
                value=retention_in_days,
            )
        beneath(backend, log_group_name, retention_in_days)

    @overlay(LogsBackend, "delete_log_group")
    def delete(beneath: Any, backend: LogsBackend, log_group_name: str) -> None:
        group = backend.groups.get(log_group_name)
        beneath(backend, log_group_name)
        if group:
            # A group that is made again under the name does not have the tags of the old one.
            backend.tagger.delete_all_tags_for_resource(group.arn)

    @overlay(LogsResponse, "describe_log_groups")
    def describe(beneath: Any, response: LogsResponse) -> str:
        identifiers = response._get_param("logGroupIdentifiers")
        if identifiers is None:
            return beneath(response)
        if len(identifiers) > MOST_IDENTIFIERS:
            raise InvalidParameterException(
                constraint=f"Member must have length less than or equal to {MOST_IDENTIFIERS}",
                parameter="logGroupIdentifiers",
                value=identifiers,
            )
        names = {_name_in(one) or one for one in identifiers}
        groups = response.logs_backend.groups
        found = [groups[name].to_describe_dict() for name in sorted(names & groups.keys())]
        return json.dumps({"logGroups": found})

    LogsResponse.associate_kms_key = _associate_kms_key
    LogsResponse.disassociate_kms_key = _disassociate_kms_key


def _group(response: LogsResponse) -> LogGroup:
    name = response._get_param("logGroupName") or _name_in(
        response._get_param("resourceIdentifier") or ""
    )
    group = response.logs_backend.groups.get(name)
    if group is None:
        raise ResourceNotFoundException()
    return group


def _name_in(arn: str) -> str:
    return arn.partition(":log-group:")[2].removesuffix(":*")


def _associate_kms_key(response: LogsResponse) -> str:
    _group(response).kms_key_id = response._get_param("kmsKeyId")
    return ""


def _disassociate_kms_key(response: LogsResponse) -> str:
    _group(response).kms_key_id = None
    return ""
