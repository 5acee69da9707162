"""A listener on loopback: takes requests of clients and answers them by the rules."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import time
from collections.abc import Callable
from email.utils import formatdate
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from aws_bench import minute
from aws_bench.data_plane import message
from aws_bench.data_plane.addresses import Addresses
from aws_bench.data_plane.choices import Choices
from aws_bench.data_plane.health import Health, exchange, limit
from aws_bench.data_plane.message import Answer, Request
from aws_bench.data_plane.recorder import Recorder
from aws_bench.data_plane.table import Forward, Group, Listener, Rule, Table

CONNECT_SECONDS = 10
# A busy machine may delay a server by seconds, which is not a failure of what is tested.
MIN_ANSWER_SECONDS = 8.0
COOKIE = "AWSALBTG"


class Balancer:
    """Answers the requests of all listeners by the table of the moment."""

    def __init__(
        self, table: Callable[[], Table], addresses: Addresses, health: Health, recorder: Recorder
    ) -> None:
        self._table = table
        self._addresses = addresses
        self._health = health
        self._recorder = recorder
        self._choices = Choices()

    async def open(self, listener_arn: str) -> asyncio.Server:
        """Listens on a free port for a listener."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            # No answer to a client that disconnects or does not send HTTP. The task is cancelled at `stop`
            # only; streams would print an error if it ended as cancelled.
            with contextlib.suppress(OSError, ValueError, EOFError, asyncio.CancelledError):
                await self._serve(listener_arn, reader, writer)
            writer.close()

        return await asyncio.start_server(serve, "127.0.0.1", 0)

    async def _serve(
        self, listener_arn: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        source = writer.get_extra_info("peername")[0]
        while request := await message.read_request(reader, source):
            answer = await self._answer(listener_arn, request)
            writer.write(message.written_answer(answer, request))
            await writer.drain()
            if not request.keeps_alive:
                return

    async def _answer(self, listener_arn: str, request: Request) -> Answer:
        table = self._table()
        listener = table.listeners[listener_arn]
        rule = next(
            rule for rule in listener.rules if all(part.is_met_by(request) for part in rule.conditions)
        )
        if isinstance(rule.action, Forward):
            return await self._forward(table, listener, rule, rule.action, request)
        if rule.action["Type"] == "redirect":
            return _redirect(rule.action["RedirectConfig"], listener, request)
        fixed = rule.action["FixedResponseConfig"]
        return Answer(
            int(fixed["StatusCode"]),
            [("Content-Type", fixed.get("ContentType") or "text/plain")],
            (fixed.get("MessageBody") or "").encode(),
        )

    async def _forward(
        self, table: Table, listener: Listener, rule: Rule, forward: Forward, request: Request
    ) -> Answer:
        arn = _remembered_group(forward, request) or self._choices.group(rule.arn, forward.weights)
        group = table.groups.get(arn or "")
        if group is None or not self._health.candidates(group):
            self._recorder.refused(listener.balancer, 503)
            return Answer(503, body=b"503 Service Temporarily Unavailable\n")
        answer = await self._ask_target(listener, group, request)
        if forward.sticky_seconds:
            answer.headers += _cookies(group.arn, forward.sticky_seconds)
        return answer

    async def _ask_target(self, listener: Listener, group: Group, request: Request) -> Answer:
        target = self._choices.target(group.arn, self._health.candidates(group))
        address = self._addresses.of(target)
        started = time.monotonic()
        if address is None:
            await asyncio.sleep(minute.scaled(CONNECT_SECONDS))
            return self._failed(listener, group, 504, connected=False)
        try:
            async with asyncio.timeout(limit(listener.idle_seconds, MIN_ANSWER_SECONDS)):
                answer = await exchange(address, request, _forwarded(listener, request))
        except ConnectionRefusedError:
            return self._failed(listener, group, 502, connected=False)
        except TimeoutError:
            return self._failed(listener, group, 504, connected=True)
        except (OSError, ValueError, EOFError):
            return self._failed(listener, group, 502, connected=True)
        self._recorder.answered(listener.balancer, group.arn, answer.status, time.monotonic() - started)
        return answer

    def _failed(self, listener: Listener, group: Group, status: int, *, connected: bool) -> Answer:
        self._recorder.target_failed(listener.balancer, group.arn, status, connected=connected)
        reason = {502: "Bad Gateway", 504: "Gateway Time-out"}[status]
        return Answer(status, body=f"{status} {reason}\n".encode())


def _forwarded(listener: Listener, request: Request) -> message.Headers:
    return [
        ("X-Forwarded-For", request.source),
        ("X-Forwarded-Proto", listener.protocol.lower()),
        ("X-Forwarded-Port", str(listener.port)),
    ]


def _redirect(config: dict[str, str], listener: Listener, request: Request) -> Answer:
    url = urlsplit(request.target)
    own = {
        "protocol": listener.protocol.lower(),
        "host": request.host,
        "port": str(listener.port),
        "path": url.path.removeprefix("/"),
        "query": url.query,
    }

    def part(name: str, default: str) -> str:
        value = config.get(name) or default
        for key, text in own.items():
            value = value.replace(f"#{{{key}}}", text)
        return value

    query = part("Query", "#{query}")
    location = (
        f"{part('Protocol', '#{protocol}').lower()}://{part('Host', '#{host}')}:{part('Port', '#{port}')}"
        f"{part('Path', '/#{path}')}{'?' + query if query else ''}"
    )
    return Answer(int(config["StatusCode"].removeprefix("HTTP_")), [("Location", location)])


def _remembered_group(forward: Forward, request: Request) -> str | None:
    """The group of the client's cookie. It wins over weights, also over a weight of 0."""
    if not forward.sticky_seconds:
        return None
    cookies = SimpleCookie()
    with contextlib.suppress(CookieError):
        cookies.load("; ".join(request.all("cookie")))
    with contextlib.suppress(KeyError, ValueError):
        arn, _, end = base64.urlsafe_b64decode(cookies[COOKIE].value).decode().rpartition(" ")
        if time.time() < float(end) and arn in dict(forward.weights):
            return arn
    return None


def _cookies(group_arn: str, sticky_seconds: int) -> message.Headers:
    end = time.time() + minute.scaled(sticky_seconds)
    value = base64.urlsafe_b64encode(f"{group_arn} {end}".encode()).decode()
    expires = formatdate(end, usegmt=True)
    return [
        ("Set-Cookie", f"{COOKIE}={value}; Expires={expires}; Path=/"),
        ("Set-Cookie", f"{COOKIE}CORS={value}; Expires={expires}; Path=/; SameSite=None; Secure"),
    ]
