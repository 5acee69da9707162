//! Objects that carry the app's owner id and that no state knows of: an update was killed after it had made them, and its
//! configuration was reverted.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ipsy_aws::{Aws, Tags};
use serde_json::Value;
use tokio::time::timeout;

use super::components::{association, of_arn};
use super::ownership::Ownership;
use super::role::Role;
use super::{Component, ComponentId, Kind};
use crate::app::resolve::App;

/// Longest wait for the lists of the tagging service: a private network need not have an endpoint for it.
const PATIENCE: Duration = Duration::from_secs(20);

/// The objects in the region that carry the owner id of `ownership` and are not in `kept`. The lists are some
/// seconds late: each object is read again before it is deleted. Empty if the lists can't be read.
///
/// They are looked for among the objects that carry `mark`: that of the holder alone, or one that many apps have, which
/// then share a list.
pub(crate) async fn orphans<'a>(
    aws: &Aws,
    app: &App,
    ownership: &Ownership,
    mark: Tags,
    kept: impl Iterator<Item = &'a Box<dyn Component>>,
) -> Vec<Box<dyn Component>> {
    if ownership.holder_id().is_empty() {
        return Vec::new();
    }
    let kept: BTreeSet<ComponentId> = kept.map(|kept| ComponentId::of(kept.as_ref())).collect();
    let mut all = associations(aws, app, ownership, &kept).await;
    let found = match timeout(PATIENCE, aws.resource_tags.with_tags(&mark)).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => {
            tracing::warn!("orphans cannot be found by their tags: {error}");
            Arc::default()
        }
        Err(_) => {
            tracing::warn!("orphans cannot be found by their tags: the tagging service does not answer");
            Arc::default()
        }
    };
    for (arn, _) in ownership.made(&found).filter(|(_, tags)| !ownership.is_retained(tags)) {
        all.extend(of_arn(aws, app, ownership, arn).await);
    }
    without(all, &kept)
}

/// The associations of the app's service accounts in its clusters. The tagging service need not know them.
async fn associations(
    aws: &Aws,
    app: &App,
    ownership: &Ownership,
    kept: &BTreeSet<ComponentId>,
) -> Vec<Box<dyn Component>> {
    let accounts = app.service_accounts();
    let mut all: Vec<Box<dyn Component>> = Vec::new();
    let clusters: BTreeSet<&str> = app.traffic.clusters().map(|(_, cluster, _)| cluster).collect();
    for cluster in clusters.into_iter().filter(|cluster| !cluster.is_empty()) {
        let references = aws.pod_identities.list(cluster).await.unwrap_or_default();
        for reference in references.iter().filter(|reference| accounts.contains(&reference.service_account)) {
            let identity = format!("{cluster}/{}/{}", reference.namespace, reference.service_account);
            if kept.contains(&ComponentId::new(Kind::PodIdentity, identity)) {
                continue;
            }
            let found = aws.pod_identities.get(cluster, &reference.id).await.ok().flatten();
            if let Some(found) = found.filter(|found| is_orphan(ownership, &found.tags)) {
                all.push(association(aws, ownership, found));
            }
        }
    }
    all
}

/// The roles likewise, from the list of the account: the tagging service knows no roles.
pub(crate) async fn orphaned_roles<'a>(
    aws: &Aws,
    app: &App,
    ownership: &Ownership,
    kept: impl Iterator<Item = &'a Box<dyn Component>>,
) -> Vec<Box<dyn Component>> {
    if ownership.holder_id().is_empty() {
        return Vec::new();
    }
    let roles = aws.roles.list("/").await.unwrap_or_else(|error| {
        tracing::debug!("orphaned roles are not looked for: {error}");
        Arc::default()
    });
    let orphaned = roles.iter().filter(|role| is_orphan(ownership, &role.tags));
    let all = orphaned.map(|role| {
        let mut iam = app.iam.clone();
        iam.role_name.clone_from(&role.name);
        iam.path.clone_from(&role.path);
        // The owner id shows that they are also the app's.
        iam.managed_policy_arns.clone_from(&role.attached_policies);
        let (aws, ownership) = (aws.clone(), ownership.clone());
        Box::new(Role { aws, ownership, iam, trust_policy: Value::Null }) as Box<dyn Component>
    });
    let kept = kept.map(|kept| ComponentId::of(kept.as_ref())).collect();
    without(all.collect(), &kept)
}

fn is_orphan(ownership: &Ownership, tags: &Tags) -> bool {
    ownership.has_made(tags) && !ownership.is_retained(tags)
}

/// Those of `all` that are not kept, each once.
fn without(all: Vec<Box<dyn Component>>, kept: &BTreeSet<ComponentId>) -> Vec<Box<dyn Component>> {
    let mut seen = kept.clone();
    all.into_iter().filter(|component| seen.insert(ComponentId::of(component.as_ref()))).collect()
}
