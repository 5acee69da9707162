"""The calls under `/_bench/…` by which a test watches and disturbs AWS.

`GET` or `DELETE /_bench/calls`, `POST /_bench/reset`, `GET`, `POST` or `DELETE /_bench/faults`,
`POST` or `DELETE /_bench/delays`, `POST` or `DELETE /_bench/health`, `GET /_bench/resources`,
`GET /_bench/census`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aws_bench import resources, target_health
from aws_bench.answer import Answer, json_answer
from aws_bench.request import Request

if TYPE_CHECKING:
    from aws_bench.application import Application


def answer(application: Application, request: Request) -> Answer:
    """Carries out one control call."""
    try:
        document = json.loads(request.body) if request.body else {}
        return json_answer(_carry_out(application, request, document))
    except LookupError:
        return json_answer({"error": f"no such control call: {request.method} {request.path}"}, 404)
    except (TypeError, ValueError) as problem:
        return json_answer({"error": str(problem)}, 400)


def _carry_out(application: Application, request: Request, document: dict[str, Any]) -> Any:
    calls = {
        ("GET", "resources"): lambda: resources.document(application.pod_identity),
        ("GET", "census"): application.census,
        ("POST", "reset"): application.reset,
        ("GET", "calls"): application.calls.document,
        ("DELETE", "calls"): application.calls.clear,
        ("GET", "faults"): application.faults.document,
        ("POST", "faults"): lambda: application.faults.order(document),
        ("DELETE", "faults"): application.faults.clear,
        ("POST", "delays"): lambda: application.delays.order(document),
        ("DELETE", "delays"): application.delays.clear,
        ("POST", "health"): lambda: target_health.force(**document),
        ("DELETE", "health"): target_health.clear,
    }
    return calls[request.method, request.path.removeprefix("/_bench/")]()
