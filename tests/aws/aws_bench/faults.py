"""Faults and delays that a test orders for the calls to come."""

import threading
from dataclasses import dataclass, field, fields
from typing import Any

from aws_bench.answer import Answer, error_answer
from aws_bench.request import Request


# A held answer that is never released must not block the bench for ever.
LONGEST_HOLD = 120.0


@dataclass
class Order:
    """Which calls something applies to. An empty service or operation stands for any."""

    service: str = ""
    operation: str = ""

    def covers(self, request: Request) -> bool:
        """Whether the request is one of those."""
        return self.service in ("", request.service) and self.operation in ("", request.operation)


@dataclass
class Fault(Order):
    """An error that AWS answers, or a reply that never arrives.

    `when`: `before` the effect, so that nothing happened, or `after` it, so that it did and
    the caller does not know. `times`: how often (0 is always). `skip`: how many calls pass
    first. `every`: only each k-th of the others. `disconnect`: no answer at all. `hold`: the answer,
    which is a good one then, waits until the fault is withdrawn, so that a test can end the caller
    or Terraform right after the effect; `after` it always.
    """

    when: str = "before"
    times: int = 1
    skip: int = 0
    every: int = 1
    disconnect: bool = False
    hold: bool = False
    code: str = "InternalFailure"
    message: str = "The bench was told to fail this call."
    status: int = 500
    seen: int = field(default=0, init=False)
    struck: int = field(default=0, init=False)
    holding: bool = field(default=False, init=False)
    released: threading.Event = field(default_factory=threading.Event, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.when not in ("before", "after"):
            raise ValueError("`when` is `before` or `after`")
        if self.every < 1:
            raise ValueError("`every` is at least 1")

    @property
    def before_effect(self) -> bool:
        """Whether the call must have no effect."""
        return self.when == "before" and not self.hold

    def strikes(self, request: Request) -> bool:
        """Counts a call and returns whether the fault applies to it."""
        if not self.covers(request) or (self.times and self.struck >= self.times):
            return False
        self.seen += 1
        counted = self.seen - self.skip
        if counted < 1 or counted % self.every:
            return False
        self.struck += 1
        return True

    def answer(self, request: Request, effect: Answer | None) -> Answer:
        """What the caller gets instead of the effect's answer, or that one, late."""
        if self.hold and effect:
            self.holding = True
            self.released.wait(LONGEST_HOLD)
            return effect
        if self.disconnect:
            return Answer(500, b"", [], lost=True)
        return error_answer(request, self.code, self.message, self.status)


@dataclass
class Delay(Order):
    """A wait before a call is carried out."""

    seconds: float = 0.0


class Faults:
    """The faults in force. The first that strikes decides."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def order(self, document: dict[str, Any]) -> None:
        """Adds a fault from its JSON form."""
        fault = Fault(**document)
        with self._lock:
            self._faults.append(fault)

    def strike(self, request: Request) -> Fault | None:
        """The fault that hits this call."""
        with self._lock:
            return next((fault for fault in self._faults if fault.strikes(request)), None)

    def clear(self) -> None:
        """Withdraws all faults, and lets go of what they hold."""
        with self._lock:
            for fault in self._faults:
                fault.released.set()
            self._faults.clear()

    def document(self) -> list[dict[str, Any]]:
        """The faults in force, with how often each struck."""
        with self._lock:
            shown = [member.name for member in fields(Fault) if member.name != "released"]
            return [{name: getattr(fault, name) for name in shown} for fault in self._faults]


class Delays:
    """The delays in force; they add up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._delays: list[Delay] = []

    def order(self, document: dict[str, Any]) -> None:
        """Adds a delay from its JSON form."""
        delay = Delay(**document)
        with self._lock:
            self._delays.append(delay)

    def seconds_for(self, request: Request) -> float:
        """How long this call waits."""
        with self._lock:
            return sum(delay.seconds for delay in self._delays if delay.covers(request))

    def clear(self) -> None:
        """Withdraws all delays."""
        with self._lock:
            self._delays.clear()
