"""A platform whose load balancer is at work, with backends behind it."""

import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from http.client import HTTPMessage
from typing import Any
from urllib.error import HTTPError

from checks.backend import Backend
from checks.bench import BenchCase, control

HOST = "a.b.c"


class PlaneCase(BenchCase):
    """A check with the data plane running; a minute lasts a second."""

    def setUp(self) -> None:
        super().setUp()
        listeners = control("POST", "data_plane", minute_seconds=1)["listeners"]
        self.url = listeners[self.platform["listener_arn"]]
        self.http_url = listeners[self.platform["http_listener_arn"]]
        self.addCleanup(control, "DELETE", "data_plane")

    def backend(self, name: str) -> Backend:
        """A running backend."""
        backend = Backend(name)
        self.addCleanup(backend.close)
        return backend

    def group(self, name: str, *backends: Backend, **settings: Any) -> str:
        """A target group of pods, for which backends stand."""
        checked = {
            "HealthCheckPath": "/health",
            "HealthCheckIntervalSeconds": 5,
            "HealthyThresholdCount": 2,
        }
        arn = self.target_group(name, **checked | settings)
        for index, backend in enumerate(backends):
            self.register(arn, f"10.0.{len(name)}.{index + 10}", backend)
        return arn

    def register(self, arn: str, pod: str, backend: Backend | None = None) -> None:
        """Registers a pod."""
        if backend:
            control("POST", "addresses", **{pod: backend.address})
        self.elbv2.register_targets(TargetGroupArn=arn, Targets=[{"Id": pod, "Port": 8080}])

    def health(self, arn: str) -> list[tuple[str, str | None]]:
        """State and reason of each target."""
        shown = self.elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
        states = [description["TargetHealth"] for description in shown]
        return [(state["State"], state.get("Reason")) for state in states]

    def wait(self, condition: Callable[[], bool], seconds: float = 10) -> None:
        """Waits until a condition holds."""
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, "it took too long")
            time.sleep(0.02)

    def wait_until_healthy(self, *arns: str) -> None:
        """Waits until all targets of groups are healthy."""
        for arn in arns:
            self.wait(lambda arn=arn: {state for state, _ in self.health(arn)} == {"healthy"})

    def get(self, path: str = "/", **headers: str) -> tuple[int, str, HTTPMessage]:
        """Status, body and headers of the answer to a request."""
        request = urllib.request.Request(self.url + path, headers={"Host": HOST} | headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except HTTPError as refused:
            return refused.code, refused.read().decode(), refused.headers

    def bodies(self, requests: int) -> Counter[str]:
        """How many requests each backend answered."""
        return Counter(self.get()[1] for _ in range(requests))
