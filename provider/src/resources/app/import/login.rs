//! From the login that a listener rule demands to `authenticate_oidc` or `authenticate_cognito`: everything except
//! the client's secret, which AWS never returns.

use ipsy_aws::{Action, Rule};
use serde_json::{Map, Value as Json, json};

use super::findings::Findings;
use crate::app::resolve::App;
use crate::infrastructure::listener_rule::ListenerRule;

/// What both kinds of login have if nothing is said.
const DEFAULTS: [(&str, &str); 3] = [
    ("on_unauthenticated_request", "authenticate"),
    ("scope", "openid"),
    ("session_cookie_name", "AWSELBAuthSessionCookie"),
];
const DEFAULT_SESSION_SECONDS: u32 = 604_800;

/// The block of the rule's login, by its name. What a rule can do beside that, ipsy does not know: the refresh
/// after the import shows it, and the next plan takes it away.
pub(super) fn blocks(rule: &Rule) -> Map<String, Json> {
    rule.actions
        .iter()
        .filter_map(|action| match action {
            Action::AuthenticateOidc(oidc) => {
                let block = json!({
                    "authorization_endpoint": oidc.authorization_endpoint,
                    "client_id": oidc.client_id,
                    "issuer": oidc.issuer,
                    "on_unauthenticated_request": oidc.on_unauthenticated_request,
                    "scope": oidc.scope,
                    "session_cookie_name": oidc.session_cookie_name,
                    "token_endpoint": oidc.token_endpoint,
                    "user_info_endpoint": oidc.user_info_endpoint,
                });
                Some(("authenticate_oidc", block, oidc.session_timeout_seconds))
            }
            Action::AuthenticateCognito(cognito) => {
                let block = json!({
                    "on_unauthenticated_request": cognito.on_unauthenticated_request,
                    "scope": cognito.scope,
                    "session_cookie_name": cognito.session_cookie_name,
                    "user_pool_arn": cognito.user_pool_arn,
                    "user_pool_client_id": cognito.user_pool_client_id,
                    "user_pool_domain": cognito.user_pool_domain,
                });
                Some(("authenticate_cognito", block, cognito.session_timeout_seconds))
            }
            Action::Forward(_) | Action::Other(_) => None,
        })
        .map(|(name, block, seconds)| (name.to_owned(), without_defaults(block, seconds)))
        .collect()
}

fn without_defaults(mut block: Json, seconds: u32) -> Json {
    if let Some(members) = block.as_object_mut() {
        members
            .retain(|name, value| !DEFAULTS.iter().any(|(known, default)| name == known && value == default));
        if seconds != DEFAULT_SESSION_SECONDS {
            members.insert("session_timeout_seconds".to_owned(), json!(seconds));
        }
    }
    block
}

/// Takes over the version of the secret, which ipsy keeps in a tag of the rule.
pub(super) fn name_secret_version(found: &Findings, arguments: &mut Json, resolve: &dyn Fn(&Json) -> App) {
    if arguments.pointer("/load_balancer/authenticate_oidc").is_none() {
        return;
    }
    let app = resolve(arguments);
    let Some(balancer) = &app.traffic.load_balancer else { return };
    for (key, default) in ListenerRule::tags(balancer) {
        if let Some(version) = found.rule_tags.get(&key).filter(|version| **version != default) {
            arguments["load_balancer"]["authenticate_oidc"]["client_secret_version"] = json!(version);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ipsy_aws::{AuthenticateCognito, AuthenticateOidc, Forward};

    use super::*;

    fn check(login: Action, name: &str, expected: &Json) {
        let rule = Rule {
            arn: String::new(),
            listener_arn: String::new(),
            priority: Some(1),
            conditions: BTreeSet::new(),
            actions: vec![login, Action::Forward(Forward::default())],
        };
        assert_eq!(Json::Object(blocks(&rule)), json!({ name: expected }));
    }

    #[test]
    fn a_login_is_everything_but_its_secret_and_its_defaults() {
        let oidc = AuthenticateOidc {
            issuer: "https://login.example.com".to_owned(),
            authorization_endpoint: "https://login.example.com/authorize".to_owned(),
            token_endpoint: "https://login.example.com/token".to_owned(),
            user_info_endpoint: "https://login.example.com/user".to_owned(),
            client_id: "shop".to_owned(),
            client_secret: None,
            scope: "openid".to_owned(),
            session_cookie_name: "AWSELBAuthSessionCookie".to_owned(),
            session_timeout_seconds: 604_800,
            on_unauthenticated_request: "deny".to_owned(),
        };
        let expected = json!({
            "authorization_endpoint": "https://login.example.com/authorize",
            "client_id": "shop",
            "issuer": "https://login.example.com",
            "on_unauthenticated_request": "deny",
            "token_endpoint": "https://login.example.com/token",
            "user_info_endpoint": "https://login.example.com/user",
        });
        check(Action::AuthenticateOidc(oidc), "authenticate_oidc", &expected);
    }

    #[test]
    fn a_user_pool_is_taken_with_what_differs_from_the_defaults() {
        let cognito = AuthenticateCognito {
            user_pool_arn: "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/p".to_owned(),
            user_pool_client_id: "shop".to_owned(),
            user_pool_domain: "shop-login".to_owned(),
            scope: "openid email".to_owned(),
            session_cookie_name: "Shop".to_owned(),
            session_timeout_seconds: 3600,
            on_unauthenticated_request: "authenticate".to_owned(),
        };
        let expected = json!({
            "scope": "openid email",
            "session_cookie_name": "Shop",
            "session_timeout_seconds": 3600,
            "user_pool_arn": "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/p",
            "user_pool_client_id": "shop",
            "user_pool_domain": "shop-login",
        });
        check(Action::AuthenticateCognito(cognito), "authenticate_cognito", &expected);
    }
}
