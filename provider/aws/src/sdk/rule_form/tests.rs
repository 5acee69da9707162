//! Whatever spelling AWS uses, a rule reads the same.

use std::collections::BTreeSet;

use aws_sdk_elasticloadbalancingv2::types::{
    Action as SdkAction, ActionTypeEnum, ForwardActionConfig, HostHeaderConditionConfig,
    PathPatternConditionConfig, Rule as SdkRule, RuleCondition, TargetGroupStickinessConfig,
    TargetGroupTuple,
};

use super::{actions_to_sdk, condition_from_sdk, conditions_to_sdk, listener_of, rule_from_sdk};
use crate::{
    Action, AuthenticateCognito, AuthenticateOidc, Condition, Forward, QueryPair, Secret, WeightedTarget,
};

fn set(values: &[&str]) -> BTreeSet<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn target(arn: &str, weight: u16) -> WeightedTarget {
    WeightedTarget { target_group_arn: arn.to_owned(), weight }
}

/// Reads a forward in AWS's form.
fn check_forward(told: SdkAction, targets: &[WeightedTarget], stickiness_seconds: Option<u32>) {
    let rule = rule_from_sdk(&SdkRule::builder().actions(told).build());
    assert_eq!(rule.actions, [Action::Forward(Forward { targets: targets.to_vec(), stickiness_seconds })]);
}

fn forward() -> aws_sdk_elasticloadbalancingv2::types::builders::ActionBuilder {
    SdkAction::builder().r#type(ActionTypeEnum::Forward)
}

#[test]
fn a_forward_reads_the_same_in_either_spelling() {
    check_forward(forward().target_group_arn("a").build(), &[target("a", 1)], None);
    let listed = ForwardActionConfig::builder()
        .target_groups(TargetGroupTuple::builder().target_group_arn("a").build())
        .target_group_stickiness_config(
            TargetGroupStickinessConfig::builder().enabled(false).duration_seconds(3600).build(),
        )
        .build();
    check_forward(forward().forward_config(listed.clone()).build(), &[target("a", 1)], None);
    check_forward(forward().target_group_arn("a").forward_config(listed).build(), &[target("a", 1)], None);
}

#[test]
fn weights_are_in_the_order_of_the_arns() {
    let tuple = |arn: &str, weight| TargetGroupTuple::builder().target_group_arn(arn).weight(weight).build();
    let listed = ForwardActionConfig::builder()
        .target_groups(tuple("b", 10))
        .target_groups(tuple("a", 0))
        .target_group_stickiness_config(
            TargetGroupStickinessConfig::builder().enabled(true).duration_seconds(60).build(),
        )
        .build();
    check_forward(forward().forward_config(listed).build(), &[target("a", 0), target("b", 10)], Some(60));
}

#[test]
fn conditions_read_the_same_in_either_spelling() {
    let old = RuleCondition::builder().field("host-header").values("a.example").values("b.example").build();
    let new = RuleCondition::builder()
        .field("host-header")
        .host_header_config(
            HostHeaderConditionConfig::builder().values("b.example").values("a.example").build(),
        )
        .build();
    let expected = Condition::HostHeader(set(&["a.example", "b.example"]));
    assert_eq!(condition_from_sdk(&old), expected);
    assert_eq!(condition_from_sdk(&new), expected);
}

#[test]
fn regular_expressions_show_as_something_else() {
    let told = RuleCondition::builder()
        .field("path-pattern")
        .path_pattern_config(PathPatternConditionConfig::builder().regex_values("^/api").build())
        .build();
    let expected = Condition::Other { field: "path-pattern".to_owned(), values: set(&["^/api"]) };
    assert_eq!(condition_from_sdk(&told), expected);
}

#[test]
fn conditions_survive_the_way_to_aws_and_back() {
    let all: BTreeSet<Condition> = [
        Condition::HostHeader(set(&["a.example"])),
        Condition::PathPattern(set(&["/api/*", "/v2/*"])),
        Condition::HttpHeader { name: "X-Canary".to_owned(), values: set(&["yes"]) },
        Condition::HttpMethod(set(&["GET", "HEAD"])),
        Condition::QueryString(
            [
                QueryPair { key: Some("v".to_owned()), value: "2".to_owned() },
                QueryPair { key: None, value: "beta".to_owned() },
            ]
            .into(),
        ),
        Condition::SourceIp(set(&["10.0.0.0/8"])),
    ]
    .into();
    let told = conditions_to_sdk("CreateRule", "listener", &all).expect("all can be set");
    assert_eq!(told.iter().map(condition_from_sdk).collect::<BTreeSet<_>>(), all);
}

#[test]
fn actions_survive_the_way_to_aws_and_back_but_for_the_secret() {
    let mut oidc = AuthenticateOidc {
        issuer: "https://login.example".to_owned(),
        authorization_endpoint: "https://login.example/authorize".to_owned(),
        token_endpoint: "https://login.example/token".to_owned(),
        user_info_endpoint: "https://login.example/me".to_owned(),
        client_id: "checkout".to_owned(),
        client_secret: Some(Secret::new("hush")),
        scope: "openid email".to_owned(),
        session_cookie_name: "session".to_owned(),
        session_timeout_seconds: 3600,
        on_unauthenticated_request: "deny".to_owned(),
    };
    let cognito = AuthenticateCognito {
        user_pool_arn: "arn:aws:cognito-idp:eu-west-1:1:userpool/p".to_owned(),
        user_pool_client_id: "client".to_owned(),
        user_pool_domain: "shop".to_owned(),
        scope: "openid".to_owned(),
        session_cookie_name: "session".to_owned(),
        session_timeout_seconds: 60,
        on_unauthenticated_request: "allow".to_owned(),
    };
    let last = Forward { targets: vec![target("a", 90), target("b", 10)], stickiness_seconds: Some(30) };
    let actions = |oidc: &AuthenticateOidc| {
        vec![
            Action::AuthenticateOidc(oidc.clone()),
            Action::AuthenticateCognito(cognito.clone()),
            Action::Forward(last.clone()),
        ]
    };
    let mut told = actions_to_sdk("CreateRule", "listener", &actions(&oidc)).expect("all can be set");
    // AWS keeps the order by number, not by place.
    told.reverse();
    let rule = rule_from_sdk(&SdkRule::builder().set_actions(Some(told)).build());
    oidc.client_secret = None;
    assert_eq!(rule.actions, actions(&oidc));
}

#[test]
fn what_cannot_be_set_is_refused_by_name() {
    let error =
        actions_to_sdk("ModifyRule", "rule", &[Action::Other("redirect".to_owned())]).expect_err("refused");
    assert!(error.to_string().contains("`redirect` can be read but not set"), "{error}");
}

#[test]
fn the_listener_is_in_the_arn_of_its_rule() {
    let rule = "arn:aws:elasticloadbalancing:r:1:listener-rule/app/shop/11/22/33";
    assert_eq!(listener_of(rule), "arn:aws:elasticloadbalancing:r:1:listener/app/shop/11/22");
}

#[test]
fn the_default_rule_has_no_priority() {
    let rule = |priority: &str| rule_from_sdk(&SdkRule::builder().priority(priority).build()).priority;
    assert_eq!((rule("default"), rule("120")), (None, Some(120)));
}
