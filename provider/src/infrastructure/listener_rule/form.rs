//! A rule's conditions and login: as AWS takes them, and as properties show them.

use std::collections::{BTreeMap, BTreeSet};

use ipsy_aws::{Action, AuthenticateCognito, AuthenticateOidc, Condition, QueryPair};
use serde_json::{Value, json};

use crate::app::traffic::{Conditions, Login, LoginSession};

/// The conditions as AWS takes them.
pub(super) fn conditions(wanted: &Conditions) -> BTreeSet<Condition> {
    type Kind = fn(BTreeSet<String>) -> Condition;
    let simple: [(&BTreeSet<String>, Kind); 4] = [
        (&wanted.hosts, Condition::HostHeader),
        (&wanted.paths, Condition::PathPattern),
        (&wanted.methods, Condition::HttpMethod),
        (&wanted.source_ips, Condition::SourceIp),
    ];
    let simple = simple.into_iter().filter(|(values, _)| !values.is_empty());
    let headers = wanted
        .headers
        .iter()
        .map(|(name, values)| Condition::HttpHeader { name: name.clone(), values: values.clone() });
    let query_strings = wanted.query_strings.iter().map(|(label, values)| {
        let key = Conditions::query_key(label).map(ToOwned::to_owned);
        let pair = |value: &String| QueryPair { key: key.clone(), value: value.clone() };
        Condition::QueryString(values.iter().map(pair).collect())
    });
    simple.map(|(values, kind)| kind(values.clone())).chain(headers).chain(query_strings).collect()
}

/// Conditions in the form of the properties.
pub(super) fn conditions_properties(conditions: &BTreeSet<Condition>) -> Value {
    let mut shown: BTreeMap<String, Value> = BTreeMap::new();
    for condition in conditions {
        match condition {
            Condition::HostHeader(values) => shown.insert("hosts".to_owned(), json!(values)),
            Condition::PathPattern(values) => shown.insert("paths".to_owned(), json!(values)),
            Condition::HttpMethod(values) => shown.insert("methods".to_owned(), json!(values)),
            Condition::SourceIp(values) => shown.insert("source_ips".to_owned(), json!(values)),
            Condition::HttpHeader { name, values } => shown.insert(format!("header {name}"), json!(values)),
            Condition::QueryString(pairs) => shown.insert(query_title(pairs), json!(query_values(pairs))),
            Condition::Other { field, values } => shown.insert(format!("other {field}"), json!(values)),
        };
    }
    json!(shown)
}

/// Pairs of one key read like the block that makes them; AWS also takes pairs of several keys in a condition.
fn query_title(pairs: &BTreeSet<QueryPair>) -> String {
    let keys: BTreeSet<&str> =
        pairs.iter().map(|pair| Conditions::query_label(pair.key.as_deref())).collect();
    format!("query_string {}", keys.into_iter().collect::<Vec<_>>().join(","))
}

fn query_values(pairs: &BTreeSet<QueryPair>) -> Vec<String> {
    let keys: BTreeSet<Option<&str>> = pairs.iter().map(|pair| pair.key.as_deref()).collect();
    let shown = |pair: &QueryPair| match (&pair.key, keys.len()) {
        (Some(key), 2..) => format!("{key}={}", pair.value),
        _ => pair.value.clone(),
    };
    pairs.iter().map(shown).collect()
}

/// The login as AWS takes it.
pub(super) fn login(wanted: &Login) -> Action {
    let seconds = |session: &LoginSession| u32::try_from(session.timeout_seconds).unwrap_or_default();
    match wanted {
        Login::Oidc(oidc) => Action::AuthenticateOidc(AuthenticateOidc {
            issuer: oidc.issuer.clone(),
            authorization_endpoint: oidc.authorization_endpoint.clone(),
            token_endpoint: oidc.token_endpoint.clone(),
            user_info_endpoint: oidc.user_info_endpoint.clone(),
            client_id: oidc.client_id.clone(),
            client_secret: oidc.client_secret.clone(),
            scope: oidc.session.scope.clone(),
            session_cookie_name: oidc.session.cookie_name.clone(),
            session_timeout_seconds: seconds(&oidc.session),
            on_unauthenticated_request: oidc.session.on_unauthenticated_request.clone(),
        }),
        Login::Cognito(cognito) => Action::AuthenticateCognito(AuthenticateCognito {
            user_pool_arn: cognito.user_pool_arn.clone(),
            user_pool_client_id: cognito.user_pool_client_id.clone(),
            user_pool_domain: cognito.user_pool_domain.clone(),
            scope: cognito.session.scope.clone(),
            session_cookie_name: cognito.session.cookie_name.clone(),
            session_timeout_seconds: seconds(&cognito.session),
            on_unauthenticated_request: cognito.session.on_unauthenticated_request.clone(),
        }),
    }
}

/// What comes before the forward, as properties show it: never the client's secret, which AWS does not tell
/// either.
pub(super) fn login_properties(actions: &[Action]) -> Value {
    let shown = actions.iter().filter_map(|action| match action {
        Action::AuthenticateOidc(oidc) => Some(json!({
            "authorization_endpoint": oidc.authorization_endpoint,
            "client_id": oidc.client_id,
            "issuer": oidc.issuer,
            "kind": "oidc",
            "on_unauthenticated_request": oidc.on_unauthenticated_request,
            "scope": oidc.scope,
            "session_cookie_name": oidc.session_cookie_name,
            "session_timeout_seconds": oidc.session_timeout_seconds,
            "token_endpoint": oidc.token_endpoint,
            "user_info_endpoint": oidc.user_info_endpoint,
        })),
        Action::AuthenticateCognito(cognito) => Some(json!({
            "kind": "cognito",
            "on_unauthenticated_request": cognito.on_unauthenticated_request,
            "scope": cognito.scope,
            "session_cookie_name": cognito.session_cookie_name,
            "session_timeout_seconds": cognito.session_timeout_seconds,
            "user_pool_arn": cognito.user_pool_arn,
            "user_pool_client_id": cognito.user_pool_client_id,
            "user_pool_domain": cognito.user_pool_domain,
        })),
        Action::Other(kind) => Some(json!({ "kind": kind })),
        Action::Forward(_) => None,
    });
    let shown: Vec<Value> = shown.collect();
    match shown.as_slice() {
        [] => Value::Null,
        [one] => one.clone(),
        several => json!(several),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_string_without_a_key_is_a_star() {
        let wanted = Conditions {
            query_strings: BTreeMap::from([
                ("*".to_owned(), BTreeSet::from(["beta".to_owned()])),
                ("version".to_owned(), BTreeSet::from(["1".to_owned(), "2".to_owned()])),
            ]),
            ..Conditions::default()
        };
        let made = conditions(&wanted);
        let free = QueryPair { key: None, value: "beta".to_owned() };
        assert!(made.contains(&Condition::QueryString(BTreeSet::from([free]))));
        assert_eq!(
            conditions_properties(&made),
            json!({ "query_string *": ["beta"], "query_string version": ["1", "2"] })
        );
    }
}
