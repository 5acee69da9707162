//! Who may take the app's role: its pods, through EKS Pod Identity or by the tokens of their cluster (IRSA).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::app::iam::POD_IDENTITY;
use crate::app::resolve::App;

/// The trust policy of the role of `app`. EKS Pod Identity is the same for every cluster, so that a second one
/// needs no change; each cluster with an `OpenID` Connect provider adds a statement about its own tokens.
pub(crate) fn trust_policy(app: &App) -> Value {
    let previous = app.traffic.previous_clusters();
    let previous = previous.map(|(_, cluster)| cluster.oidc_provider_arn.as_deref());
    let all: BTreeSet<Option<&str>> =
        app.traffic.oidc_providers().map(|(_, provider)| provider).chain(previous).collect();
    let by_agent = all.contains(&None);
    let providers: BTreeSet<&str> = all.into_iter().flatten().collect();
    let mut statements = Vec::new();
    let services = &app.iam.trusted_services;
    // A role that no principal may assume can't be made: before its first cluster it is one of Pod Identity.
    if by_agent || (providers.is_empty() && services.is_empty()) {
        statements.push(json!({
            "Effect": "Allow",
            "Principal": { "Service": POD_IDENTITY },
            "Action": ["sts:AssumeRole", "sts:TagSession"],
        }));
    }
    let subjects: Vec<String> = app
        .service_accounts()
        .iter()
        .map(|account| format!("system:serviceaccount:{}:{account}", app.namespace))
        .collect();
    for provider in providers {
        let issuer = provider.split_once(":oidc-provider/").map_or(provider, |(_, issuer)| issuer);
        statements.push(json!({
            "Effect": "Allow",
            "Principal": { "Federated": provider },
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": { "StringEquals": {
                format!("{issuer}:aud"): "sts.amazonaws.com",
                format!("{issuer}:sub"): if let [only] = subjects.as_slice() { json!(only) } else { json!(subjects) },
            } },
        }));
    }
    if !services.is_empty() {
        statements.push(json!({
            "Effect": "Allow",
            "Principal": { "Service": services },
            "Action": "sts:AssumeRole",
        }));
    }
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// The services that a trust policy lets take the role, as [`trust_policy`] writes them: without a condition, and apart from
/// EKS Pod Identity.
pub(crate) fn trusted_services(policy: &Value) -> BTreeSet<String> {
    let mut services = BTreeSet::new();
    for statement in statements(policy) {
        let is_plain = statement["Effect"] == "Allow" && statement.get("Condition").is_none();
        let named = &statement["Principal"]["Service"];
        let named = named.as_array().map_or(std::slice::from_ref(named), Vec::as_slice);
        services.extend(named.iter().filter(|_| is_plain).filter_map(Value::as_str).map(ToOwned::to_owned));
    }
    services.remove(POD_IDENTITY);
    services
}

fn statements(policy: &Value) -> Vec<&Value> {
    match policy.get("Statement") {
        Some(Value::Array(statements)) => statements.iter().collect(),
        Some(statement) => vec![statement],
        None => Vec::new(),
    }
}

/// The service accounts that a trust policy names: app and namespace of each, as its tokens' subjects say.
pub(crate) fn trusted_service_accounts(policy: &Value) -> Vec<(String, String)> {
    let mut accounts = Vec::new();
    for statement in statements(policy) {
        let tests = statement.get("Condition").and_then(Value::as_object).into_iter().flatten();
        for (_, keys) in tests {
            for (key, subjects) in keys.as_object().into_iter().flatten() {
                if !key.ends_with(":sub") {
                    continue;
                }
                let subjects = match subjects {
                    Value::Array(subjects) => subjects.iter().filter_map(Value::as_str).collect(),
                    subject => subject.as_str().into_iter().collect::<Vec<_>>(),
                };
                accounts.extend(subjects.into_iter().filter_map(|subject| {
                    let (namespace, account) =
                        subject.strip_prefix("system:serviceaccount:")?.split_once(':')?;
                    Some((namespace.to_owned(), account.to_owned()))
                }));
            }
        }
    }
    accounts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::arguments::{AppConfig, AwsConfig};
    use crate::app::problem::Problems;
    use crate::app::resolve::resolve;
    use crate::app::standards::StandardsDocument;
    use crate::app::traffic::BackendConfig;
    use crate::session::today;

    const PROVIDER: &str = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/AB";

    fn policy(providers: &[Option<&str>]) -> Value {
        let backend = |provider: Option<&str>| BackendConfig {
            cluster: Some("eks".into()),
            oidc_provider_arn: provider.map(ToOwned::to_owned),
            ..BackendConfig::default()
        };
        let config = AppConfig {
            name: Some("checkout".into()),
            environment: Some("prod".into()),
            namespace: Some("shop".into()),
            aws: AwsConfig {
                backend: providers
                    .iter()
                    .enumerate()
                    .map(|(at, of)| (format!("b{at}"), backend(*of)))
                    .collect(),
                ..AwsConfig::default()
            },
            ..AppConfig::default()
        };
        trust_policy(&resolve(
            &config,
            &StandardsDocument::default(),
            false,
            today(),
            &mut Problems::default(),
        ))
    }

    #[test]
    fn pod_identity_needs_one_statement_for_all_clusters() {
        assert_eq!(policy(&[None, None]), policy(&[]));
        assert_eq!(policy(&[])["Statement"][0]["Principal"]["Service"], "pods.eks.amazonaws.com");
    }

    #[test]
    fn a_cluster_of_its_own_tokens_is_trusted_for_the_apps_service_account_alone() {
        let policy = policy(&[Some(PROVIDER)]);
        let statement = &policy["Statement"][0];
        assert_eq!(policy["Statement"].as_array().unwrap().len(), 1);
        assert_eq!(statement["Principal"]["Federated"], PROVIDER);
        let equals = &statement["Condition"]["StringEquals"];
        assert_eq!(equals["oidc.eks.eu-west-1.amazonaws.com/id/AB:aud"], "sts.amazonaws.com");
        assert_eq!(
            equals["oidc.eks.eu-west-1.amazonaws.com/id/AB:sub"],
            "system:serviceaccount:shop:checkout"
        );
        assert_eq!(trusted_service_accounts(&policy), [("shop".to_owned(), "checkout".to_owned())]);
    }

    #[test]
    fn services_are_trusted_beside_pods_and_read_back() {
        let app = |backends: Value| {
            let arguments = json!({
                "name": "checkout", "environment": "prod", "backend": backends,
                "iam": { "trusted_services": ["ec2.amazonaws.com"] },
            });
            let config = AppConfig::from_json(&arguments).unwrap();
            resolve(&config, &StandardsDocument::default(), false, today(), &mut Problems::default())
        };
        let alone = trust_policy(&app(json!({})));
        assert_eq!(alone["Statement"].as_array().unwrap().len(), 1, "{alone}");
        let beside = trust_policy(&app(json!({ "blue": { "cluster": "eks-blue" } })));
        assert_eq!(beside["Statement"].as_array().unwrap().len(), 2, "{beside}");
        for policy in [alone, beside] {
            assert_eq!(trusted_services(&policy), ["ec2.amazonaws.com".to_owned()].into());
        }
        let conditional = json!({ "Statement": {
            "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole",
            "Condition": { "StringEquals": { "aws:SourceAccount": "1" } },
        } });
        assert!(trusted_services(&conditional).is_empty());
    }

    #[test]
    fn both_ways_stand_side_by_side() {
        assert_eq!(policy(&[None, Some(PROVIDER)])["Statement"].as_array().unwrap().len(), 2);
    }
}
