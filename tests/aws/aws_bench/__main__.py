"""Starts the bench on a free loopback port and prints one line of JSON when it is ready.

The process ends when its standard input closes, so that it cannot outlive its parent process,
not even a killed one.
"""

import argparse
import json
import logging
import os
import sys
import threading

from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from aws_bench import platform, strict
from aws_bench.application import Application


class RequestHandler(MotoRequestHandler):
    """Keeps connections open between requests, as AWS does, and keeps silent about them."""

    protocol_version = "HTTP/1.1"
    # Without this, the delayed acknowledgement of a kept-alive connection costs 40 ms a call.
    disable_nagle_algorithm = True

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Logs nothing: `/_bench/calls` has every call with its parameters."""


def end_with_standard_input() -> None:
    """Ends the process when the other end of standard input is closed."""
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


def serve(port: int) -> tuple[Application, str]:
    """Serves in the background; returns the application and its URL."""
    # The same ids in every run, so that what is shown can be compared.
    mock_random.seed(20)
    # A thousand machine images that nothing here looks at would cost two seconds.
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
    strict.install()
    application = Application()
    server = make_server(
        "127.0.0.1", port, application, threaded=True, request_handler=RequestHandler
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return application, f"http://127.0.0.1:{server.server_port}"


def main() -> None:
    """Serves until standard input closes."""
    arguments = argparse.ArgumentParser(prog="aws_bench", description=__doc__)
    arguments.add_argument("--port", type=int, default=0, help="0 takes a free one")
    arguments.add_argument("--region", default="us-east-1", help="where the platform is laid out")
    arguments.add_argument("--empty", action="store_true", help="lay out no platform")
    arguments.add_argument(
        "--aws-policies", action="store_true", help="have the managed policies of AWS itself"
    )
    options = arguments.parse_args()

    # Few need them, and they are more than a thousand.
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = str(options.aws_policies).lower()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application, url = serve(options.port)

    ready = {"url": url, "region": options.region}
    if not options.empty:
        ready["platform"] = platform.lay_out(url, options.region)
        application.calls.clear()
    print(json.dumps(ready), flush=True)
    end_with_standard_input()


if __name__ == "__main__":
    main()
