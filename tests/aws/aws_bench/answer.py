"""Responses to a caller, and the error format of each of AWS' protocols."""

import json
import uuid
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from xml.sax.saxutils import escape

from aws_bench import cbor
from aws_bench.request import Request


class Answer:
    """A status, headers and a body. `lost` means that the caller never gets it."""

    def __init__(
        self, status: int, body: bytes, headers: list[tuple[str, str]], *, lost: bool = False
    ) -> None:
        self.status = status
        self.body = body
        self.headers = headers
        self.lost = lost

    def send(self, start: Callable) -> Iterable[bytes]:
        """Gives the answer to the WSGI server."""
        kept = [(name, value) for name, value in self.headers if name.lower() != "content-length"]
        start(
            f"{self.status} {HTTPStatus(self.status).phrase}",
            [*kept, ("Content-Length", str(len(self.body)))],
        )
        return [self.body]


def json_answer(document: Any, status: int = 200) -> Answer:
    """A JSON document."""
    return Answer(
        status, json.dumps(document, default=str).encode(), [("Content-Type", "application/json")]
    )


def error_answer(request: Request, code: str, message: str, status: int) -> Answer:
    """An error as the protocol of the called service words it."""
    request_id = str(uuid.uuid4())
    if request.is_query or request.service == "route53":
        body = (
            '<?xml version="1.0" encoding="UTF-8"?><ErrorResponse><Error>'
            f"<Type>{'Sender' if status < 500 else 'Receiver'}</Type>"
            f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
            f"</Error><RequestId>{request_id}</RequestId></ErrorResponse>"
        ).encode()
        content_type = "text/xml"
    else:
        body = json.dumps({"__type": code, "message": message}).encode()
        content_type = "application/x-amz-json-1.1"
        if request.is_cbor:
            body = cbor.encode(request.operation, status, body)
            content_type = cbor.CONTENT_TYPE
    headers = [
        ("Content-Type", content_type),
        ("x-amzn-ErrorType", code),
        ("x-amzn-RequestId", request_id),
    ]
    if request.is_cbor:
        headers.append(("smithy-protocol", "rpc-v2-cbor"))
    return Answer(status, body, headers)
