"""HTTP/1.1 messages over asyncio's streams. Bodies are read whole."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus

Headers = list[tuple[str, str]]

# They concern one connection, and bodies are sent on with a length.
HOP_BY_HOP = ("connection", "keep-alive", "transfer-encoding", "content-length", "te", "trailer", "upgrade")


@dataclass
class Request:
    """A request of a client."""

    method: str
    target: str
    headers: Headers
    body: bytes
    source: str
    keeps_alive: bool

    @property
    def host(self) -> str:
        """The host that it asks for, without a port."""
        return next(iter(self.all("host")), "").partition(":")[0]

    def all(self, name: str) -> list[str]:
        """The values of a header."""
        return [value for found, value in self.headers if found.lower() == name.lower()]


@dataclass
class Answer:
    """An answer of a target or of the load balancer itself."""

    status: int
    headers: Headers = field(default_factory=list)
    body: bytes = b""


async def read_request(reader: asyncio.StreamReader, source: str) -> Request | None:
    """The next request of a connection; None after the last one."""
    line = await reader.readline()
    if not line.strip():
        return None
    method, target, version = line.decode("latin-1").split()
    headers = await _read_headers(reader)
    body = await _read_body(reader, headers, until_end=False)
    connection = _value(headers, "connection").lower()
    keeps_alive = connection != "close" and (version != "HTTP/1.0" or connection == "keep-alive")
    return Request(method, target, headers, body, source, keeps_alive)


async def read_answer(reader: asyncio.StreamReader, method: str) -> Answer:
    """The answer to a request."""
    line = (await reader.readline()).decode("latin-1")
    version, status = line.split()[:2] if len(line.split()) > 1 else ("", "")
    if not version.startswith("HTTP/1.") or not status.isdigit():
        raise ValueError(f"not an HTTP answer: {line!r}")
    headers = await _read_headers(reader)
    has_body = method != "HEAD" and int(status) not in (204, 304)
    body = await _read_body(reader, headers, until_end=True) if has_body else b""
    return Answer(int(status), headers, body)


def written_request(request: Request, extra: Headers) -> bytes:
    """A request for a target, on a connection of its own."""
    headers = [*_end_to_end(request.headers), *extra, ("Connection", "close")]
    if request.body:
        headers.append(("Content-Length", str(len(request.body))))
    return _written(f"{request.method} {request.target} HTTP/1.1", headers, request.body)


def written_answer(answer: Answer, request: Request) -> bytes:
    """An answer for the client."""
    headers = _end_to_end(answer.headers)
    if request.method == "HEAD":
        length = _value(answer.headers, "content-length")
        headers += [("Content-Length", length)] if length else []
    elif answer.status not in (204, 304):
        headers.append(("Content-Length", str(len(answer.body))))
    headers.append(("Connection", "keep-alive" if request.keeps_alive else "close"))
    phrase = HTTPStatus(answer.status).phrase if answer.status in list(HTTPStatus) else "Unknown"
    body = b"" if request.method == "HEAD" else answer.body
    return _written(f"HTTP/1.1 {answer.status} {phrase}", headers, body)


def _written(line: str, headers: Headers, body: bytes) -> bytes:
    lines = [line, *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def _end_to_end(headers: Headers) -> Headers:
    return [(name, value) for name, value in headers if name.lower() not in HOP_BY_HOP]


def _value(headers: Headers, name: str) -> str:
    return next((value for found, value in headers if found.lower() == name), "")


async def _read_headers(reader: asyncio.StreamReader) -> Headers:
    headers: Headers = []
    while line := (await reader.readline()).decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers.append((name.strip(), value.strip()))
    return headers


async def _read_body(reader: asyncio.StreamReader, headers: Headers, *, until_end: bool) -> bytes:
    if "chunked" in _value(headers, "transfer-encoding").lower():
        return await _read_chunks(reader)
    length = _value(headers, "content-length")
    if length:
        return await reader.readexactly(int(length))
    return await reader.read() if until_end else b""


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int((await reader.readline()).partition(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await _read_headers(reader)
    return body
