"""The WSGI application: control calls, call log, delays, permissions, faults, Pod Identity, then moto.

The data plane follows each change.
"""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import get_account_id_from
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from aws_bench import cbor, census, control, target_health
from aws_bench.answer import Answer
from aws_bench.calls import Calls
from aws_bench.data_plane.plane import Plane
from aws_bench.faults import Delays, Faults
from aws_bench.permissions import Permissions
from aws_bench.pod_identity import PodIdentity
from aws_bench.request import Request

READS = ("Describe", "Get", "List", "BatchGet")


class Application:
    """One AWS: its services and the means to watch and to disturb them."""

    def __init__(self) -> None:
        self.calls = Calls()
        self.faults = Faults()
        self.delays = Delays()
        self.permissions = Permissions()
        self.pod_identity = PodIdentity()
        self.data_plane = Plane()
        self._moto = DomainDispatcherApplication(create_backend_app)
        # moto's models are plain dictionaries; two calls at once can see them half changed.
        self._one_at_a_time = threading.RLock()

    def __call__(self, environ: dict[str, Any], start: Callable) -> Iterable[bytes]:
        request = Request(environ)
        if request.path.startswith("/_bench/"):
            return control.answer(self, request).send(start)
        if request.path.startswith("/moto-api/"):
            return self._moto(environ, start)

        time.sleep(self.delays.seconds_for(request))
        refusal = self.permissions.refusal(request)
        fault = None if refusal else self.faults.strike(request)
        if refusal:
            answer = refusal
        elif fault and fault.before_effect:
            answer = fault.answer(request, None)
        else:
            answer = self._effect(request)
            if fault:
                answer = fault.answer(request, answer)
        self.calls.record(request, answer.status)
        if answer.lost:
            request.drop_connection()
        return answer.send(start)

    def census(self) -> dict[str, int]:
        """How much there is, of every kind, in one moment."""
        with self._one_at_a_time:
            return census.document(self.pod_identity)

    def start_data_plane(self, **options: Any) -> dict[str, Any]:
        """Starts the load balancers; returns the URL of each listener."""
        with self._one_at_a_time:
            return self.data_plane.start(**options)

    def reset(self) -> None:
        """Forgets everything: resources, calls, faults, delays and forced health; stops the data plane."""
        self.data_plane.stop()
        with self._one_at_a_time:
            from moto.moto_api._internal.models import moto_api_backend

            moto_api_backend.reset()
            self.pod_identity.clear()
            target_health.clear()
        self.calls.clear()
        self.faults.clear()
        self.delays.clear()
        self.permissions.clear()

    def _effect(self, request: Request) -> Answer:
        with self._one_at_a_time:
            account = account_of(request)
            answer = self.pod_identity.answer(request, account) or self._ask_moto(request)
            if not request.operation.startswith(READS):
                self.data_plane.follow()
            return answer

    def _ask_moto(self, request: Request) -> Answer:
        captured: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            captured.update(status=int(status.split()[0]), headers=headers)

        if not request.is_cbor:
            body = b"".join(self._moto(request.environ, start))
            return Answer(captured["status"], body, captured["headers"])
        environ = cbor.translated(request.environ, request.parameters)
        body = b"".join(self._moto(environ, start))
        body = cbor.encode(request.operation, captured["status"], body)
        return Answer(captured["status"], body, cbor.HEADERS)


def account_of(request: Request) -> str:
    """The account that a request acts in, by moto's own rule."""
    named = request.environ.get("HTTP_X_MOTO_ACCOUNT_ID")
    if named:
        return str(named)
    if request.access_key:
        return get_account_id_from(request.access_key)
    return DEFAULT_ACCOUNT_ID
