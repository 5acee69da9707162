"""Starts and stops the load balancers, and keeps them in step with moto."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine
from typing import Any

from aws_bench import minute, target_health
from aws_bench.data_plane import alarms, table
from aws_bench.data_plane.addresses import Addresses
from aws_bench.data_plane.health import Health
from aws_bench.data_plane.listener import Balancer
from aws_bench.data_plane.recorder import Recorder

REGION = "us-east-1"


class Plane:
    """The load balancers of the platform's region. They listen from `start` to `stop`."""

    def __init__(self) -> None:
        self.addresses = Addresses()
        self._works: _Works | None = None

    def start(self, minute_seconds: int = minute.AWS_SECONDS) -> dict[str, Any]:
        """Starts them; returns the URL of each listener."""
        if self._works is None:
            minute.set_seconds(minute_seconds)
            self._works = _Works(self.addresses)
            target_health.observe(self._works.health)
            self.follow()
        return self.document()

    def stop(self) -> None:
        """Stops them and forgets all addresses of targets."""
        if self._works is not None:
            self._works.end()
            self._works = None
        target_health.observe(None)
        minute.set_seconds(minute.AWS_SECONDS)
        self.addresses.clear()

    def follow(self) -> None:
        """Takes a new snapshot of moto; the next request follows it."""
        if self._works is not None:
            self._works.follow(table.read(REGION))

    def document(self) -> dict[str, Any]:
        """The length of a minute, and the URL of each listener by ARN."""
        return {
            "minute_seconds": minute.seconds(),
            "listeners": self._works.urls() if self._works is not None else {},
        }


class _Works:
    """What runs between start and stop, in a thread of its own."""

    def __init__(self, addresses: Addresses) -> None:
        self.health = Health(addresses)
        self._table = table.Table({}, {})
        self._recorder = Recorder(REGION)
        self._balancer = Balancer(lambda: self._table, addresses, self.health, self._recorder)
        self._servers: dict[str, asyncio.Server] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._publishing = asyncio.run_coroutine_threadsafe(self._publish(), self._loop)

    def follow(self, current: table.Table) -> None:
        self._do(self._follow(current))

    def urls(self) -> dict[str, str]:
        return {
            arn: f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            for arn, server in sorted(self._servers.items())
        }

    def end(self) -> None:
        self._publishing.cancel()
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _follow(self, current: table.Table) -> None:
        self._table = current
        self.health.follow(current)
        for arn in set(self._servers) - set(current.listeners):
            self._servers.pop(arn).close()
        for arn in set(current.listeners) - set(self._servers):
            self._servers[arn] = await self._balancer.open(arn)

    async def _close(self) -> None:
        self.health.stop()
        for server in self._servers.values():
            server.close()
        own = asyncio.current_task()
        others = [task for task in asyncio.all_tasks() if task is not own]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _publish(self) -> None:
        while True:
            length = minute.seconds()
            start = time.time() // length * length
            await asyncio.sleep(start + length - time.time())
            self._recorder.publish(start, self._table, self.health)
            alarms.evaluate(REGION, start + length)
