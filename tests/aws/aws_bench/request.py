"""One call to AWS: which service, which operation, which parameters."""

import contextlib
import io
import json
import re
import socket
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote

from aws_bench import cbor

# EKS speaks REST: the operation is in method and path.
EKS_OPERATIONS = [
    ("POST", r"/clusters", "CreateCluster"),
    ("GET", r"/clusters", "ListClusters"),
    ("GET", r"/clusters/[^/]+", "DescribeCluster"),
    ("DELETE", r"/clusters/[^/]+", "DeleteCluster"),
    ("POST", r"/clusters/[^/]+/pod-identity-associations", "CreatePodIdentityAssociation"),
    ("GET", r"/clusters/[^/]+/pod-identity-associations", "ListPodIdentityAssociations"),
    ("GET", r"/clusters/[^/]+/pod-identity-associations/[^/]+", "DescribePodIdentityAssociation"),
    ("POST", r"/clusters/[^/]+/pod-identity-associations/[^/]+", "UpdatePodIdentityAssociation"),
    ("DELETE", r"/clusters/[^/]+/pod-identity-associations/[^/]+", "DeletePodIdentityAssociation"),
    ("POST", r"/tags/.+", "TagResource"),
    ("GET", r"/tags/.+", "ListTagsForResource"),
    ("DELETE", r"/tags/.+", "UntagResource"),
]
# So does Route 53, in XML.
ROUTE53_OPERATIONS = [
    ("POST", r"/2013-04-01/hostedzone/?", "CreateHostedZone"),
    ("GET", r"/2013-04-01/hostedzone/[^/]+", "GetHostedZone"),
    ("POST", r"/2013-04-01/hostedzone/[^/]+/rrset/?", "ChangeResourceRecordSets"),
    ("GET", r"/2013-04-01/hostedzone/[^/]+/rrset/?", "ListResourceRecordSets"),
    ("GET", r"/2013-04-01/change/[^/]+", "GetChange"),
]
REST = {"eks": EKS_OPERATIONS, "route53": ROUTE53_OPERATIONS}


class Request:
    """A request as the bench sees it. Reading the body here leaves it readable for moto."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self.environ = environ
        self.method: str = environ["REQUEST_METHOD"]
        self.path: str = environ.get("PATH_INFO", "/")
        self.body = self._take_body()
        self.access_key, self.region, self.service = self._signature()
        self.query = {
            name: values if len(values) > 1 else values[0]
            for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()
        }
        content_type: str = environ.get("CONTENT_TYPE", "")
        self.is_query = content_type.startswith("application/x-www-form-urlencoded")
        self.is_cbor = cbor.is_spoken(environ)
        self.parameters: dict[str, Any] = self._parameters()
        self.operation = self._operation()

    def drop_connection(self) -> None:
        """Closes the caller's connection under it, as a broken network does."""
        connection: socket.socket | None = self.environ.get("werkzeug.socket")
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _take_body(self) -> bytes:
        length = int(self.environ.get("CONTENT_LENGTH") or 0)
        body: bytes = self.environ["wsgi.input"].read(length) if length else b""
        self.environ["wsgi.input"] = io.BytesIO(body)
        return body

    def _signature(self) -> tuple[str, str, str]:
        found = re.search(
            r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request",
            self.environ.get("HTTP_AUTHORIZATION", ""),
        )
        return (found[1], found[2], found[3].lower()) if found else ("", "us-east-1", "")

    def _parameters(self) -> dict[str, Any]:
        if self.is_query:
            return nested(parse_qsl(self.body.decode(), keep_blank_values=True))
        if self.is_cbor:
            return cbor.decode(self.body)
        with contextlib.suppress(ValueError):
            document = json.loads(self.body)
            if isinstance(document, dict):
                return document
        return {}

    def _operation(self) -> str:
        target = self.environ.get("HTTP_X_AMZ_TARGET", "")
        if target:
            return str(target).rpartition(".")[2]
        if "Action" in self.parameters:
            return str(self.parameters["Action"])
        smithy = re.fullmatch(r"/service/[^/]+/operation/([^/]+)", self.path)
        if smithy:
            return smithy[1]
        for method, pattern, operation in REST.get(self.service, []):
            if method == self.method and re.fullmatch(pattern, unquote(self.path)):
                return operation
        return ""


def nested(form: list[tuple[str, str]]) -> dict[str, Any]:
    """The tree that AWS' query protocol flattens into `Actions.member.1.Type` keys."""
    tree: dict[str, Any] = {}
    for name, value in form:
        *parents, last = [part for part in name.split(".") if part != "member"]
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {})
        node[last] = value
    return {name: _lists(node) for name, node in tree.items()}


def _lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if node and all(name.isdigit() for name in node):
        return [_lists(node[name]) for name in sorted(node, key=int)]
    return {name: _lists(child) for name, child in node.items()}
