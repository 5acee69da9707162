"""IAM roles: names, trust documents, principals, boundaries, sessions, sizes and tags."""

import json
import re
from typing import Any

from moto.iam.exceptions import (
    EntityAlreadyExists,
    InvalidInput,
    LimitExceededException,
    MalformedPolicyDocument,
    NoSuchEntity,
    ValidationError,
)
from moto.iam.models import IAMBackend, Role

from aws_bench.strict.overlay import overlay

NAME = re.compile(r"[\w+=,.@-]{1,64}")
INLINE_CHARACTERS = 10_240
TRUST_CHARACTERS = 2_048


def install() -> None:
    """Lays the checks over moto's roles."""

    @overlay(IAMBackend, "create_role")
    def create(
        beneath: Any,
        backend: IAMBackend,
        role_name: str,
        assume_role_policy_document: str,
        path: str,
        permissions_boundary: str | None,
        description: str,
        tags: list[dict[str, str]],
        max_session_duration: str | None,
        **named: Any,
    ) -> Role:
        if not NAME.fullmatch(role_name):
            raise ValidationError(
                f"1 validation error detected: Value '{role_name}' at 'roleName' failed to satisfy "
                "constraint: Member must have length less than or equal to 64 and match [\\w+=,.@-]+"
            )
        _check_session(max_session_duration)
        _check_tags(tags)
        _check_trust(backend, assume_role_policy_document)
        if any(role.name.lower() == role_name.lower() for role in backend.get_roles()):
            raise EntityAlreadyExists(f"Role with name {role_name} already exists.")
        _check_boundary(backend, permissions_boundary)
        return beneath(
            backend,
            role_name,
            assume_role_policy_document,
            path,
            permissions_boundary,
            description,
            tags,
            max_session_duration,
            **named,
        )

    @overlay(IAMBackend, "update_role")
    def update(
        beneath: Any,
        backend: IAMBackend,
        role_name: str,
        role_description: str,
        max_session_duration: str,
    ) -> Role:
        _check_session(max_session_duration)
        return beneath(backend, role_name, role_description, max_session_duration)

    @overlay(IAMBackend, "update_assume_role_policy")
    def trust(beneath: Any, backend: IAMBackend, role_name: str, policy_document: str) -> None:
        backend.get_role(role_name)
        _check_trust(backend, policy_document)
        beneath(backend, role_name, policy_document)

    @overlay(IAMBackend, "put_role_policy")
    def put(
        beneath: Any, backend: IAMBackend, role_name: str, policy_name: str, policy_json: str
    ) -> None:
        role = backend.get_role(role_name)
        others = sum(
            len(re.sub(r"\s", "", text))
            for name, text in role.policies.items()
            if name != policy_name
        )
        if others + len(re.sub(r"\s", "", policy_json)) > INLINE_CHARACTERS:
            raise LimitExceededException(
                f"Maximum policy size of {INLINE_CHARACTERS} bytes exceeded for role {role_name}"
            )
        beneath(backend, role_name, policy_name, policy_json)

    @overlay(IAMBackend, "put_role_permissions_boundary")
    def bound(
        beneath: Any, backend: IAMBackend, role_name: str, permissions_boundary: str
    ) -> None:
        _check_boundary(backend, permissions_boundary)
        beneath(backend, role_name, permissions_boundary)

    @overlay(IAMBackend, "remove_role_from_instance_profile")
    def remove(beneath: Any, backend: IAMBackend, profile_name: str, role_name: str) -> None:
        # moto would fail with a status of 500, which clients repeat for minutes.
        profile = backend.get_instance_profile(profile_name)
        if all(role.name != role_name for role in profile.roles):
            raise NoSuchEntity(f"Cannot find role {role_name} in instance profile {profile_name}.")
        beneath(backend, profile_name, role_name)

    @overlay(IAMBackend, "tag_role")
    def tag(beneath: Any, backend: IAMBackend, role_name: str, tags: list[dict[str, str]]) -> None:
        _check_tags(tags)
        beneath(backend, role_name, tags)


def _check_session(seconds: str | None) -> None:
    if seconds is not None and not 3_600 <= int(seconds) <= 43_200:
        raise ValidationError(
            f"1 validation error detected: Value '{seconds}' at 'maxSessionDuration' failed to "
            "satisfy constraint: Member must be between 3600 and 43200"
        )


def _check_tags(tags: list[dict[str, str]] | None) -> None:
    for tag in tags or []:
        if tag["Key"].lower().startswith("aws:"):
            raise InvalidInput("Tag keys beginning with 'aws:' are reserved for system use")


def _check_boundary(backend: IAMBackend, arn: str | None) -> None:
    # Policies of AWS' own are not loaded by moto: they are taken to exist.
    if arn and f":{backend.account_id}:policy/" in arn and arn not in backend.managed_policies:
        raise NoSuchEntity(f"Scope ARN: {arn} does not exist or is not attachable.")


def _check_trust(backend: IAMBackend, text: str) -> None:
    try:
        document = json.loads(text)
        statements = document["Statement"]
    except (ValueError, KeyError, TypeError):
        raise MalformedPolicyDocument("This policy contains invalid Json") from None
    if len(re.sub(r"\s", "", text)) > TRUST_CHARACTERS:
        raise LimitExceededException("Cannot exceed quota for ACLSizePerRole: 2048")
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal")
        if not principal:
            raise MalformedPolicyDocument("Missing required field Principal")
        if principal == "*":
            continue
        for arn in _listed(principal.get("AWS")):
            if not _principal_exists(backend, arn):
                raise MalformedPolicyDocument(f'Invalid principal in policy: "AWS":"{arn}"')
        for name in _listed(principal.get("Service")):
            if not re.fullmatch(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?", name):
                raise MalformedPolicyDocument(f'Invalid principal in policy: "SERVICE":"{name}"')


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _principal_exists(backend: IAMBackend, arn: str) -> bool:
    if arn == "*" or re.fullmatch(r"\d{12}|arn:aws[a-z-]*:iam::\d{12}:root", arn):
        return True
    # Only this account's own principals can be looked up.
    if f"::{backend.account_id}:" not in arn:
        return True
    known = [role.arn for role in backend.get_roles()]
    known += [user.arn for user in backend.users.values()]
    return arn in known
