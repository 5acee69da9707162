"""Listener rules: weights, priorities, conditions, quotas, and the echo that AWS gives."""

from typing import Any

from moto.elbv2.exceptions import ELBClientError, RuleNotFoundError, TooManyTagsError
from moto.elbv2.models import ELBv2Backend, FakeListenerRule

from aws_bench.strict.overlay import overlay
from aws_bench.target_health import referenced_by

CONFIGURED = {
    "host-header": "HostHeaderConfig",
    "path-pattern": "PathPatternConfig",
}
CONDITION_PARTS = (
    "HostHeaderConfig",
    "PathPatternConfig",
    "HttpHeaderConfig",
    "QueryStringConfig",
    "HttpRequestMethodConfig",
    "SourceIpConfig",
)
# AWS takes several conditions of the other kinds.
ONCE = ("host-header", "path-pattern", "http-request-method", "source-ip")


# AWS takes as many on every kind of resource
# (elasticloadbalancing/latest/application/load-balancer-limits.html); moto takes 10.
MOST_TAGS = 50


def install() -> None:
    """Lays the checks over moto's rules."""

    @overlay(ELBv2Backend, "add_tags")
    def add_tags(
        _beneath: Any,
        backend: ELBv2Backend,
        resource_arns: list[str],
        tags: list[dict[str, str]],
    ) -> None:
        added = backend.tagging_service.flatten_tag_list(tags)
        for arn in resource_arns:
            backend._get_resource_by_arn(arn)
            existing = backend.tagging_service.get_tag_dict_for_resource(arn)
            if len(existing | added) > MOST_TAGS:
                raise TooManyTagsError()
        for arn in resource_arns:
            backend.tagging_service.tag_resource(arn, tags)

    @overlay(ELBv2Backend, "create_rule")
    def create(
        beneath: Any,
        backend: ELBv2Backend,
        listener_arn: str,
        conditions: list[dict[str, Any]],
        priority: int,
        actions: list[dict[str, Any]],
        tags: list[dict[str, str]] | None = None,
    ) -> FakeListenerRule:
        if not 1 <= int(priority) <= 50_000:
            raise _invalid(f"Priority '{priority}' must be between 1 and 50000")
        if not conditions:
            raise _invalid("A condition must be specified")
        _check_conditions(conditions)
        _check_actions(actions)
        _check_login(backend, actions, listener_arn, [])
        listener = next(iter(backend.describe_listeners(None, [listener_arn])), None)
        if listener:
            if len(listener.rules) > 100:
                raise ELBClientError("TooManyRules", "The maximum number of rules is reached")
            _check_association(backend, actions, listener.load_balancer_arn)
        rule = beneath(backend, listener_arn, conditions, priority, _forwarded(actions), tags)
        _echo(rule.conditions)
        _forget_secrets(rule)
        return rule

    @overlay(ELBv2Backend, "modify_rule")
    def modify(
        beneath: Any,
        backend: ELBv2Backend,
        rule_arn: str,
        conditions: list[dict[str, Any]] | None,
        actions: list[dict[str, Any]] | None,
    ) -> Any:
        rule = backend.describe_rules(None, [rule_arn])[0]
        if rule.is_default:
            raise ELBClientError("OperationNotPermitted", f"Default rule '{rule_arn}' cannot be modified")
        if conditions:
            _check_conditions(conditions)
        if actions:
            _check_actions(actions)
            _check_login(backend, actions, rule.listener_arn, rule.actions)
            listener = backend.describe_listeners(None, [rule.listener_arn])[0]
            _check_association(backend, actions, listener.load_balancer_arn)
        changed = beneath(backend, rule_arn, conditions or [], _forwarded(actions or []))
        _echo(rule.conditions)
        _forget_secrets(rule)
        return changed

    @overlay(ELBv2Backend, "delete_rule")
    def delete(beneath: Any, backend: ELBv2Backend, arn: str) -> None:
        rules = _rules(backend)
        if arn not in rules:
            raise RuleNotFoundError("One or more rules not found")
        if rules[arn].is_default:
            raise ELBClientError("OperationNotPermitted", f"Default rule '{arn}' cannot be deleted")
        beneath(backend, arn)

    @overlay(ELBv2Backend, "set_rule_priorities")
    def prioritise(
        beneath: Any, backend: ELBv2Backend, rule_priorities: list[dict[str, Any]]
    ) -> Any:
        for wanted in rule_priorities:
            if not 1 <= int(wanted["Priority"]) <= 50_000:
                raise _invalid(f"Priority '{wanted['Priority']}' must be between 1 and 50000")
        # moto refuses a number that another rule of the same call gives up; AWS does not.
        rules = _rules(backend)
        arns = [wanted["RuleArn"] for wanted in rule_priorities]
        before = {arn: rules[arn].priority for arn in arns if arn in rules}
        for arn in before:
            rules[arn].priority = None
        try:
            return beneath(backend, rule_priorities)
        except ELBClientError:
            for arn, priority in before.items():
                rules[arn].priority = priority
            raise


def _rules(backend: ELBv2Backend) -> dict[str, Any]:
    return {
        rule.arn: rule
        for balancer in backend.load_balancers.values()
        for listener in balancer.listeners.values()
        for rule in listener.rules.values()
    }


def _invalid(message: str) -> ELBClientError:
    return ELBClientError("ValidationError", message)


def _check_actions(actions: list[dict[str, Any]]) -> None:
    for action in actions:
        forward = action.get("ForwardConfig") or {}
        groups = forward.get("TargetGroups") or []
        if len(groups) > 5:
            raise ELBClientError(
                "TooManyTargetGroups", "An action forwards to at most 5 target groups"
            )
        arns = [group["TargetGroupArn"] for group in groups]
        if len(set(arns)) != len(arns):
            raise _invalid("A target group is specified more than once in one action")
        for group in groups:
            weight = group.get("Weight")
            if weight is not None and not 0 <= int(weight) <= 999:
                raise _invalid(f"Weight '{weight}' must be between 0 and 999")
        stickiness = forward.get("TargetGroupStickinessConfig") or {}
        duration = stickiness.get("DurationSeconds")
        if duration is not None and not 1 <= int(duration) <= 604_800:
            raise _invalid(f"DurationSeconds '{duration}' must be between 1 and 604800")
        if _is_true(stickiness.get("Enabled")) and duration is None:
            raise _invalid("DurationSeconds must be specified when stickiness is enabled")


def _check_login(
    backend: ELBv2Backend, actions: list[dict[str, Any]], listener_arn: str, before: list[Any]
) -> None:
    """Login needs HTTPS, and a client's secret unless AWS has one already."""
    for action in actions:
        if action.get("Type") not in ("authenticate-oidc", "authenticate-cognito"):
            continue
        listener = next(iter(backend.describe_listeners(None, [listener_arn])), None)
        if listener and listener.protocol != "HTTPS":
            raise ELBClientError(
                "InvalidLoadBalancerAction",
                f"'{action['Type']}' is only supported on HTTPS listeners",
            )
        login = action.get("AuthenticateOidcConfig")
        if login is None:
            continue
        if _is_true(login.get("UseExistingClientSecret")):
            if not any(found.data.get("Type") == "authenticate-oidc" for found in before):
                raise _invalid("There is no existing client secret")
        elif not login.get("ClientSecret"):
            raise _invalid("A client secret must be specified")


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def _check_conditions(conditions: list[dict[str, Any]]) -> None:
    total = 0
    for condition in conditions:
        values = list(condition.get("Values") or [])
        for part in CONDITION_PARTS:
            values += (condition.get(part) or {}).get("Values") or []
        if not values:
            raise _invalid(f"A condition value must be specified for '{condition.get('Field')}'")
        total += len(values)
    if total > 5:
        raise _invalid("A rule can have at most 5 condition values")
    fields = [condition.get("Field") for condition in conditions]
    for field in ONCE:
        if fields.count(field) > 1:
            raise _invalid(f"A rule can have at most one '{field}' condition")


def _check_association(
    backend: ELBv2Backend, actions: list[dict[str, Any]], balancer_arn: str
) -> None:
    """A target group serves one load balancer."""
    for action in actions:
        for arn in backend._get_target_group_arns_from(action):
            group = backend.target_groups.get(arn)
            if group and set(referenced_by(group)) - {balancer_arn}:
                raise ELBClientError(
                    "TargetGroupAssociationLimit",
                    f"The following target groups cannot be associated with more than one "
                    f"load balancer: {arn}",
                )


def _forwarded(actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Both forms of a forward action, as AWS echoes them."""
    for action in actions:
        groups = (action.get("ForwardConfig") or {}).get("TargetGroups") or []
        if action.get("TargetGroupArn") and not groups:
            action["ForwardConfig"] = {
                "TargetGroups": [{"TargetGroupArn": action["TargetGroupArn"], "Weight": 1}],
                "TargetGroupStickinessConfig": {"Enabled": False},
            }
        elif len(groups) == 1 and not action.get("TargetGroupArn"):
            action["TargetGroupArn"] = groups[0]["TargetGroupArn"]
    return actions


def _forget_secrets(rule: FakeListenerRule) -> None:
    """AWS keeps a client's secret and never returns it."""
    for action in rule.actions:
        login = action.data.get("AuthenticateOidcConfig") or {}
        login.pop("ClientSecret", None)
        login.pop("UseExistingClientSecret", None)


def _echo(conditions: list[dict[str, Any]]) -> None:
    """Completes both forms of a host or path condition, as AWS echoes them.

    Only what moto has accepted: it refuses both forms in one request, as AWS does.
    """
    for condition in conditions:
        part = CONFIGURED.get(condition.get("Field", ""))
        if not part:
            continue
        if condition.get("Values") and not condition.get(part):
            condition[part] = {"Values": condition["Values"]}
        elif condition.get(part) and not condition.get("Values"):
            condition["Values"] = condition[part]["Values"]
