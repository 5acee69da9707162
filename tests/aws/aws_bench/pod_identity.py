"""EKS Pod Identity associations, which moto lacks, with AWS' error codes."""

import random
import re
import string
import threading
import time
from typing import Any
from urllib.parse import unquote

from moto.eks.models import eks_backends
from moto.iam.models import iam_backends

from aws_bench.answer import Answer, error_answer, json_answer
from aws_bench.request import Request

PATH = re.compile(r"/clusters/(?P<cluster>[^/]+)/pod-identity-associations(/(?P<id>[^/]+))?")
TAGS_PATH = re.compile(r"/tags/(?P<arn>arn:[^:]+:eks:.+:podidentityassociation/.+)")
SUMMARY = ("clusterName", "namespace", "serviceAccount", "associationArn", "associationId")
REFUSED_ROLE = "Role provided in the request does not exist."


class PodIdentity:
    """All associations of all accounts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._associations: dict[str, dict[str, Any]] = {}
        # Ids look random, as AWS' do, and are the same in every run.
        self._random = random.Random(0)

    def clear(self) -> None:
        """Forgets all associations."""
        with self._lock:
            self._associations.clear()

    def all(self) -> list[dict[str, Any]]:
        """All associations, as AWS describes them."""
        with self._lock:
            return [_visible(association) for association in self._associations.values()]

    def answer(self, request: Request, account: str) -> Answer | None:
        """The answer to a Pod Identity call, or nothing if it is another service's."""
        if request.service != "eks":
            return None
        path = unquote(request.path)
        tags = TAGS_PATH.fullmatch(path)
        found = PATH.fullmatch(path)
        with self._lock:
            if tags:
                return self._tags(request, tags["arn"])
            if not found:
                return None
            cluster = found["cluster"]
            if cluster not in eks_backends[account][request.region].clusters:
                return _error(request, 404, f"No cluster found for name: {cluster}.")
            if found["id"]:
                return self._one(request, account, cluster, found["id"])
            if request.method == "POST":
                return self._create(request, account, cluster)
            return self._list(request, account, cluster)

    def _create(self, request: Request, account: str, cluster: str) -> Answer:
        wanted = request.parameters
        for name in ("namespace", "serviceAccount", "roleArn"):
            if not wanted.get(name):
                return _error(request, 400, f"The field '{name}' is required.")
        token = wanted.get("clientRequestToken", "")
        for existing in self._of(account, request.region, cluster):
            same_place = (existing["namespace"], existing["serviceAccount"]) == (
                wanted["namespace"],
                wanted["serviceAccount"],
            )
            # A repeated token is a repeated request: AWS answers with what the first one made.
            if token and existing["_token"] == token and same_place:
                return json_answer({"association": _visible(existing)})
            if same_place:
                return _error(
                    request,
                    409,
                    f"Association already exists: {existing['associationId']}",
                )
        if not _role_exists(account, wanted["roleArn"]):
            return _error(request, 400, REFUSED_ROLE)
        identifier = "a-" + "".join(self._random.choices(string.ascii_lowercase + string.digits, k=17))
        now = time.time()
        association = {
            "clusterName": cluster,
            "namespace": wanted["namespace"],
            "serviceAccount": wanted["serviceAccount"],
            "roleArn": wanted["roleArn"],
            "associationArn": f"arn:aws:eks:{request.region}:{account}:"
            f"podidentityassociation/{cluster}/{identifier}",
            "associationId": identifier,
            "tags": dict(wanted.get("tags") or {}),
            "createdAt": now,
            "modifiedAt": now,
            "disableSessionTags": bool(wanted.get("disableSessionTags", False)),
            "_token": token,
            "_place": (account, request.region, cluster),
        }
        if wanted.get("targetRoleArn"):
            association["targetRoleArn"] = wanted["targetRoleArn"]
        self._associations[association["associationArn"]] = association
        return json_answer({"association": _visible(association)})

    def _list(self, request: Request, account: str, cluster: str) -> Answer:
        chosen = [
            {name: association[name] for name in SUMMARY}
            for association in self._of(account, request.region, cluster)
            if request.query.get("namespace") in (None, association["namespace"])
            and request.query.get("serviceAccount") in (None, association["serviceAccount"])
        ]
        start = int(request.query.get("nextToken", 0))
        size = int(request.query.get("maxResults", 100))
        page = {"associations": chosen[start : start + size]}
        if start + size < len(chosen):
            page["nextToken"] = str(start + size)
        return json_answer(page)

    def _one(self, request: Request, account: str, cluster: str, identifier: str) -> Answer:
        association = next(
            (
                candidate
                for candidate in self._of(account, request.region, cluster)
                if candidate["associationId"] == identifier
            ),
            None,
        )
        if association is None:
            return _error(request, 404, f"No association found for id: {identifier}.")
        if request.method == "DELETE":
            del self._associations[association["associationArn"]]
        elif request.method == "POST":
            role = request.parameters.get("roleArn")
            if role and not _role_exists(account, role):
                return _error(request, 400, REFUSED_ROLE)
            changes = ("roleArn", "disableSessionTags", "targetRoleArn")
            association.update(
                {name: request.parameters[name] for name in changes if name in request.parameters}
            )
            association["modifiedAt"] = time.time()
        return json_answer({"association": _visible(association)})

    def _tags(self, request: Request, arn: str) -> Answer:
        association = self._associations.get(arn)
        if association is None:
            return _error(request, 404, f"No association found for arn: {arn}.")
        tags: dict[str, str] = association["tags"]
        if request.method == "GET":
            return json_answer({"tags": tags})
        if request.method == "POST":
            tags.update(request.parameters.get("tags") or {})
        else:
            keys = request.query.get("tagKeys", [])
            for key in [keys] if isinstance(keys, str) else keys:
                tags.pop(key, None)
        return json_answer({})

    def _of(self, account: str, region: str, cluster: str) -> list[dict[str, Any]]:
        place = (account, region, cluster)
        return [found for found in self._associations.values() if found["_place"] == place]


def _visible(association: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in association.items() if not name.startswith("_")}


def _role_exists(account: str, arn: str) -> bool:
    roles = iam_backends[account]["aws"].roles.values()
    return any(role.arn == arn for role in roles)


def _error(request: Request, status: int, message: str) -> Answer:
    codes = {
        400: "InvalidParameterException",
        404: "ResourceNotFoundException",
        409: "ResourceInUseException",
    }
    return error_answer(request, codes[status], message, status)
