"""The calls under `/_bench/…` by which a test watches and disturbs AWS.

`GET` or `DELETE /_bench/calls`, `POST /_bench/reset`, `GET`, `POST` or `DELETE /_bench/faults`,
`POST` or `DELETE /_bench/delays`, `POST` or `DELETE /_bench/health`, `GET /_bench/resources`,
`GET /_bench/census`.

`POST /_bench/permissions` with `{"caller": CALLER, "allow": ["iam:GetRole"]}` denies all other actions to that
access key, or to the role of that ARN; `GET` returns the actions that calls needed, `DELETE` allows everything again.

`POST /_bench/data_plane` starts the load balancers and returns the URL of each listener;
`{"minute_seconds": 1}` shortens what AWS times (see `minute`). `GET` returns the same, `DELETE` stops them.
`POST /_bench/addresses` with `{"i-0123456789abcdef0": "127.0.0.1:8080"}` sets where the stand-ins of
instances and pods listen.
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
        ("GET", "permissions"): application.permissions.document,
        ("POST", "permissions"): lambda: application.permissions.order(**document),
        ("DELETE", "permissions"): application.permissions.clear,
        ("POST", "health"): lambda: target_health.force(**document),
        ("DELETE", "health"): target_health.clear,
        ("GET", "data_plane"): application.data_plane.document,
        ("POST", "data_plane"): lambda: application.start_data_plane(**document),
        ("DELETE", "data_plane"): application.data_plane.stop,
        ("POST", "addresses"): lambda: application.data_plane.addresses.add(document),
    }
    return calls[request.method, request.path.removeprefix("/_bench/")]()
