//! Importing an app, also one that ipsy did not make: by `environment/name`, by the ARN of one of its objects, or
//! by both. All that can be found is taken into the state; the plan after it shows what differs.

mod arguments;
mod findings;
mod identifier;
mod instances;
mod login;
mod search;
mod traffic;

use ipsy_aws::{Aws, Error};
use provider_framework::{Diagnostic, Outcome, Value};
use serde_json::json;

use crate::app::names::{Identity, is_app_name};
use crate::app::policy::document;
use crate::diagnose::aws_diagnostic;
use crate::infrastructure::ownership::owner_of;
use crate::infrastructure::trust::trusted_service_accounts;
use crate::session::Configured;
use identifier::Identifier;

/// The state that the refresh after an import starts from.
pub(super) async fn import(configured: &Configured, id: &str) -> Outcome {
    Outcome::from(find(configured, id).await.map(|found| found.state))
}

/// An app that was found.
pub(crate) struct Imported {
    /// The arguments that describe it.
    pub(crate) state: Value,
    /// What every app has, and this one does not have yet.
    pub(crate) missing: Vec<&'static str>,
    /// ARN of the role of the EC2 instances, where the app has no role. An import takes it over only if its id names it,
    /// because a destroy deletes it.
    pub(crate) instance_role_arn: Option<String>,
}

/// Finds the app that `id` names, and describes it by arguments.
pub(crate) async fn find(configured: &Configured, id: &str) -> Result<Imported, Diagnostic> {
    let (aws, account) = configured.connect().await?;
    // Nothing is changed by what is found: an apply looks again. So many apps share what they read.
    let aws = aws.refreshing();
    let named = identifier::parse(id, account)?;
    let identity = match &named.identity {
        Some(identity) => identity.clone(),
        None => identify(aws, &named, id).await?,
    };
    let found = search::search(aws, &identity, &named).await?;
    if found.role.is_none()
        && found.rule.is_none()
        && found.repository.is_none()
        && found.log_group.is_none()
        && found.parameter.is_none()
    {
        return Err(Diagnostic::error(
            format!("Nothing of `{}` was found", identity.id()),
            "Neither its role, log group, repository, image pointer nor listener rule was found, by the usual names, \
             by tags or by what refers to them. Look at the id, at the provider's credentials and `region`; or add the \
             ARN of what the app has, after a comma.",
        ));
    }
    let surroundings = arguments::Surroundings {
        identity: &identity,
        standards: &configured.standards,
        tags: &configured.tags,
        account: &aws.account,
        registry: &format!("{}.dkr.ecr.{}.{}", account.id, account.region, account.dns_suffix),
    };
    let mut state = arguments::describe(&found, &surroundings);
    state["id"] = json!(identity.id());
    // What was found is named: nothing is left to the platform.
    state[super::state::PLATFORM] = json!("{}");
    if let Some(rule) = &found.rule {
        state["listener_rule_arn"] = json!(rule.arn);
    }
    let parts = [("log group", found.log_group.is_none()), ("role", found.role.is_none())];
    let missing = parts.into_iter().filter_map(|(part, is_missing)| is_missing.then_some(part)).collect();
    let instance_role_arn = instances::role_arn(aws, &found).await?;
    Ok(Imported { state: super::schema::schema().encode(&state)?, missing, instance_role_arn })
}

/// Whose the named objects are: by their ownership tags; else by the service account that has the role, where
/// the role's name holds both (`checkout-prod` of service account `checkout`).
async fn identify(aws: &Aws, named: &Identifier, id: &str) -> Result<Identity, Diagnostic> {
    let tell = |error: Error| aws_diagnostic("The objects that the id names can't be read", &error);
    let mut all = Vec::new();
    if let Some(arn) = &named.rule {
        let mut tags = aws.listener_rules.tags(std::slice::from_ref(arn)).await.map_err(tell)?;
        all.extend(tags.remove(arn));
    }
    if let Some(name) = &named.repository
        && let Some(repository) =
            aws.repositories.describe(std::slice::from_ref(name)).await.map_err(tell)?.pop()
    {
        all.push(aws.repositories.tags(&repository.arn).await.map_err(tell)?);
    }
    if let Some(name) = &named.parameter
        && !aws.parameters.get(std::slice::from_ref(name)).await.map_err(tell)?.is_empty()
    {
        all.push(aws.parameters.tags(name).await.map_err(tell)?);
    }
    if let Some(name) = &named.log_group
        && let Some(group) = aws.log_groups.get(name).await.map_err(tell)?
    {
        all.push(aws.log_groups.tags(&group.arn).await.map_err(tell)?);
    }
    let role = match &named.role {
        Some(name) => aws.roles.get(name).await.map_err(tell)?,
        None => None,
    };
    all.extend(role.iter().map(|role| role.tags.clone()));
    if let Some(owner) = all.iter().find_map(owner_of) {
        return Ok(owner);
    }
    if let Some(role) = role {
        let mut accounts: Vec<String> = trusted_service_accounts(&document(&role.trust_policy))
            .into_iter()
            .map(|(_, account)| account)
            .collect();
        for cluster in aws.clusters.list().await.map_err(tell)? {
            for reference in aws.pod_identities.list(&cluster).await.map_err(tell)?.iter() {
                let found = aws.pod_identities.get(&cluster, &reference.id).await.map_err(tell)?;
                if found.is_some_and(|found| found.role_arn == role.arn) {
                    accounts.push(reference.service_account.clone());
                }
            }
        }
        if let Some(identity) = accounts.iter().find_map(|account| split(&role.name, account)) {
            return Ok(identity);
        }
    }
    Err(Diagnostic::error(
        format!("`{id}` does not say which app it is"),
        "Its objects carry no tags of ipsy, and their names don't tell either. Write environment and name before it: \
         `prod/checkout,ARN`. They must be those of the configuration, or the app would be replaced.",
    ))
}

/// App and environment, where `name` is both with a dash between.
fn split(name: &str, app: &str) -> Option<Identity> {
    let environment = name.strip_prefix(app)?.strip_prefix('-').filter(|rest| is_app_name(rest))?;
    is_app_name(app).then(|| Identity { app: app.to_owned(), environment: environment.to_owned() })
}
