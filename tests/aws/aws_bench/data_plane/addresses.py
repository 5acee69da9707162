"""Where targets listen.

The data plane connects to loopback only. A target with a loopback address is used unchanged. For an instance
or a pod, a test sets the address of a stand-in; without one, connections time out.
"""

import ipaddress

from aws_bench.data_plane.table import Target


class Addresses:
    """Addresses of stand-ins, by target id."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, int]] = {}

    def add(self, addresses: dict[str, str]) -> None:
        """Adds stand-ins, such as `{"i-0123456789abcdef0": "127.0.0.1:8080"}`."""
        for target, address in addresses.items():
            host, _, port = address.rpartition(":")
            if not _is_loopback(host):
                raise ValueError(f"the address of {target} must be on loopback, with a port: {address}")
            self._known[target] = (host, int(port))

    def of(self, target: Target, port: str = "traffic-port") -> tuple[str, int] | None:
        """Host and port of a target; None if it cannot be reached."""
        if target.id in self._known:
            return self._known[target.id]
        if not _is_loopback(target.id):
            return None
        return target.id, target.port if port == "traffic-port" else int(port)

    def clear(self) -> None:
        """Forgets all."""
        self._known.clear()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
