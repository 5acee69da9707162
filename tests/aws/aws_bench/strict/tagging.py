"""The tagging service asked by ARNs: moto knows too few services, and takes any number."""

from collections.abc import Callable
from typing import Any

from moto.core.resource_tagging import TaggedResource
from moto.ecr.models import ecr_backends
from moto.elbv2.models import elbv2_backends
from moto.logs.models import logs_backends
from moto.resourcegroupstaggingapi.exceptions import ResourceGroupsTaggingAPIError
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend
from moto.ssm.models import ssm_backends

from aws_bench.strict.overlay import overlay

ARNS_PER_CALL = 100


def install() -> None:
    """Lays the services that ipsy asks for over moto's."""

    @overlay(ResourceGroupsTaggingAPIBackend, "get_resources")
    def get(beneath: Any, backend: ResourceGroupsTaggingAPIBackend, **wanted: Any) -> Any:
        arns = wanted.get("resource_arn_list") or []
        if not arns:
            return beneath(backend, **wanted)
        if len(arns) > ARNS_PER_CALL:
            raise ResourceGroupsTaggingAPIError(
                "InvalidParameterException",
                f"Member must have length less than or equal to {ARNS_PER_CALL}",
            )
        found = []
        for arn in arns:
            tags = _tags(backend.account_id, backend.region_name, arn)
            if tags:
                found.append(TaggedResource(arn=arn, resource_type="", tags=tags))
        return None, found


def _tags(account: str, region: str, arn: str) -> dict[str, str]:
    _, _, service, _, _, resource = arn.split(":", 5)
    readers: dict[str, Callable[[], dict[str, str]]] = {
        "ecr": lambda: ecr_backends[account][region].tagger.get_tag_dict_for_resource(arn),
        "elasticloadbalancing": lambda: elbv2_backends[account][
            region
        ].tagging_service.get_tag_dict_for_resource(arn),
        "logs": lambda: logs_backends[account][region].tagger.get_tag_dict_for_resource(arn),
        "ssm": lambda: ssm_backends[account][region]
        ._resource_tags.get("Parameter", {})
        .get(resource.removeprefix("parameter"), {}),
    }
    return dict(readers[service]()) if service in readers else {}
