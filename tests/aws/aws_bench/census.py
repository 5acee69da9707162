"""How much there is in AWS, of whatever kind: what a test compares before and after.

Unlike `resources`, which knows the kinds that it shows, this walks through everything that moto
keeps. A kind that ipsy begins to make tomorrow is counted without a change here, unless moto keeps
it as a mere text within another: such parts are told one by one. Metrics are not counted, because the
data plane writes them all the time. Networks are not counted either: ipsy makes none, and moto makes
those of a region as soon as that is asked for the first time.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from moto.cloudwatch.models import MetricDatumBase
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.common_models import BaseModel
from moto.ecr.models import Repository
from moto.elbv2.models import FakeListenerRule
from moto.iam.models import Role

from aws_bench.pod_identity import PodIdentity

_NOT_COUNTED = ("ec2", "moto_api")

# What an object names is not a part of it: only its own service's objects are counted in it.
_CONTAINERS = (dict, list, tuple, set)


def document(pod_identity: PodIdentity) -> dict[str, int]:
    """The number of objects of each kind, such as `elbv2.FakeTargetGroup`."""
    counts: Counter[str] = Counter()
    for service, thing in _all():
        counts[f"{service}.{type(thing).__name__}"] += 1
        if type(thing) in _PARTS:
            counts.update(_PARTS[type(thing)](thing))
    counts["eks.PodIdentityAssociation"] = len(pod_identity.all())
    return {kind: count for kind, count in sorted(counts.items()) if count}


def _role(role: Role) -> dict[str, int]:
    return {
        "iam.InlinePolicy": len(role.policies),
        "iam.PolicyAttachment": len(role.managed_policies),
    }


def _repository(repository: Repository) -> dict[str, int]:
    return {
        "ecr.LifecyclePolicy": int(repository.lifecycle_policy is not None),
        "ecr.RepositoryPolicy": int(repository.policy is not None),
    }


def _rule(rule: FakeListenerRule) -> dict[str, int]:
    forwards = [action.data.get("ForwardConfig") or {} for action in rule.actions]
    return {
        "elbv2.Login": sum(action.type.startswith("authenticate-") for action in rule.actions),
        "elbv2.Weight": sum(len(forward.get("TargetGroups") or []) for forward in forwards),
    }


_PARTS: dict[type, Callable[[Any], dict[str, int]]] = {
    FakeListenerRule: _rule,
    Repository: _repository,
    Role: _role,
}


def _all() -> Iterator[tuple[str, Any]]:
    """Every object of every service, once."""
    seen: set[int] = set()
    for backends in list(BackendDict._instances):
        if backends.service_name in _NOT_COUNTED:
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
        if isinstance(thing, MetricDatumBase):
            continue
        if isinstance(thing, BaseModel):
            yield thing
            waiting.append(vars(thing))
        elif isinstance(thing, dict):
            waiting.extend(thing.values())
        elif isinstance(thing, _CONTAINERS):
            waiting.extend(thing)
