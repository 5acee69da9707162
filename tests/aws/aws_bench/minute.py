"""How long a minute of AWS lasts here.

A canary on AWS takes many minutes: health checks come every 15 seconds, metrics every 60. A test cannot wait
that long, so the data plane can run with shorter minutes. With a minute of 1 second these are 60 times faster:

- intervals of health checks, deregistration delays and lifetimes of cookies;
- the minute over which metrics are aggregated;
- the `Period` of CloudWatch's reads and alarms: a `Period` of 60 spans 1 second.

Time stamps, `StartTime` and `EndTime` are not changed, because callers take them from their own clock. Time
limits for health checks are shortened to 2 seconds at most, and those for requests to 8 seconds, because a server on
loopback is not faster.
"""

AWS_SECONDS = 60

_seconds = AWS_SECONDS


def set_seconds(seconds: int) -> None:
    """Makes a minute last that long."""
    if not isinstance(seconds, int) or not 1 <= seconds <= AWS_SECONDS:
        raise ValueError(f"a minute must last 1 to {AWS_SECONDS} whole seconds, not {seconds}")
    global _seconds
    _seconds = seconds


def seconds() -> int:
    """How long a minute lasts."""
    return _seconds


def scaled(aws_seconds: float) -> float:
    """How long that many seconds of AWS last."""
    return aws_seconds * _seconds / AWS_SECONDS
