"""The tagging service: moto knows too few services, takes any number of ARNs, and makes small pages."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

from moto.core.resource_tagging import TaggedResource, make_tag_matcher
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
            # moto always limits a page by its tags. AWS does so only if the call sets a limit.
            return beneath(backend, **(wanted | {"tags_per_page": sys.maxsize}))
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

    @overlay(ResourceGroupsTaggingAPIBackend, "_get_resources_generator")
    def matching(
        beneath: Any,
        backend: ResourceGroupsTaggingAPIBackend,
        tag_filters: Any = None,
        resource_type_filters: Any = None,
        resource_arn_list: Any = None,
    ) -> Iterator[TaggedResource]:
        yield from beneath(backend, tag_filters, resource_type_filters, resource_arn_list)
        is_wanted = make_tag_matcher(tag_filters)
        for resource in _unlisted(backend.account_id, backend.region_name):
            if resource.tags and is_wanted(resource.tags) and not resource_type_filters:
                yield resource


def _unlisted(account: str, region: str) -> Iterator[TaggedResource]:
    """The kinds of objects that AWS lists and moto does not: repositories and listener rules."""
    registry = ecr_backends[account][region]
    for repository in registry.repositories.values():
        tags = registry.tagger.get_tag_dict_for_resource(repository.arn)
        yield TaggedResource(arn=repository.arn, resource_type="ecr:repository", tags=tags)
    balancing = elbv2_backends[account][region]
    for balancer in balancing.load_balancers.values():
        for listener in balancer.listeners.values():
            for rule in listener.rules.values():
                tags = balancing.tagging_service.get_tag_dict_for_resource(rule.arn)
                kind = "elasticloadbalancing:listener-rule"
                yield TaggedResource(arn=rule.arn, resource_type=kind, tags=tags)


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
