"""The conditions of a rule, and whether a request meets them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aws_bench.data_plane.message import Request

PARTS = {
    "host-header": "HostHeaderConfig",
    "path-pattern": "PathPatternConfig",
    "http-header": "HttpHeaderConfig",
    "http-request-method": "HttpRequestMethodConfig",
    "query-string": "QueryStringConfig",
    "source-ip": "SourceIpConfig",
}


@dataclass(frozen=True)
class Condition:
    """A condition: one of its values must match."""

    field: str
    values: tuple[Any, ...]
    header: str = ""

    @classmethod
    def of(cls, condition: dict[str, Any]) -> Condition:
        """A condition as AWS writes it."""
        field = condition["Field"]
        part = condition.get(PARTS[field]) or {}
        values = part.get("Values") or condition.get("Values") or []
        return cls(field, tuple(_hashable(value) for value in values), part.get("HttpHeaderName") or "")

    def is_met_by(self, request: Request) -> bool:
        """Whether a request meets it."""
        return any(MATCHES[self.field](self, value, request) for value in self.values)


def _hashable(value: Any) -> Any:
    return (value.get("Key"), value["Value"]) if isinstance(value, dict) else value


def _host(_: Condition, value: str, request: Request) -> bool:
    return _is_like(value.lower(), request.host.lower())


def _path(_: Condition, value: str, request: Request) -> bool:
    return _is_like(value, urlsplit(request.target).path)


def _header(condition: Condition, value: str, request: Request) -> bool:
    return any(_is_like(value.lower(), found.lower()) for found in request.all(condition.header))


def _method(_: Condition, value: str, request: Request) -> bool:
    return value == request.method


def _query(_: Condition, value: tuple[str | None, str], request: Request) -> bool:
    key, wanted = value
    pairs = parse_qsl(urlsplit(request.target).query, keep_blank_values=True)
    return any(
        (key is None or _is_like(key.lower(), name.lower())) and _is_like(wanted.lower(), found.lower())
        for name, found in pairs
    )


def _source(_: Condition, value: str, request: Request) -> bool:
    return ipaddress.ip_address(request.source) in ipaddress.ip_network(value, strict=False)


MATCHES: dict[str, Callable[[Condition, Any, Request], bool]] = {
    "host-header": _host,
    "path-pattern": _path,
    "http-header": _header,
    "http-request-method": _method,
    "query-string": _query,
    "source-ip": _source,
}


def _is_like(pattern: str, text: str) -> bool:
    """`*` stands for any characters, `?` for one."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, text, re.DOTALL) is not None
