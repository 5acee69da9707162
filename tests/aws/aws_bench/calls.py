"""The log of calls: what was asked of AWS, in which order, with what outcome."""

import threading
from typing import Any

from aws_bench.request import Request


class Calls:
    """Every call since the last `clear`, in the order of its end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[dict[str, Any]] = []

    def record(self, request: Request, status: int) -> None:
        """Adds one call."""
        call = {
            "service": request.service,
            "operation": request.operation,
            "status": status,
            "path": request.path,
            "host": request.environ.get("HTTP_HOST", ""),
            "region": request.region,
            "access_key": request.access_key,
            "parameters": request.parameters,
        }
        with self._lock:
            self._calls.append(call)

    def clear(self) -> None:
        """Forgets all calls."""
        with self._lock:
            self._calls.clear()

    def document(self) -> dict[str, Any]:
        """All calls, and how many there were of each operation."""
        with self._lock:
            calls = list(self._calls)
        counts: dict[str, int] = {}
        for call in calls:
            name = f"{call['service']}:{call['operation']}"
            counts[name] = counts.get(name, 0) + 1
        return {"total": len(calls), "counts": dict(sorted(counts.items())), "calls": calls}
