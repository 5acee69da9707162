"""The checks of AWS that moto lacks, laid over moto's models.

They are laid over models instead of requests so that moto itself words the errors in the
protocol of each service.
"""

from aws_bench import target_health
from aws_bench.strict import (
    alarms,
    clusters,
    identity,
    load_balancing,
    logs,
    metrics,
    records,
    repositories,
    tagging,
    target_groups,
)


def install() -> None:
    """Makes moto as strict as AWS for the services that ipsy uses."""
    target_health.install()
    target_groups.install()
    load_balancing.install()
    identity.install()
    logs.install()
    alarms.install()
    metrics.install()
    records.install()
    clusters.install()
    repositories.install()
    tagging.install()
