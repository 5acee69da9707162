//! Tokens and logins of the AWS in memory.

use ipsy_aws::Fake;
use provider_framework::{Context, OpenRequest, Opened, RenewRequest, Value};
use tokio::sync::OnceCell;

use super::*;
use crate::infrastructure::account::Account;
use crate::session::Configured;

/// Opens the ephemeral resource of this name.
async fn open(fake: &Fake, name: &str, config: Value) -> (Arc<dyn EphemeralResource>, Opened) {
    let session = Session::default();
    let aws = fake.aws();
    let account = Account::of(&aws).await.unwrap();
    session.set(Configured {
        complete: true,
        connection: OnceCell::new_with(Some((aws, account))),
        ..Configured::default()
    });
    let resource = all(&session).into_iter().find(|resource| resource.type_name() == name).unwrap();
    let opened = resource.open(OpenRequest { config, context: Context::default() }).await;
    (resource, opened)
}

fn of_cluster() -> Value {
    Value::object([("cluster", Value::from("eks-blue")), ("token", Value::Null), ("expires_at", Value::Null)])
}

#[tokio::test]
async fn a_token_names_its_cluster_and_its_end() {
    let (resource, opened) = open(&Fake::new(), "ipsy_cluster_token", of_cluster()).await;
    let result = opened.result.unwrap();
    assert_eq!(result.attribute("token").as_str(), Some("k8s-aws-v1.eks-blue"));
    assert_eq!(result.attribute("expires_at").as_str(), Some("1970-01-01T00:14:00Z"));
    let end = opened.renew_at.unwrap();
    assert_eq!(timestamp(end), "1970-01-01T00:14:00Z");

    let request = RenewRequest { private: opened.private, context: Context::default() };
    let renewed = resource.renew(request).await;
    assert_eq!(renewed.renew_at, None);
    assert!(!renewed.diagnostics.has_errors());
    let warning = renewed.diagnostics.iter().next().unwrap();
    assert!(warning.summary.contains("cluster `eks-blue` has expired"), "{warning:?}");
}

#[tokio::test]
async fn a_login_has_user_password_and_registry() {
    let config = ["registry", "user_name", "password", "expires_at"].map(|name| (name, Value::Null));
    let (_, opened) = open(&Fake::new(), "ipsy_registry_token", Value::object(config)).await;
    let result = opened.result.unwrap();
    let text = |name: &str| result.attribute(name).as_str().unwrap().to_owned();
    assert_eq!(text("registry"), "123456789012.dkr.ecr.eu-west-1.amazonaws.com");
    assert_eq!((text("user_name"), text("password")), ("AWS".to_owned(), "registry-password".to_owned()));
    assert_eq!(text("expires_at"), "1970-01-01T12:00:00Z");
    assert_eq!(opened.renew_at, None);
}

#[test]
fn secrets_are_sensitive() {
    for resource in all(&Session::default()) {
        let schema = resource.schema();
        let sensitive: Vec<&str> = schema
            .body()
            .attributes()
            .filter(|(_, attribute)| attribute.is_sensitive())
            .map(|(name, _)| name)
            .collect();
        let expected = if resource.type_name() == "ipsy_cluster_token" { "token" } else { "password" };
        assert_eq!(sensitive, [expected], "{}", resource.type_name());
    }
}
