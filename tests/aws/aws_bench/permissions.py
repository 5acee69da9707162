"""IAM's part: which actions a caller may use. Without an order, everything is allowed, as in moto."""

import threading
from typing import Any

from moto.iam.models import get_account_id_from
from moto.sts.models import sts_backends

from aws_bench.answer import Answer, error_answer
from aws_bench.request import Request

# Services whose IAM actions have another prefix than their signatures.
PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag"}
# AWS allows this call to every caller.
ALWAYS = {"sts:GetCallerIdentity"}
# Who the owner of an access key is in messages.
USER = "arn:aws:iam::123456789012:user/bench"
# What AWS checks beside the action of a call, where the call sets tags.
TAGGING = {
    "cloudwatch:PutMetricAlarm": "cloudwatch:TagResource",
    "ecr:CreateRepository": "ecr:TagResource",
    "eks:CreatePodIdentityAssociation": "eks:TagResource",
    "elasticloadbalancing:CreateRule": "elasticloadbalancing:AddTags",
    "elasticloadbalancing:CreateTargetGroup": "elasticloadbalancing:AddTags",
    "iam:CreateRole": "iam:TagRole",
    "logs:CreateLogGroup": "logs:TagResource",
    "ssm:PutParameter": "ssm:AddTagsToResource",
}
# What AWS checks beside the action of a call, always.
PASSING = {
    "eks:CreatePodIdentityAssociation": ("iam:GetRole", "iam:PassRole"),
    "eks:UpdatePodIdentityAssociation": ("iam:GetRole", "iam:PassRole"),
}


class Permissions:
    """The allowed actions of access keys and roles, and the actions that their calls used."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._allowed: dict[str, set[str]] = {}
        self._used: set[str] = set()

    def order(self, caller: str, allow: list[str]) -> None:
        """From now on, a caller has the actions of `allow` and no others.

        A caller is an access key, or a role by its ARN.
        """
        with self._lock:
            self._allowed[caller], self._used = set(allow), set()

    def clear(self) -> None:
        """Allows everything to every caller."""
        with self._lock:
            self._allowed.clear()

    def document(self) -> dict[str, Any]:
        """The actions that the calls of these callers needed since the last order, denied ones included."""
        with self._lock:
            return {"used": sorted(self._used)}

    def refusal(self, request: Request) -> Answer | None:
        """The answer to a call that is not allowed."""
        with self._lock:
            if not self._allowed:
                return None
            role = role_of(request.access_key)
            allowed = self._allowed.get(role or request.access_key)
            if allowed is None:
                return None
            needed = actions(request)
            self._used.update(needed)
            missing = [action for action in needed if action not in allowed]
        if not missing:
            return None
        message = (
            f"User: {role or USER} is not authorized to perform: {missing[0]}"
            f" on resource: * because no identity-based policy allows the {missing[0]} action"
        )
        is_xml = request.is_query or request.service == "route53"
        code = "AccessDenied" if is_xml else "AccessDeniedException"
        return error_answer(request, code, message, 403)


def role_of(access_key: str) -> str:
    """The ARN of the role that was assumed for an access key, or nothing."""
    backend = sts_backends[get_account_id_from(access_key)]["aws"]
    assumed = backend.get_assumed_role_from_access_key(access_key)
    return str(assumed.role_arn) if assumed else ""


def actions(request: Request) -> list[str]:
    """The IAM actions that AWS checks for a call."""
    action = f"{PREFIXES.get(request.service, request.service)}:{request.operation}"
    if action in ALWAYS:
        return []
    needed = [action, *PASSING.get(action, ())]
    if action in TAGGING and any(request.parameters.get(name) for name in ("Tags", "tags")):
        needed.append(TAGGING[action])
    return needed
