"""CloudWatch as the SDKs speak it today: Smithy's RPC protocol in CBOR, which moto does not know.

A request is put into the older JSON protocol that moto does know, and its answer back into CBOR. botocore
brings both codecs and the shapes of CloudWatch.
"""

import io
import json
import re
from datetime import datetime
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import BaseCBORParser, RpcV2CBORParser
from botocore.serialize import RpcV2CBORSerializer

PATH = re.compile(r"/service/(GraniteServiceVersion20100801)/operation/([^/]+)")
CONTENT_TYPE = "application/cbor"
HEADERS = [("Content-Type", CONTENT_TYPE), ("smithy-protocol", "rpc-v2-cbor")]


def is_spoken(environ: dict[str, Any]) -> bool:
    """Whether a request is in this protocol."""
    return str(environ.get("HTTP_SMITHY_PROTOCOL", "")) == "rpc-v2-cbor"


def decode(body: bytes) -> dict[str, Any]:
    """The parameters of a request."""
    if not body:
        return {}
    parser = RpcV2CBORParser()
    found = BaseCBORParser.parse_data_item(parser, parser.get_peekable_stream_from_bytes(body))
    return dict(_with_plain_times(found))


def translated(environ: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    """The same request in the JSON protocol."""
    found = PATH.fullmatch(str(environ.get("PATH_INFO", "")))
    if not found:
        raise ValueError(f"no path of CloudWatch's RPC protocol: {environ.get('PATH_INFO')}")
    body = json.dumps(parameters).encode()
    kept = {name: value for name, value in environ.items() if name != "HTTP_SMITHY_PROTOCOL"}
    return kept | {
        "PATH_INFO": "/",
        "RAW_URI": "/",
        "REQUEST_URI": "/",
        "HTTP_X_AMZ_TARGET": f"{found[1]}.{found[2]}",
        "CONTENT_TYPE": "application/x-amz-json-1.0",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }


def encode(operation: str, status: int, body: bytes) -> bytes:
    """The answer to an operation, or an error, from JSON."""
    document = json.loads(body) if body else {}
    if status >= 400:
        return _error(document)
    shape = _service().operation_model(operation).output_shape
    written = bytearray()
    if shape is None:
        return b"\xa0"
    RpcV2CBORSerializer()._serialize_data_item(written, _without_nulls(document), shape)
    return bytes(written)


def _error(document: dict[str, Any]) -> bytes:
    """A map of two texts; no shape is needed for that."""
    code = str(document.get("__type") or document.get("code") or "InternalFailure")
    message = str(document.get("message") or document.get("Message") or "")
    pairs = (("__type", code), ("message", message))
    return b"\xa2" + b"".join(_text(part) for pair in pairs for part in pair)


def _text(text: str) -> bytes:
    encoded = text.encode()
    return b"\x7a" + len(encoded).to_bytes(4, "big") + encoded


def _with_plain_times(value: Any) -> Any:
    """Times as the JSON protocol writes them: seconds since 1970."""
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, dict):
        return {name: _with_plain_times(child) for name, child in value.items()}
    if isinstance(value, list):
        return [_with_plain_times(child) for child in value]
    return value


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(child) for name, child in value.items() if child is not None}
    if isinstance(value, list):
        return [_without_nulls(child) for child in value]
    return value


@cache
def _service() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("cloudwatch", "service-2"))
