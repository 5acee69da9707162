"""How much there is in AWS, of whatever kind: what a test compares before and after.

Unlike `resources`, which knows the kinds that it shows, this walks through everything that moto
keeps. A kind that ipsy begins to make tomorrow is counted without a change here.
"""

from collections.abc import Iterator
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.common_models import BaseModel

from aws_bench.pod_identity import PodIdentity

# What an object names is not a part of it: only its own service's objects are counted in it.
_CONTAINERS = (dict, list, tuple, set)


def document(pod_identity: PodIdentity) -> dict[str, int]:
    """The number of objects of each kind, such as `elbv2.FakeTargetGroup`."""
    counts: dict[str, int] = {}
    for service, thing in _all():
        kind = f"{service}.{type(thing).__name__}"
        counts[kind] = counts.get(kind, 0) + 1
    associations = len(pod_identity.all())
    if associations:
        counts["eks.PodIdentityAssociation"] = associations
    return dict(sorted(counts.items()))


def _all() -> Iterator[tuple[str, Any]]:
    """Every object of every service, once."""
    seen: set[int] = set()
    for backends in list(BackendDict._instances):
        if backends.service_name == "moto_api":
            continue
        for _, _, backend in list(backends.iter_backends()):
            for thing in _within(backend, seen):
                yield backends.service_name, thing


def _within(root: BaseBackend, seen: set[int]) -> Iterator[Any]:
    waiting = [root.__dict__]
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen or isinstance(thing, BaseBackend):
            continue
        seen.add(id(thing))
        if isinstance(thing, BaseModel):
            yield thing
            waiting.append(vars(thing))
        elif isinstance(thing, dict):
            waiting.extend(thing.values())
        elif isinstance(thing, _CONTAINERS):
            waiting.extend(thing)
