"""Scanning of ECR repositories: a setting that a request leaves out is off."""

from typing import Any

from moto.ecr.models import ECRBackend

from aws_bench.strict.overlay import overlay


def install() -> None:
    """Lays the default over moto's repositories."""

    @overlay(ECRBackend, "put_image_scanning_configuration")
    def configure(
        beneath: Any,
        backend: ECRBackend,
        registry_id: str | None,
        repository_name: str,
        image_scan_config: dict[str, Any] | None,
    ) -> dict[str, Any]:
        # SDKs leave out what is false, and moto takes an empty configuration for none.
        wanted = {"scanOnPush": False} | (image_scan_config or {})
        return beneath(backend, registry_id, repository_name, wanted)
