//! Looking for what an app has on AWS: by the names that were given, by ownership tags, by the names that ipsy or
//! people would choose, and by what refers to what.

use std::collections::BTreeSet;

use futures::future::try_join_all;
use ipsy_aws::{Aws, Cluster, Error, ErrorKind, LogGroup, Parameter, Role, Rule, Tags};
use provider_framework::Diagnostic;

use super::super::adoption::being_deleted;
use super::findings::{Findings, FoundRepository, FoundTargetGroup, Place};
use super::identifier::Identifier;
use super::instances;
use crate::app::image::Reference;
use crate::app::names::Identity;
use crate::app::policy::document;
use crate::diagnose::aws_diagnostic;
use crate::infrastructure::ownership::{describe, is_deleting, owner_of};
use crate::infrastructure::trust::trusted_service_accounts;

/// Finds whatever `hints` and its app have. Nothing is changed.
pub(super) async fn search(
    aws: &Aws,
    identity: &Identity,
    hints: &Identifier,
) -> Result<Findings, Diagnostic> {
    let mut found = Findings { parameter: parameter(aws, identity, hints).await?, ..Findings::default() };
    let (places, repository, log_group, rule) = futures::try_join!(
        pod_identities(aws, identity, hints),
        repository(aws, identity, hints, found.parameter.as_ref()),
        log_group(aws, identity, hints),
        rule(aws, identity, hints),
    )?;
    found.repository = repository;
    found.log_group = log_group;
    found.places = places;
    found.role = role(aws, identity, hints, &found.places).await?;
    if let Some(role) = &found.role {
        let by_token = token_places(aws, identity, role).await?;
        found.places.retain(|place| place.role_arn == role.arn);
        found.places.extend(by_token);
    }
    if let Some((rule, groups)) = rule {
        found.target_groups = groups;
        found.rule = Some(rule);
    }
    instances::search(aws, &mut found).await?;
    tags(aws, identity, &mut found).await?;
    Ok(found)
}

fn tell<T>(what: &str, result: Result<T, Error>) -> Result<T, Diagnostic> {
    result.map_err(|error| aws_diagnostic(&format!("{what} can't be read"), &error))
}

fn missing(what: &str, name: &str) -> Diagnostic {
    Diagnostic::error(
        format!("{what} `{name}` not found"),
        "It does not exist in this account and region, so nothing was imported. Check the id, and at the provider's \
         credentials and `region`.",
    )
}

fn is_owned(tags: &Tags, identity: &Identity) -> bool {
    owner_of(tags).is_some_and(|owner| owner == *identity)
}

/// The pointer: the one that was named, or the first of the usual names.
async fn parameter(
    aws: &Aws,
    identity: &Identity,
    hints: &Identifier,
) -> Result<Option<Parameter>, Diagnostic> {
    let (app, environment) = (&identity.app, &identity.environment);
    let names = match &hints.parameter {
        Some(name) => vec![name.clone(), format!("/{name}")],
        None => vec![
            identity.image_parameter_name(),
            format!("/{environment}/{app}/image"),
            format!("/{app}/{environment}/image"),
        ],
    };
    let (usual, others) = names.split_at(1);
    let mut found = tell("The image pointer", aws.parameters.get(usual).await)?;
    if found.is_empty() && !others.is_empty() {
        found = tell("The image pointer", aws.parameters.get(others).await)?;
    }
    let first = names.iter().find_map(|name| found.iter().find(|parameter| parameter.name == *name));
    match (&hints.parameter, first) {
        (Some(name), None) => Err(missing("SSM parameter", name)),
        (_, first) => Ok(first.cloned()),
    }
}

/// The repository: the one that was named, the one that the pointer names, or the first of the usual names.
async fn repository(
    aws: &Aws,
    identity: &Identity,
    hints: &Identifier,
    pointer: Option<&Parameter>,
) -> Result<Option<FoundRepository>, Diagnostic> {
    let (app, environment) = (&identity.app, &identity.environment);
    let names = match hints.repository.clone().or_else(|| pointer.and_then(pointed_repository)) {
        Some(name) => vec![name],
        None => vec![
            app.clone(),
            format!("{environment}/{app}"),
            format!("{app}-{environment}"),
            format!("{app}/{environment}"),
        ],
    };
    let found = tell("The repository", aws.repositories.describe(&names).await)?;
    let first = names.iter().find_map(|name| found.iter().find(|repository| repository.name == *name));
    let Some(repository) = first.cloned() else {
        return hints.repository.as_ref().map_or(Ok(None), |name| Err(missing("ECR repository", name)));
    };
    let (lifecycle_policy, repository_policy) = tell(
        "The repository's policies",
        futures::try_join!(
            aws.repositories.lifecycle_policy(&repository.name),
            aws.repositories.repository_policy(&repository.name)
        ),
    )?;
    Ok(Some(FoundRepository { repository, lifecycle_policy, repository_policy, is_shared: false }))
}

/// The ECR repository of this or another account that a pointer names, without its host.
fn pointed_repository(pointer: &Parameter) -> Option<String> {
    let image = Reference::parse(&pointer.value).ok()?;
    let (host, name) = image.repository.split_once('/')?;
    host.contains(".dkr.ecr.").then(|| name.to_owned())
}

async fn log_group(
    aws: &Aws,
    identity: &Identity,
    hints: &Identifier,
) -> Result<Option<LogGroup>, Diagnostic> {
    let (app, environment) = (&identity.app, &identity.environment);
    let names = match &hints.log_group {
        Some(name) => vec![name.clone()],
        None => vec![
            identity.log_group_name(),
            format!("/{environment}/{app}"),
            format!("/{app}/{environment}"),
            format!("{app}-{environment}"),
            format!("/{app}"),
            app.clone(),
        ],
    };
    let (usual, others) = names.split_at(1);
    let mut found = tell("The log group", aws.log_groups.by_names(usual).await)?;
    if found.is_empty() && !others.is_empty() {
        found = tell("The log group", aws.log_groups.by_names(others).await)?;
    }
    let first = names.iter().find_map(|name| found.iter().find(|group| group.name == *name));
    match (&hints.log_group, first) {
        (Some(name), None) => Err(missing("log group", name)),
        (_, first) => Ok(first.cloned()),
    }
}

/// The rule with its target groups: the one that was named, the one with the app's tags, or the only one that
/// forwards to a target group of the app's name.
async fn rule(
    aws: &Aws,
    identity: &Identity,
    hints: &Identifier,
) -> Result<Option<(Rule, Vec<FoundTargetGroup>)>, Diagnostic> {
    let what = "The listener rule";
    let rule = if let Some(arn) = &hints.rule {
        let found = tell(what, aws.listener_rules.by_arns(std::slice::from_ref(arn)).await)?.pop();
        Some(found.ok_or_else(|| missing("listener rule", arn))?)
    } else {
        search_rule(aws, identity).await?
    };
    match rule {
        Some(rule) => {
            let groups = target_groups(aws, &rule).await?;
            Ok(Some((rule, groups)))
        }
        None => Ok(None),
    }
}

async fn search_rule(aws: &Aws, identity: &Identity) -> Result<Option<Rule>, Diagnostic> {
    let what = "The listener rules";
    let listeners = tell(what, aws.load_balancers.all_listeners().await)?;
    let rules = listeners.iter().map(|listener| aws.listener_rules.by_listener(&listener.arn));
    let mut rules: Vec<Rule> = tell(what, try_join_all(rules).await)?.into_iter().flatten().collect();
    rules.retain(|rule| rule.priority.is_some());
    let arns: Vec<String> = rules.iter().map(|rule| rule.arn.clone()).collect();
    let tags = tell(what, aws.listener_rules.tags(&arns).await)?;
    let owned = |rule: &&Rule| tags.get(&rule.arn).is_some_and(|tags| is_owned(tags, identity));
    if let Some(rule) = rules.iter().find(owned) {
        return Ok(Some(rule.clone()));
    }
    let named: Vec<&Rule> = rules
        .iter()
        .filter(|rule| {
            rule.forward().is_some_and(|forward| {
                forward.targets.iter().any(|target| names_app(group_name(&target.target_group_arn), identity))
            })
        })
        .collect();
    match named.as_slice() {
        [] => Ok(None),
        [rule] => Ok(Some((*rule).clone())),
        several => {
            let arns: Vec<&str> = several.iter().map(|rule| rule.arn.as_str()).collect();
            Err(Diagnostic::error(
                format!("Several listener rules may be those of `{}`", identity.id()),
                format!(
                    "They forward to target groups of its name: {}. Say which one it is: `{},ARN`.",
                    arns.join(", "),
                    identity.id()
                ),
            ))
        }
    }
}

/// The name of a target group is the second part of its ARN (`targetgroup/NAME/ID`).
fn group_name(arn: &str) -> &str {
    arn.split('/').nth(1).unwrap_or_default()
}

/// Whether a name holds both the app and its environment, or nothing but the app.
fn names_app(name: &str, identity: &Identity) -> bool {
    let (app, environment) = (&identity.app, &identity.environment);
    name == app
        || [format!("{app}-{environment}"), format!("{environment}-{app}")].iter().any(|start| {
            name.strip_prefix(start.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        })
}

async fn target_groups(aws: &Aws, rule: &Rule) -> Result<Vec<FoundTargetGroup>, Diagnostic> {
    let what = "The target groups";
    let targets = rule.forward().map(|forward| forward.targets.clone()).unwrap_or_default();
    let arns: Vec<String> = targets.iter().map(|target| target.target_group_arn.clone()).collect();
    let (groups, mut tags) =
        tell(what, futures::try_join!(aws.target_groups.by_arns(&arns), aws.target_groups.tags(&arns)))?;
    let mut found = Vec::new();
    for target in targets {
        let arn = &target.target_group_arn;
        let Some(group) = groups.iter().find(|group| group.arn == *arn).cloned() else { continue };
        let attributes = tell(what, aws.target_groups.attributes(arn).await)?;
        let tags = tags.remove(arn).unwrap_or_default();
        found.push(FoundTargetGroup { group, attributes, tags, weight: target.weight });
    }
    Ok(found)
}

/// The clusters in which an association gives the app's service account a role.
async fn pod_identities(
    aws: &Aws,
    identity: &Identity,
    hints: &Identifier,
) -> Result<Vec<Place>, Diagnostic> {
    let what = "The Pod Identity associations";
    let mut found = Vec::new();
    for cluster in tell("The clusters", aws.clusters.list().await)? {
        for reference in tell(what, aws.pod_identities.list(&cluster).await)?.iter() {
            // Where the role was named, whatever has it is the app's.
            if reference.service_account != identity.app && hints.role.is_none() {
                continue;
            }
            let Some(association) = tell(what, aws.pod_identities.get(&cluster, &reference.id).await)? else {
                continue;
            };
            let has_role = hints
                .role
                .as_ref()
                .is_none_or(|role| association.role_arn.rsplit('/').next() == Some(role.as_str()));
            let is_other = owner_of(&association.tags).is_some_and(|owner| owner != *identity);
            if association.service_account == identity.app && has_role && !is_other {
                found.push(Place {
                    cluster: cluster.clone(),
                    namespace: association.namespace,
                    oidc_provider_arn: None,
                    role_arn: association.role_arn,
                    tags: association.tags,
                });
            }
        }
    }
    Ok(found)
}

/// The role: the one that was named, the one of the usual name, the only one that associations give the app's
/// service account, or the only one whose trust policy names it.
async fn role(
    aws: &Aws,
    identity: &Identity,
    hints: &Identifier,
    places: &[Place],
) -> Result<Option<Role>, Diagnostic> {
    let what = "The role";
    if let Some(name) = &hints.role {
        let found = tell(what, aws.roles.get(name).await)?;
        return found.map(Some).ok_or_else(|| missing("IAM role", name));
    }
    if let Some(role) = tell(what, aws.roles.get(&identity.role_name()).await)? {
        return Ok(Some(role));
    }
    let owned = places.iter().filter(|place| is_owned(&place.tags, identity));
    let roles: BTreeSet<&str> = owned.map(|place| place.role_arn.as_str()).collect();
    let all: BTreeSet<&str> = places.iter().map(|place| place.role_arn.as_str()).collect();
    let roles = if roles.is_empty() { all } else { roles };
    let names: Vec<&str> = roles.iter().filter_map(|arn| arn.rsplit('/').next()).collect();
    match names.as_slice() {
        [] => by_trust(aws, identity).await,
        [name] => tell(what, aws.roles.get(name).await),
        several => Err(ambiguous_role(identity, several)),
    }
}

/// The role whose trust policy names the app's service account.
async fn by_trust(aws: &Aws, identity: &Identity) -> Result<Option<Role>, Diagnostic> {
    let all = match aws.roles.list("/").await {
        Ok(all) => all,
        // Who may not list the account's roles can still name the one.
        Err(error) if error.kind() == ErrorKind::AccessDenied => return Ok(None),
        Err(error) => return Err(aws_diagnostic("The account's roles can't be listed", &error)),
    };
    let trusts = |role: &Role| {
        let accounts = trusted_service_accounts(&document(&role.trust_policy));
        accounts.iter().any(|(_, account)| *account == identity.app)
            && owner_of(&role.tags).is_none_or(|owner| owner == *identity)
    };
    let found: Vec<&Role> = all.iter().filter(|role| trusts(role)).collect();
    match found.as_slice() {
        [] => Ok(None),
        [role] => Ok(Some((*role).clone())),
        _ => {
            let names: Vec<&str> = found.iter().map(|role| role.name.as_str()).collect();
            Err(ambiguous_role(identity, &names))
        }
    }
}

fn ambiguous_role(identity: &Identity, names: &[&str]) -> Diagnostic {
    Diagnostic::error(
        format!("Several roles may be those of `{}`", identity.id()),
        format!(
            "Service accounts called `{}` have the roles {}. Say which one it is by its ARN: \
             `{},arn:aws:iam::ACCOUNT:role/NAME`.",
            identity.app,
            names.join(", "),
            identity.id()
        ),
    )
}

/// The clusters whose tokens a role trusts for the app's service account.
async fn token_places(aws: &Aws, identity: &Identity, role: &Role) -> Result<Vec<Place>, Diagnostic> {
    let policy = document(&role.trust_policy);
    let accounts = trusted_service_accounts(&policy);
    let Some((namespace, _)) = accounts.iter().find(|(_, account)| *account == identity.app) else {
        return Ok(Vec::new());
    };
    let text = policy.to_string();
    let what = "The clusters";
    let names = tell(what, aws.clusters.list().await)?;
    let clusters = try_join_all(names.iter().map(|name| aws.clusters.describe(name))).await;
    let clusters: Vec<Cluster> = tell(what, clusters)?.into_iter().flatten().collect();
    Ok(clusters
        .into_iter()
        .filter_map(|cluster| {
            let issuer = cluster.oidc_issuer.as_deref()?.strip_prefix("https://")?;
            let (start, _) = role.arn.split_once(":role/")?;
            let provider = format!("{start}:oidc-provider/{issuer}");
            text.contains(&format!("\"{provider}\"")).then(|| Place {
                cluster: cluster.name.clone(),
                namespace: namespace.clone(),
                oidc_provider_arn: Some(provider),
                role_arn: role.arn.clone(),
                tags: Tags::new(),
            })
        })
        .collect())
}

/// Tags of all that an app can own. What another app of ipsy owns is not taken: a repository is used as others' are,
/// and anything else stops the import.
async fn tags(aws: &Aws, identity: &Identity, found: &mut Findings) -> Result<(), Diagnostic> {
    let mut all: Vec<(String, Tags)> = Vec::new();
    if let Some(role) = &found.role {
        all.push((format!("IAM role `{}`", role.name), role.tags.clone()));
    }
    for place in found.places.iter().filter(|place| place.oidc_provider_arn.is_none()) {
        all.push((format!("Pod Identity association in cluster `{}`", place.cluster), place.tags.clone()));
    }
    if let Some(group) = &found.log_group {
        let tags = tell("The log group's tags", aws.log_groups.tags(&group.arn).await)?;
        all.push((format!("log group `{}`", group.name), tags));
    }
    if let Some(parameter) = &found.parameter {
        let tags = tell("The pointer's tags", aws.parameters.tags(&parameter.name).await)?;
        all.push((format!("SSM parameter `{}`", parameter.name), tags));
    }
    if let Some(rule) = &found.rule {
        let mut tags =
            tell("The rule's tags", aws.listener_rules.tags(std::slice::from_ref(&rule.arn)).await)?;
        found.rule_tags = tags.remove(&rule.arn).unwrap_or_default();
        all.push((format!("listener rule `{}`", rule.arn), found.rule_tags.clone()));
    }
    for (title, tags) in all {
        if is_deleting(&tags) {
            return Err(being_deleted(&identity.id(), &format!("{title}: {}", describe(&tags))));
        }
        if let Some(owner) = owner_of(&tags).filter(|owner| owner != identity) {
            return Err(Diagnostic::error(
                format!("The {title} belongs to `{}`", owner.id()),
                format!(
                    "Its tags say so, so it can't be that of `{}` as well. Import that app instead, or name another \
                     object in the id.",
                    identity.id()
                ),
            ));
        }
        found.tags.push(tags);
    }
    if let Some(repository) = &mut found.repository {
        let tags = aws.repositories.tags(&repository.repository.arn).await;
        let tags = tell("The repository's tags", tags)?;
        repository.is_shared = owner_of(&tags).is_some_and(|owner| owner != *identity);
        if !repository.is_shared {
            found.tags.push(tags);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
