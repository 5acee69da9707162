"""Lays a function over a method of moto's, with the method as its first argument."""

import functools
from collections.abc import Callable
from typing import Any


def overlay(owner: type, name: str) -> Callable[[Callable], Callable]:
    """Replaces `owner.name` by the decorated function, which gets the replaced one first."""

    def lay(function: Callable) -> Callable:
        beneath = getattr(owner, name)

        @functools.wraps(beneath)
        def laid(*arguments: Any, **named: Any) -> Any:
            return function(beneath, *arguments, **named)

        setattr(owner, name, laid)
        return function

    return lay
