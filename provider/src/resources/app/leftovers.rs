//! What an update that failed could not clear away yet. Terraform's state then describes the new app, while
//! parts of the old one still exist: its arguments are kept in the private state until they are deleted.

use std::collections::BTreeMap;

use futures::future::join_all;
use ipsy_aws::Tags;
use provider_framework::{Private, Value};
use serde_json::Value as Json;

use super::{parse::parse_leniently, schema, state};
use crate::app::standards::StandardsDocument;
use crate::infrastructure::account::Account;
use crate::infrastructure::components::components;
use crate::infrastructure::ownership::{Holder, TagPolicy};
use crate::infrastructure::{Component, ComponentId, ComponentKey, Kind, Observed};

/// Key in the private state.
const KEY: &str = "retired";

/// Adds the app of `prior` to those that may have left something behind.
pub(super) fn remember(private: &mut Private, prior: &Value) {
    let mut apps: Vec<Json> = private.get(KEY).unwrap_or_default();
    let app = schema::schema().keyed(&state::arguments(prior)).to_json();
    if !apps.contains(&app) {
        apps.push(app);
    }
    // Arguments come from JSON and always go back into it.
    let _ = private.set(KEY, &apps);
}

/// Forgets them: nothing of them is left.
pub(super) fn forget(private: &mut Private) {
    private.remove(KEY);
}

/// The objects of earlier apps that none of `kept` is.
pub(super) fn left_behind(
    private: &Private,
    aws: &ipsy_aws::Aws,
    account: &Account,
    policy: &TagPolicy,
    holder: &Holder,
    kept: &[Box<dyn Component>],
) -> Vec<Box<dyn Component>> {
    let apps: Vec<Json> = private.get(KEY).unwrap_or_default();
    let mut left: Vec<Box<dyn Component>> = Vec::new();
    for app in apps {
        let parsed = schema::schema()
            .encode(&app)
            .and_then(|value| parse_leniently(&value, &StandardsDocument::default()));
        let Ok(parsed) = parsed else { continue };
        for component in components(&parsed.app, aws, account, policy, holder, "") {
            let is_kept = kept.iter().chain(&left).any(|other| same(other.as_ref(), component.as_ref()));
            if !is_kept {
                left.push(component);
            }
        }
    }
    left
}

/// What of `orphans` is there and ours, under keys of its own, so that the next plan shows that it has to go.
pub(super) async fn orphans_there(orphans: &[Box<dyn Component>]) -> BTreeMap<ComponentKey, Observed> {
    there(Kind::Orphan, orphans).await
}

/// What of `left` is still there and ours, under keys of its own. In the state's `infrastructure` it makes the next
/// plan show that something has to go, even where the app itself is as wanted. What can't be looked at counts as
/// there: the next run will tell.
pub(super) async fn still_there(left: &[Box<dyn Component>]) -> BTreeMap<ComponentKey, Observed> {
    there(Kind::Retired, left).await
}

async fn there(kind: Kind, left: &[Box<dyn Component>]) -> BTreeMap<ComponentKey, Observed> {
    let looks = left.iter().map(|component| async move {
        let name = format!("{} {}", component.key(), component.identity());
        let key = ComponentKey::named(kind, name);
        let observed = match component.observe(None).await {
            Ok(observed) => observed.filter(|found| component.ownership().owns(&found.tags))?,
            Err(_) => Observed { arn: String::new(), properties: Json::Null, tags: Tags::new(), value: None },
        };
        Some((key, observed))
    });
    join_all(looks).await.into_iter().flatten().collect()
}

/// Whether two components are the same object, maybe under different keys.
pub(super) fn same(left: &dyn Component, right: &dyn Component) -> bool {
    ComponentId::of(left) == ComponentId::of(right)
}
