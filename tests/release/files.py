"""Serves a folder on loopback as registries do: files without an extension are JSON.

Usage: files.py FOLDER. Prints HOST:PORT, and ends when its standard input closes.
"""

import functools
import http.server
import os
import signal
import sys
import threading


class Handler(http.server.SimpleHTTPRequestHandler):
    """The files of a folder, without a log."""

    extensions_map = {"": "application/json", ".json": "application/json", ".zip": "application/zip"}

    def log_message(self, format: str, *arguments: object) -> None:
        """Clients report failures."""


def main() -> None:
    """Serves until standard input closes."""
    # Who started it ends it by standard input, and interrupts it as well.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    handler = functools.partial(Handler, directory=sys.argv[1])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"127.0.0.1:{server.server_port}", flush=True)
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
