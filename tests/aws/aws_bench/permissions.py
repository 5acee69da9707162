"""IAM's part: which actions one caller may use. Without an order, everything is allowed, as in moto."""

import threading
from typing import Any

from aws_bench.answer import Answer, error_answer
from aws_bench.request import Request

# Services whose IAM actions have another prefix than their signatures.
PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag"}
# AWS allows this call to every caller.
ALWAYS = {"sts:GetCallerIdentity"}
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
    """The allowed actions of one access key, and the actions that its calls used."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._access_key = ""
        self._allowed: set[str] = set()
        self._used: set[str] = set()

    def order(self, access_key: str, allow: list[str]) -> None:
        """From now on, the caller with `access_key` has the actions of `allow` and no others."""
        with self._lock:
            self._access_key, self._allowed, self._used = access_key, set(allow), set()

    def clear(self) -> None:
        """Allows everything to every caller."""
        with self._lock:
            self._access_key = ""

    def document(self) -> dict[str, Any]:
        """The actions that the calls of the caller needed since the order, denied ones included."""
        with self._lock:
            return {"used": sorted(self._used)}

    def refusal(self, request: Request) -> Answer | None:
        """The answer to a call that is not allowed."""
        with self._lock:
            if not self._access_key or request.access_key != self._access_key:
                return None
            needed = actions(request)
            self._used.update(needed)
            missing = [action for action in needed if action not in self._allowed]
        if not missing:
            return None
        message = (
            f"User: arn:aws:iam::123456789012:user/bench is not authorized to perform: {missing[0]}"
            f" on resource: * because no identity-based policy allows the {missing[0]} action"
        )
        is_xml = request.is_query or request.service == "route53"
        code = "AccessDenied" if is_xml else "AccessDeniedException"
        return error_answer(request, code, message, 403)


def actions(request: Request) -> list[str]:
    """The IAM actions that AWS checks for a call."""
    action = f"{PREFIXES.get(request.service, request.service)}:{request.operation}"
    if action in ALWAYS:
        return []
    needed = [action, *PASSING.get(action, ())]
    if action in TAGGING and any(request.parameters.get(name) for name in ("Tags", "tags")):
        needed.append(TAGGING[action])
    return needed
