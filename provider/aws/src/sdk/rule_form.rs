//! Conditions and actions of a rule between our form and the SDK's two spellings of each.

use std::collections::BTreeSet;

use aws_sdk_elasticloadbalancingv2::types::{
    Action as SdkAction, ActionTypeEnum, AuthenticateCognitoActionConditionalBehaviorEnum,
    AuthenticateCognitoActionConfig, AuthenticateOidcActionConditionalBehaviorEnum,
    AuthenticateOidcActionConfig, ForwardActionConfig, HostHeaderConditionConfig, HttpHeaderConditionConfig,
    HttpRequestMethodConditionConfig, PathPatternConditionConfig, QueryStringConditionConfig,
    QueryStringKeyValuePair, Rule as SdkRule, RuleCondition, SourceIpConditionConfig,
    TargetGroupStickinessConfig, TargetGroupTuple,
};

use crate::{
    Action, AuthenticateCognito, AuthenticateOidc, Condition, Error, ErrorKind, Forward, QueryPair, Rule,
    Service, WeightedTarget,
};

/// AWS's weight of a group that names none.
const DEFAULT_WEIGHT: i32 = 1;

/// How long a login lasts if nothing is said: a week.
const DEFAULT_SESSION_SECONDS: u32 = 604_800;

/// Stickiness is switched off by saying so: AWS wants a duration only with it.
fn stickiness_to_sdk(seconds: Option<u32>) -> TargetGroupStickinessConfig {
    TargetGroupStickinessConfig::builder()
        .enabled(seconds.is_some())
        .set_duration_seconds(seconds.map(|seconds| i32::try_from(seconds).unwrap_or(i32::MAX)))
        .build()
}

pub(super) fn actions_to_sdk(
    operation: &'static str,
    object: &str,
    actions: &[Action],
) -> Result<Vec<SdkAction>, Error> {
    (1..).zip(actions).map(|(order, action)| action_to_sdk(operation, object, action, order)).collect()
}

fn action_to_sdk(
    operation: &'static str,
    object: &str,
    action: &Action,
    order: i32,
) -> Result<SdkAction, Error> {
    let builder = SdkAction::builder().order(order);
    Ok(match action {
        Action::Forward(forward) => {
            let targets = forward.targets.iter().map(|target| {
                TargetGroupTuple::builder()
                    .target_group_arn(&target.target_group_arn)
                    .weight(i32::from(target.weight))
                    .build()
            });
            let config = ForwardActionConfig::builder()
                .set_target_groups(Some(targets.collect()))
                .target_group_stickiness_config(stickiness_to_sdk(forward.stickiness_seconds))
                .build();
            builder.r#type(ActionTypeEnum::Forward).forward_config(config).build()
        }
        Action::AuthenticateOidc(login) => builder
            .r#type(ActionTypeEnum::AuthenticateOidc)
            .authenticate_oidc_config(
                AuthenticateOidcActionConfig::builder()
                    .issuer(&login.issuer)
                    .authorization_endpoint(&login.authorization_endpoint)
                    .token_endpoint(&login.token_endpoint)
                    .user_info_endpoint(&login.user_info_endpoint)
                    .client_id(&login.client_id)
                    .set_client_secret(login.client_secret.as_ref().map(|secret| secret.reveal().to_owned()))
                    .set_use_existing_client_secret(login.client_secret.is_none().then_some(true))
                    .scope(&login.scope)
                    .session_cookie_name(&login.session_cookie_name)
                    .session_timeout(i64::from(login.session_timeout_seconds))
                    .on_unauthenticated_request(AuthenticateOidcActionConditionalBehaviorEnum::from(
                        login.on_unauthenticated_request.as_str(),
                    ))
                    .build(),
            )
            .build(),
        Action::AuthenticateCognito(login) => builder
            .r#type(ActionTypeEnum::AuthenticateCognito)
            .authenticate_cognito_config(
                AuthenticateCognitoActionConfig::builder()
                    .user_pool_arn(&login.user_pool_arn)
                    .user_pool_client_id(&login.user_pool_client_id)
                    .user_pool_domain(&login.user_pool_domain)
                    .scope(&login.scope)
                    .session_cookie_name(&login.session_cookie_name)
                    .session_timeout(i64::from(login.session_timeout_seconds))
                    .on_unauthenticated_request(AuthenticateCognitoActionConditionalBehaviorEnum::from(
                        login.on_unauthenticated_request.as_str(),
                    ))
                    .build(),
            )
            .build(),
        Action::Other(name) => {
            let message = format!("an action `{name}` can be read but not set");
            return Err(Error::new(ErrorKind::Invalid, Service::Elb, operation, object, message));
        }
    })
}

pub(super) fn conditions_to_sdk(
    operation: &'static str,
    object: &str,
    conditions: &BTreeSet<Condition>,
) -> Result<Vec<RuleCondition>, Error> {
    conditions.iter().map(|condition| condition_to_sdk(operation, object, condition)).collect()
}

fn condition_to_sdk(
    operation: &'static str,
    object: &str,
    condition: &Condition,
) -> Result<RuleCondition, Error> {
    let list = |values: &BTreeSet<String>| Some(values.iter().cloned().collect::<Vec<_>>());
    let builder = RuleCondition::builder();
    let builder = match condition {
        Condition::HostHeader(values) => builder
            .field("host-header")
            .host_header_config(HostHeaderConditionConfig::builder().set_values(list(values)).build()),
        Condition::PathPattern(values) => builder
            .field("path-pattern")
            .path_pattern_config(PathPatternConditionConfig::builder().set_values(list(values)).build()),
        Condition::HttpHeader { name, values } => builder.field("http-header").http_header_config(
            HttpHeaderConditionConfig::builder().http_header_name(name).set_values(list(values)).build(),
        ),
        Condition::HttpMethod(values) => builder.field("http-request-method").http_request_method_config(
            HttpRequestMethodConditionConfig::builder().set_values(list(values)).build(),
        ),
        Condition::SourceIp(values) => builder
            .field("source-ip")
            .source_ip_config(SourceIpConditionConfig::builder().set_values(list(values)).build()),
        Condition::QueryString(pairs) => {
            let pairs = pairs.iter().map(|pair| {
                QueryStringKeyValuePair::builder().set_key(pair.key.clone()).value(&pair.value).build()
            });
            let config = QueryStringConditionConfig::builder().set_values(Some(pairs.collect())).build();
            builder.field("query-string").query_string_config(config)
        }
        Condition::Other { field, .. } => {
            let message = format!("a condition of the kind `{field}` can be read but not set");
            return Err(Error::new(ErrorKind::Invalid, Service::Elb, operation, object, message));
        }
    };
    Ok(builder.build())
}

pub(super) fn rule_from_sdk(found: &SdkRule) -> Rule {
    let arn = found.rule_arn().unwrap_or_default();
    let mut actions: Vec<&SdkAction> = found.actions().iter().collect();
    // AWS may answer in any order; actions without one stand alone.
    actions.sort_by_key(|action| action.order().unwrap_or(0));
    Rule {
        arn: arn.to_owned(),
        listener_arn: listener_of(arn),
        priority: found.priority().and_then(|text| text.parse().ok()),
        conditions: found.conditions().iter().map(condition_from_sdk).collect(),
        actions: actions.into_iter().map(action_from_sdk).collect(),
    }
}

/// `…:listener-rule/app/name/id/listener/rule` is a rule of `…:listener/app/name/id/listener`.
fn listener_of(rule_arn: &str) -> String {
    let parent = rule_arn.rsplit_once('/').map_or(rule_arn, |(parent, _)| parent);
    parent.replacen(":listener-rule/", ":listener/", 1)
}

fn condition_from_sdk(found: &RuleCondition) -> Condition {
    let field = found.field().unwrap_or_default();
    let set = |values: &[String]| values.iter().cloned().collect::<BTreeSet<_>>();
    // The newer spelling if there is one, otherwise the older `Values`.
    let either = |values: Option<&[String]>| match values {
        Some(values) if !values.is_empty() => set(values),
        _ => set(found.values()),
    };
    let regular_expressions = [
        found.regex_values(),
        found.host_header_config().map_or(&[], HostHeaderConditionConfig::regex_values),
        found.path_pattern_config().map_or(&[], PathPatternConditionConfig::regex_values),
        found.http_header_config().map_or(&[], HttpHeaderConditionConfig::regex_values),
    ]
    .concat();
    if !regular_expressions.is_empty() {
        return Condition::Other { field: field.to_owned(), values: set(&regular_expressions) };
    }
    match field {
        "host-header" => {
            Condition::HostHeader(either(found.host_header_config().map(HostHeaderConditionConfig::values)))
        }
        "path-pattern" => Condition::PathPattern(either(
            found.path_pattern_config().map(PathPatternConditionConfig::values),
        )),
        "http-header" => Condition::HttpHeader {
            name: found
                .http_header_config()
                .and_then(|header| header.http_header_name())
                .unwrap_or_default()
                .to_owned(),
            values: either(found.http_header_config().map(HttpHeaderConditionConfig::values)),
        },
        "http-request-method" => Condition::HttpMethod(either(
            found.http_request_method_config().map(HttpRequestMethodConditionConfig::values),
        )),
        "source-ip" => {
            Condition::SourceIp(either(found.source_ip_config().map(SourceIpConditionConfig::values)))
        }
        "query-string" => Condition::QueryString(
            found
                .query_string_config()
                .map(QueryStringConditionConfig::values)
                .unwrap_or_default()
                .iter()
                .map(|pair| QueryPair {
                    key: pair.key().filter(|key| !key.is_empty()).map(str::to_owned),
                    value: pair.value().unwrap_or_default().to_owned(),
                })
                .collect(),
        ),
        _ => Condition::Other { field: field.to_owned(), values: set(found.values()) },
    }
}

fn action_from_sdk(found: &SdkAction) -> Action {
    match found.r#type() {
        Some(ActionTypeEnum::Forward) => Action::Forward(forward_from_sdk(found)),
        Some(ActionTypeEnum::AuthenticateOidc) if found.authenticate_oidc_config().is_some() => {
            oidc_from_sdk(found)
        }
        Some(ActionTypeEnum::AuthenticateCognito) if found.authenticate_cognito_config().is_some() => {
            cognito_from_sdk(found)
        }
        Some(other) => Action::Other(other.as_str().to_owned()),
        None => Action::Other(String::new()),
    }
}

/// A forward to one group may be told by its ARN alone, by the list, or by both.
fn forward_from_sdk(found: &SdkAction) -> Forward {
    let listed = found.forward_config().map(ForwardActionConfig::target_groups).unwrap_or_default();
    let mut targets: Vec<WeightedTarget> = listed
        .iter()
        .map(|group| WeightedTarget {
            target_group_arn: group.target_group_arn().unwrap_or_default().to_owned(),
            weight: u16::try_from(group.weight().unwrap_or(DEFAULT_WEIGHT)).unwrap_or(0),
        })
        .collect();
    if let (true, Some(arn)) = (targets.is_empty(), found.target_group_arn()) {
        targets.push(WeightedTarget { target_group_arn: arn.to_owned(), weight: 1 });
    }
    targets.sort();
    let stickiness = found.forward_config().and_then(ForwardActionConfig::target_group_stickiness_config);
    Forward {
        targets,
        stickiness_seconds: stickiness
            .filter(|stickiness| stickiness.enabled() == Some(true))
            .and_then(TargetGroupStickinessConfig::duration_seconds)
            .and_then(|seconds| u32::try_from(seconds).ok()),
    }
}

fn oidc_from_sdk(found: &SdkAction) -> Action {
    let Some(config) = found.authenticate_oidc_config() else {
        return Action::Other("authenticate-oidc".to_owned());
    };
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Action::AuthenticateOidc(AuthenticateOidc {
        issuer: text(config.issuer()),
        authorization_endpoint: text(config.authorization_endpoint()),
        token_endpoint: text(config.token_endpoint()),
        user_info_endpoint: text(config.user_info_endpoint()),
        client_id: text(config.client_id()),
        client_secret: None,
        scope: config.scope().unwrap_or("openid").to_owned(),
        session_cookie_name: config.session_cookie_name().unwrap_or("AWSELBAuthSessionCookie").to_owned(),
        session_timeout_seconds: session_seconds(config.session_timeout()),
        on_unauthenticated_request: config
            .on_unauthenticated_request()
            .map_or("authenticate", |behaviour| behaviour.as_str())
            .to_owned(),
    })
}

fn cognito_from_sdk(found: &SdkAction) -> Action {
    let Some(config) = found.authenticate_cognito_config() else {
        return Action::Other("authenticate-cognito".to_owned());
    };
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Action::AuthenticateCognito(AuthenticateCognito {
        user_pool_arn: text(config.user_pool_arn()),
        user_pool_client_id: text(config.user_pool_client_id()),
        user_pool_domain: text(config.user_pool_domain()),
        scope: config.scope().unwrap_or("openid").to_owned(),
        session_cookie_name: config.session_cookie_name().unwrap_or("AWSELBAuthSessionCookie").to_owned(),
        session_timeout_seconds: session_seconds(config.session_timeout()),
        on_unauthenticated_request: config
            .on_unauthenticated_request()
            .map_or("authenticate", |behaviour| behaviour.as_str())
            .to_owned(),
    })
}

fn session_seconds(found: Option<i64>) -> u32 {
    found.and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(DEFAULT_SESSION_SECONDS)
}

#[cfg(test)]
mod tests;
