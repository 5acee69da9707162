//! The one line that takes an app back to where its traffic was, for the night when Terraform is too slow. The next plan
//! notices it, and does not move the traffic again by itself.

use super::rollout::Shares;
use super::traffic::{Backend, BackendPlace, Login, LoginSession, Traffic};

/// `aws elbv2 modify-rule …` with the [`weights`] to go back to. `arns` gives the target group of each backend.
pub(crate) fn command<'a>(
    traffic: &Traffic,
    rule_arn: &str,
    arns: impl Fn(&str) -> Option<&'a str>,
) -> Option<String> {
    let balancer = traffic.load_balancer.as_ref()?;
    let weights = weights(traffic);
    let groups: Option<Vec<serde_json::Value>> = traffic
        .backends
        .keys()
        .map(|name| {
            let weight = weights.get(name).copied().unwrap_or(0);
            Some(serde_json::json!({ "TargetGroupArn": arns(name)?, "Weight": weight }))
        })
        .collect();
    let mut forward = serde_json::json!({ "Type": "forward", "ForwardConfig": { "TargetGroups": groups? } });
    if balancer.stickiness_seconds > 0 {
        forward["ForwardConfig"]["TargetGroupStickinessConfig"] =
            serde_json::json!({ "Enabled": true, "DurationSeconds": balancer.stickiness_seconds });
    }
    if balancer.login.is_some() {
        forward["Order"] = 2.into();
    }
    let actions: Vec<serde_json::Value> = balancer.login.iter().map(login).chain([forward]).collect();
    let actions = serde_json::Value::from(actions);
    Some(format!("aws elbv2 modify-rule --rule-arn '{rule_arn}' --actions '{actions}'"))
}

/// The last good weights. Where no change of weights is known, all weight is on the backends that exist outside of
/// Kubernetes, or is as configured where there is none.
pub(crate) fn weights(traffic: &Traffic) -> Shares {
    // Weights of backends that have left can't be restored.
    let serves = |weights: &&Shares| {
        weights.iter().any(|(name, weight)| *weight > 0 && traffic.backends.contains_key(name))
    };
    let last_good = traffic.last_good.as_ref().filter(serves);
    let existing: Vec<&String> = traffic
        .backends
        .iter()
        .filter(|(_, backend)| matches!(backend.place, BackendPlace::Existing { .. }))
        .map(|(name, _)| name)
        .collect();
    let weight_of =
        |name: &String, backend: &Backend| match (last_good, existing.is_empty(), existing.contains(&name)) {
            (Some(weights), _, _) => weights.get(name).copied().unwrap_or(0),
            (None, true, _) => backend.weight,
            // Alone it gets everything whatever its weight, so the weights do not change with it.
            (None, false, true) if existing.len() == 1 => 1,
            (None, false, true) => backend.weight.max(1),
            (None, false, false) => 0,
        };
    traffic.backends.iter().map(|(name, backend)| (name.clone(), weight_of(name, backend))).collect()
}

/// The login stays: AWS replaces a rule's actions as a whole. It has the client's secret already.
fn login(login: &Login) -> serde_json::Value {
    let session = |config: &mut serde_json::Value, session: &LoginSession| {
        config["Scope"] = session.scope.clone().into();
        config["SessionCookieName"] = session.cookie_name.clone().into();
        config["SessionTimeout"] = session.timeout_seconds.into();
        config["OnUnauthenticatedRequest"] = session.on_unauthenticated_request.clone().into();
    };
    match login {
        Login::Oidc(oidc) => {
            let mut config = serde_json::json!({
                "Issuer": oidc.issuer,
                "AuthorizationEndpoint": oidc.authorization_endpoint,
                "TokenEndpoint": oidc.token_endpoint,
                "UserInfoEndpoint": oidc.user_info_endpoint,
                "ClientId": oidc.client_id,
                "UseExistingClientSecret": true,
            });
            session(&mut config, &oidc.session);
            serde_json::json!({ "Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": config })
        }
        Login::Cognito(cognito) => {
            let mut config = serde_json::json!({
                "UserPoolArn": cognito.user_pool_arn,
                "UserPoolClientId": cognito.user_pool_client_id,
                "UserPoolDomain": cognito.user_pool_domain,
            });
            session(&mut config, &cognito.session);
            serde_json::json!({ "Type": "authenticate-cognito", "Order": 1, "AuthenticateCognitoConfig": config })
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::arguments::AppConfig;
    use super::super::names::Identity;
    use super::super::problem::Problems;
    use super::*;

    fn traffic(hcl: &serde_json::Value) -> Traffic {
        let config = AppConfig::from_json(hcl).unwrap();
        let identity = Identity { app: "a".into(), environment: "e".into() };
        Traffic::resolve(&config, &identity, true, &mut Problems::default())
    }

    #[test]
    fn all_requests_go_back_to_what_exists_outside_of_kubernetes() {
        let listener = "arn:aws:elasticloadbalancing:r:1:listener/app/n/1/2";
        let traffic = traffic(&serde_json::json!({
            "port": { "http": { "port": 80 } },
            "load_balancer": { "listener_arn": listener, "hosts": ["h"], "priority": 1 },
            "backend": {
                "ec2": { "target_group_arn": "arn:x:targetgroup/ec2/1", "weight": 10 },
                "blue": { "cluster": "c", "weight": 90 },
            },
        }));
        let arns = BTreeMap::from([("ec2", "ec2-arn"), ("blue", "blue-arn")]);
        let first = command(&traffic, "rule", |name| arns.get(name).copied()).unwrap();
        assert!(first.contains(r#"{"TargetGroupArn":"blue-arn","Weight":0}"#), "{first}");
        assert!(first.contains(r#"{"TargetGroupArn":"ec2-arn","Weight":1}"#), "{first}");
        let last_good = Some(Shares::from([("ec2".to_owned(), 40), ("blue".to_owned(), 60)]));
        let mut changed = Traffic { last_good, ..traffic };
        changed.load_balancer.as_mut().unwrap().stickiness_seconds = 90;
        let later = command(&changed, "rule", |name| arns.get(name).copied()).unwrap();
        assert!(later.contains(r#"{"TargetGroupArn":"blue-arn","Weight":60}"#), "{later}");
        assert!(later.contains(r#"{"Enabled":true,"DurationSeconds":90}"#), "{later}");
    }
}
