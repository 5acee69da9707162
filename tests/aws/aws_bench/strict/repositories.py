"""ECR repositories: missing request fields get AWS' defaults, and policies are checked."""

import json
from typing import Any

from moto.ecr.exceptions import InvalidParameterException
from moto.ecr.models import ECRBackend, Repository

from aws_bench.strict.overlay import overlay


def install() -> None:
    """Lays the checks over moto's repositories."""

    @overlay(ECRBackend, "create_repository")
    def create(
        beneath: Any, backend: ECRBackend, *, image_scan_config: dict[str, Any] | None, **named: Any
    ) -> Repository:
        return beneath(backend, image_scan_config=_complete(image_scan_config), **named)

    @overlay(ECRBackend, "put_image_scanning_configuration")
    def scan(
        beneath: Any,
        backend: ECRBackend,
        registry_id: str,
        repository_name: str,
        image_scan_config: dict[str, Any] | None,
    ) -> dict[str, Any]:
        return beneath(backend, registry_id, repository_name, _complete(image_scan_config))

    @overlay(ECRBackend, "put_lifecycle_policy")
    def expire(
        beneath: Any,
        backend: ECRBackend,
        registry_id: str,
        repository_name: str,
        lifecycle_policy_text: str,
    ) -> Any:
        for rule in json.loads(lifecycle_policy_text).get("rules", []):
            if int(rule["selection"]["countNumber"]) < 1:
                raise InvalidParameterException("countNumber must be at least 1")
        return beneath(backend, registry_id, repository_name, lifecycle_policy_text)


def _complete(configuration: dict[str, Any] | None) -> dict[str, Any]:
    """AWS takes a missing `scanOnPush` for false."""
    return {"scanOnPush": False} | (configuration or {})
