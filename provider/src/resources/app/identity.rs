//! The identity of an app: what `import` blocks and `terraform query` name it by.
//!
//! Name and environment tell an app from all others of an account and region, because every name of ipsy follows from
//! them. Account and region make the identity unique everywhere.

use provider_framework::{Diagnostic, IdentitySchema, Outcome, Type, Value};

use super::import;
use crate::session::Configured;

/// Attribute that only an import reads: a stored identity does not have it.
const OBJECT_ARNS: &str = "object_arns";

/// The schema of identities.
pub(super) fn schema() -> IdentitySchema {
    IdentitySchema::new(0)
        .required("environment", Type::String, "Environment of the app.")
        .required("name", Type::String, "Name of the app.")
        .optional("account_id", Type::String, "AWS account of the app. Default: the provider's account.")
        .optional("region", Type::String, "AWS region of the app. Default: the provider's region.")
        .optional(
            OBJECT_ARNS,
            Type::list(Type::String),
            "ARNs of the objects that an import does not find by their names, such as the listener rule or the role. Only \
             an import reads them.",
        )
}

/// The identity of the app with this state or plan.
pub(crate) fn of(configured: &Configured, state: &Value) -> Value {
    with_objects(configured, state, &[])
}

/// The identity by which an import finds these objects as well.
pub(crate) fn with_objects(configured: &Configured, state: &Value, object_arns: &[String]) -> Value {
    let (account_id, region) = match configured.connection.get() {
        Some((_, account)) => (Value::from(account.id.as_str()), Value::from(account.region.as_str())),
        // Only a plan for a provider that waits for something comes here.
        None => (Value::Unknown, Value::Unknown),
    };
    let object_arns = match object_arns {
        [] => Value::Null,
        arns => Value::List(arns.iter().map(|arn| Value::from(arn.as_str())).collect()),
    };
    Value::object([
        ("environment", state.attribute("environment").clone()),
        ("name", state.attribute("name").clone()),
        ("account_id", account_id),
        ("region", region),
        (OBJECT_ARNS, object_arns),
    ])
}

/// Finds the app with this identity.
pub(super) async fn import(configured: &Configured, identity: &Value) -> Outcome {
    match id(configured, identity).await {
        Ok(id) => import::import(configured, &id).await,
        Err(diagnostic) => Outcome::failed(diagnostic),
    }
}

/// The id that names the same app.
async fn id(configured: &Configured, identity: &Value) -> Result<String, Diagnostic> {
    let (_, account) = configured.connect().await?;
    let text = |name: &str| identity.attribute(name).as_str().map(ToOwned::to_owned);
    for (name, ours) in [("account_id", &account.id), ("region", &account.region)] {
        if let Some(theirs) = text(name).filter(|theirs| theirs != ours) {
            return Err(Diagnostic::error(
                format!("The app is not in this provider's {}", name.trim_end_matches("_id")),
                format!(
                    "`identity.{name}` is `{theirs}`, but the provider works in `{ours}`. Use a provider alias \
                     (`provider = ipsy.other`) with the credentials and the `region` of the app.",
                ),
            ));
        }
    }
    let (environment, app) = (text("environment").unwrap_or_default(), text("name").unwrap_or_default());
    let arns = identity.attribute(OBJECT_ARNS).as_list().into_iter().flatten();
    let parts = arns.filter_map(|arn| arn.as_str().map(ToOwned::to_owned));
    Ok([format!("{environment}/{app}")].into_iter().chain(parts).collect::<Vec<_>>().join(","))
}
