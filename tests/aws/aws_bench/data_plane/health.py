"""Health checks against the real targets, and the states that follow from them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from aws_bench import minute
from aws_bench.data_plane import message
from aws_bench.data_plane.addresses import Addresses
from aws_bench.data_plane.table import Check, Group, Table, Target

# How long AWS needs to make a target known to the load balancer's nodes.
REGISTRATION_SECONDS = 3
# Servers on loopback are not faster when minutes are short, so a check never has less time than this.
MIN_LIMIT_SECONDS = 2.0

REGISTERING = ("initial", "Elb.RegistrationInProgress", "Target registration is in progress")
CHECKING = ("initial", "Elb.InitialHealthChecking", "Initial health checks in progress")
HEALTHY = ("healthy", None, "")
TIMEOUT = ("unhealthy", "Target.Timeout", "Request timed out")
FAILED = ("unhealthy", "Target.FailedHealthChecks", "Health checks failed")
DISABLED = ("unavailable", "Target.HealthCheckDisabled", "Health checks are disabled for this target")
DRAINING = ("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress")

State = tuple[str, str | None, str]


def limit(aws_seconds: float, least: float = MIN_LIMIT_SECONDS) -> float:
    """How long a target may take where AWS gives it that many seconds."""
    return min(aws_seconds, max(minute.scaled(aws_seconds), least))


@dataclass(frozen=True)
class _Watched:
    """A target of a group with the settings by which it is checked."""

    group: str
    target: Target
    check: Check


class Health:
    """Checks the targets of all groups that a rule or a listener names."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._checks: dict[_Watched, asyncio.Task[None]] = {}
        # By group and target id. Other threads read them.
        self._states: dict[tuple[str, str], State] = {}
        self._draining: dict[tuple[str, str], tuple[Target, float]] = {}

    def follow(self, table: Table) -> None:
        """Checks the targets of this table from now on."""
        wanted = {
            _Watched(group.arn, target, group.check)
            for group in table.groups.values()
            if group.balancers
            for target in group.targets
        }
        registered = {
            (group.arn, target.id) for group in table.groups.values() for target in group.targets
        }
        served = {(watched.group, watched.target.id) for watched in wanted}
        for watched in set(self._checks) - wanted:
            self._checks.pop(watched).cancel()
            key = (watched.group, watched.target.id)
            if key not in served:
                self._states.pop(key, None)
            if key not in registered and watched.group in table.groups:
                delay = minute.scaled(table.groups[watched.group].deregistration_delay)
                self._draining[key] = (watched.target, time.monotonic() + delay)
        for watched in wanted - set(self._checks):
            self._draining.pop((watched.group, watched.target.id), None)
            self._states.setdefault((watched.group, watched.target.id), REGISTERING)
            self._checks[watched] = asyncio.get_running_loop().create_task(self._watch(watched))

    def stop(self) -> None:
        """Ends all checks."""
        for check in self._checks.values():
            check.cancel()

    def state(self, group_arn: str, target_id: str) -> State | None:
        """The state of a registered or draining target, with reason and description."""
        if (group_arn, target_id) in self._states:
            return self._states[group_arn, target_id]
        return DRAINING if target_id in [target.id for target in self.draining(group_arn)] else None

    def draining(self, group_arn: str) -> list[Target]:
        """The targets of a group whose deregistration delay is not over."""
        now = time.monotonic()
        return [
            target
            for (group, _), (target, end) in list(self._draining.items())
            if group == group_arn and now < end
        ]

    def candidates(self, group: Group) -> list[Target]:
        """The targets that get requests: the healthy ones, and all of them if none is healthy."""
        states = [(self._states.get((group.arn, target.id)), target) for target in group.targets]
        healthy = [target for state, target in states if state and state[0] in ("healthy", "unavailable")]
        return healthy or list(group.targets)

    def counts(self, group: Group) -> tuple[int, int]:
        """How many targets are healthy, and how many are not."""
        states = [self._states.get((group.arn, target.id), CHECKING)[0] for target in group.targets]
        return states.count("healthy"), states.count("unhealthy")

    async def _watch(self, watched: _Watched) -> None:
        key, check = (watched.group, watched.target.id), watched.check
        if not check.enabled:
            self._states[key] = DISABLED
            return
        if self._states[key] == REGISTERING:
            await asyncio.sleep(minute.scaled(REGISTRATION_SECONDS))
            self._states[key] = CHECKING
        passed = failed = 0
        while True:
            outcome = await self._probe(watched)
            passed, failed = (passed + 1, 0) if outcome == HEALTHY else (0, failed + 1)
            is_new = self._states[key][0] == "initial"
            # A new target is healthy after one check, one that was unhealthy only after some.
            if passed >= (1 if is_new else check.healthy_threshold) or failed >= check.unhealthy_threshold:
                self._states[key] = outcome
            await asyncio.sleep(minute.scaled(check.interval))

    async def _probe(self, watched: _Watched) -> State:
        address = self._addresses.of(watched.target, watched.check.port)
        if address is None:
            return TIMEOUT
        request = message.Request("GET", watched.check.path, [("Host", watched.target.id)], b"", "", False)
        extra = [("User-Agent", "ELB-HealthChecker/2.0")]
        try:
            async with asyncio.timeout(limit(watched.check.timeout)):
                answer = await exchange(address, request, extra)
        except TimeoutError:
            return TIMEOUT
        except (OSError, ValueError, EOFError):
            return FAILED
        if matches(watched.check.codes, answer.status):
            return HEALTHY
        return (
            "unhealthy",
            "Target.ResponseCodeMismatch",
            f"Health checks failed with these codes: [{answer.status}]",
        )


async def exchange(
    address: tuple[str, int], request: message.Request, extra: message.Headers
) -> message.Answer:
    """Sends a request to a target on a connection of its own."""
    reader, writer = await asyncio.open_connection(*address)
    try:
        writer.write(message.written_request(request, extra))
        await writer.drain()
        return await message.read_answer(reader, request.method)
    finally:
        writer.close()


def matches(codes: str, status: int) -> bool:
    """Whether a status is among those of a matcher, such as `200,202` or `200-299`."""
    ranges = [part.partition("-") for part in codes.split(",")]
    return any(int(first) <= status <= int(last or first) for first, _, last in ranges)
