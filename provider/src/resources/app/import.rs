//! Importing an app: by `environment/name`, and with a comma and the ARN of its listener rule where it has
//! one. What can be found is taken into the state; the plan after it shows what differs.

use std::collections::BTreeMap;

use ipsy_aws::{Aws, Condition, Rule, Tags};
use serde_json::{Value as Json, json};
use tf_provider::{Diagnostic, Outcome, Value};

use crate::app::image::Reference;
use crate::app::names::{Identity, is_dns_label};
use crate::app::traffic::Conditions;
use crate::diagnose::aws_diagnostic;
use crate::infrastructure::{pod_identity, target_group};
use crate::session::Configured;

/// The state that the refresh after an import starts from.
pub(super) async fn import(configured: &Configured, id: &str) -> Outcome {
    match find(configured, id).await {
        Ok(state) => Outcome::of(state),
        Err(diagnostic) => Outcome::failed(diagnostic),
    }
}

async fn find(configured: &Configured, id: &str) -> Result<Value, Diagnostic> {
    let (identity, rule_arn) = parse(id)?;
    let (aws, _) = configured.connect().await?;
    let mut state = json!({
        "id": identity.id(),
        "environment": identity.environment,
        "name": identity.app,
        "image": { "repository": repository(aws, &identity).await? },
    });
    if let Some(arn) = rule_arn {
        let rules = aws.listener_rules.by_arns(&[arn.to_owned()]).await;
        let rules = rules.map_err(|error| aws_diagnostic("The listener rule can't be read", &error))?;
        let rule = rules.first().ok_or_else(|| {
            Diagnostic::error(
                "There is no such listener rule",
                format!("`{arn}` was not found in this account and region."),
            )
        })?;
        state["load_balancer"] = load_balancer(rule);
        state["backend"] = backends(aws, &identity, rule).await?;
        state["listener_rule_arn"] = json!(arn);
    }
    super::schema::schema().encode(&state)
}

fn parse(id: &str) -> Result<(Identity, Option<&str>), Diagnostic> {
    let (name, rule_arn) = match id.split_once(',') {
        Some((name, arn)) => (name, Some(arn)),
        None => (id, None),
    };
    let parts =
        name.split_once('/').filter(|(environment, app)| is_dns_label(environment) && is_dns_label(app));
    let arn_is_rule = rule_arn.is_none_or(|arn| arn.contains(":listener-rule/app/"));
    match parts {
        Some((environment, app)) if arn_is_rule => {
            Ok((Identity { app: app.to_owned(), environment: environment.to_owned() }, rule_arn))
        }
        _ => Err(Diagnostic::error(
            format!("`{id}` is no id of an app"),
            "Write `environment/name`, such as `prod/checkout`; and where the app has a listener rule, a comma \
             and its ARN: `prod/checkout,arn:aws:elasticloadbalancing:…:listener-rule/app/…`.",
        )),
    }
}

/// The repository: the one that the image pointer names, or the one named like the app.
async fn repository(aws: &Aws, identity: &Identity) -> Result<String, Diagnostic> {
    let name = identity.image_parameter_name();
    let found = aws.parameters.get(&[name]).await;
    let found = found.map_err(|error| aws_diagnostic("The image pointer can't be read", &error))?;
    let pointed = found.first().and_then(|parameter| Reference::parse(&parameter.value).ok());
    let repository = pointed.map(|image| image.repository).filter(|repository| !repository.is_empty());
    // Within ECR the repository is ours, named without its host.
    Ok(match repository {
        Some(url) => match url.split_once('/') {
            Some((host, name)) if host.contains(".dkr.ecr.") => name.to_owned(),
            _ => url,
        },
        None => identity.app.clone(),
    })
}

fn load_balancer(rule: &Rule) -> Json {
    let mut lists: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    let mut blocks: BTreeMap<(&str, String), Vec<&String>> = BTreeMap::new();
    for condition in &rule.conditions {
        match condition {
            Condition::HostHeader(values) => lists.entry("hosts").or_default().extend(values),
            Condition::PathPattern(values) => lists.entry("paths").or_default().extend(values),
            Condition::HttpMethod(values) => lists.entry("methods").or_default().extend(values),
            Condition::SourceIp(values) => lists.entry("source_ips").or_default().extend(values),
            Condition::HttpHeader { name, values } => {
                blocks.entry(("header", name.clone())).or_default().extend(values);
            }
            Condition::QueryString(pairs) => {
                for pair in pairs {
                    let label = Conditions::query_label(pair.key.as_deref()).to_owned();
                    blocks.entry(("query_string", label)).or_default().push(&pair.value);
                }
            }
            // The refresh after the import shows it, and the next plan takes it away.
            Condition::Other { .. } => {}
        }
    }
    let mut block = json!({ "listener_arn": rule.listener_arn, "priority": rule.priority });
    for (name, values) in lists {
        block[name] = json!(values);
    }
    for ((kind, label), values) in blocks {
        block[kind][label] = json!({ "values": values });
    }
    block
}

/// The backends of a rule: ours by the label in their tags, others by the name of their target group.
async fn backends(aws: &Aws, identity: &Identity, rule: &Rule) -> Result<Json, Diagnostic> {
    let forward = rule.forward().cloned().unwrap_or_default();
    let arns: Vec<String> = forward.targets.iter().map(|target| target.target_group_arn.clone()).collect();
    let tags = aws.target_groups.tags(&arns).await;
    let tags = tags.map_err(|error| aws_diagnostic("The target groups can't be read", &error))?;
    let prefix = format!("{}/", target_group::KEY);
    let clusters = clusters(aws, identity).await?;
    let mut backends = BTreeMap::new();
    for target in &forward.targets {
        let arn = &target.target_group_arn;
        let tags = tags.get(arn).cloned().unwrap_or_default();
        let ours = is_ours(&tags, identity);
        let label = tags.get("ipsy:component").and_then(|component| component.strip_prefix(&prefix));
        let (backend, settings) = if let Some(label) = label.filter(|_| ours) {
            let cluster = clusters.get(label);
            (label.to_owned(), json!({ "cluster": cluster, "weight": target.weight }))
        } else {
            let name = arn.split('/').nth(1).unwrap_or(arn).to_lowercase();
            (name, json!({ "target_group_arn": arn, "weight": target.weight }))
        };
        backends.insert(backend, settings);
    }
    Ok(json!(backends))
}

/// The cluster of each backend, by its label: where the app's service account has an association of ours.
async fn clusters(aws: &Aws, identity: &Identity) -> Result<BTreeMap<String, String>, Diagnostic> {
    let tell = |error| aws_diagnostic("The clusters can't be read", &error);
    let prefix = format!("{}/", pod_identity::KEY);
    let mut clusters = BTreeMap::new();
    for cluster in aws.clusters.list().await.map_err(tell)? {
        let associations = aws.pod_identities.list(&cluster).await.map_err(tell)?;
        for reference in associations.iter().filter(|found| found.service_account == identity.app) {
            let association = aws.pod_identities.get(&cluster, &reference.id).await.map_err(tell)?;
            let tags = association.map(|association| association.tags).unwrap_or_default();
            let label = tags.get("ipsy:component").and_then(|component| component.strip_prefix(&prefix));
            if let Some(label) = label.filter(|_| is_ours(&tags, identity)) {
                clusters.insert(label.to_owned(), cluster.clone());
            }
        }
    }
    Ok(clusters)
}

fn is_ours(tags: &Tags, identity: &Identity) -> bool {
    tags.get("ipsy:app") == Some(&identity.app) && tags.get("ipsy:environment") == Some(&identity.environment)
}
