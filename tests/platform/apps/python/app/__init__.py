"""Answers on PORT: `/healthz`, and whether output is written at once on `/unbuffered`."""

import os

from six import ensure_binary


def answer(path):
    """The body of a path, or None."""
    if path == "/healthz":
        return ensure_binary("ok")
    if path == "/unbuffered":
        return ensure_binary(os.environ.get("PYTHONUNBUFFERED", ""))
    return None
