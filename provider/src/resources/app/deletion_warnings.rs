//! What a plan reports of objects that leave: how many requests the app serves that will no longer arrive, and what AWS
//! would refuse to delete.

use std::collections::BTreeSet;
use std::time::Duration;

use ipsy_aws::Tags;
use provider_framework::{Diagnostic, Diagnostics, Path, PlanDestroyRequest, Value};
use serde_json::Value as Json;
use tokio::time::timeout;

use super::holder;
use super::parse::parse_leniently;
use super::pointer;
use super::state;
use crate::app::deletion::Deletion;
use crate::app::traffic::{BackendPlace, Traffic};
use crate::infrastructure::components::components;
use crate::infrastructure::destroy::Leaving;
use crate::infrastructure::destroy::obstacles;
use crate::infrastructure::failure::Failure;
use crate::infrastructure::ownership::Holder;
use crate::infrastructure::{Component, Observed};
use crate::session::Configured;

/// Minutes over which requests are counted.
const MINUTES: u32 = 5;

/// How long a plan waits for `CloudWatch`, whose answer is worth no more.
const PATIENCE: Duration = Duration::from_secs(5);

/// Reports what a destroy ends. Nothing here fails a plan: another resource of the same run may clear the way first.
pub(super) async fn plan_destroy(
    configured: &Configured,
    request: &PlanDestroyRequest,
    diagnostics: &mut Diagnostics,
) {
    if let Some(id) = holder::id_of_whole(&request.prior, &request.private) {
        configured.claims.hold(&id);
    }
    let Ok(parsed) = parse_leniently(&request.prior, &configured.standards) else { return };
    // Terraform drops the warnings of the refresh before a destroy.
    diagnostics.extend(pointer::warning(&request.private, &parsed.app));
    report(configured, &request.prior, &parsed.app.deletion, diagnostics).await;
}

/// Reports what ends with the app that `prior` holds, in a destroy or a replacement.
pub(super) async fn report(
    configured: &Configured,
    prior: &Value,
    deletion: &Deletion,
    diagnostics: &mut Diagnostics,
) {
    let Ok(parsed) = parse_leniently(prior, &configured.standards) else { return };
    let Ok((aws, account)) = configured.connect().await else { return };
    let leaving = components(&parsed.app, aws, account, &configured.tags, &Holder::default(), "");
    let (requests, ()) = tokio::join!(
        requests_per_minute(aws, &parsed.app.traffic, prior),
        report_obstacles(&leaving, prior, deletion, diagnostics)
    );
    if let Some(requests) = requests {
        diagnostics.push(Diagnostic::warning(
            format!("The app serves {requests} requests per minute, which will stop"),
            format!(
                "This plan deletes the listener rule of `{}`. The number is CloudWatch's `RequestCount` of its target \
                 groups in the last {MINUTES} minutes. To keep the app, remove what makes Terraform delete it: use a \
                 `moved` block for another address, `terraform untaint`, or no `-replace`.",
                parsed.app.identity.id()
            ),
        ));
    }
}

/// Warns of objects of `leaving` in `prior` that AWS would refuse to delete.
pub(super) async fn report_obstacles(
    leaving: &[Box<dyn Component>],
    prior: &Value,
    deletion: &Deletion,
    diagnostics: &mut Diagnostics,
) {
    let arns = state::arns(prior);
    let own: BTreeSet<String> = arns.values().cloned().collect();
    let leaving: Vec<Leaving> = leaving
        .iter()
        .filter(|component| !deletion.retains(&component.key().to_string()))
        .filter_map(|component| {
            let key = component.key();
            let text = prior.at(&Path::root("infrastructure").key(key.to_string()))?.as_str()?;
            let properties: Json = serde_json::from_str(text).ok()?;
            let arn = arns.get(&key).cloned().unwrap_or_default();
            let observed = Observed { arn, properties, tags: Tags::new(), value: None };
            Some(Leaving { component: component.as_ref(), observed, stays: false })
        })
        .collect();
    for failure in obstacles(&leaving, &own, deletion).await {
        // What can't be looked at is told by the apply.
        if let Failure::Obstructed { title, obstacle } = failure {
            diagnostics.push(Diagnostic::warning(
                format!("AWS would refuse to delete the {title}"),
                format!(
                    "As it is now, the apply stops before it changes anything of the app: {}.\n\n{}",
                    obstacle.reason, obstacle.remedy
                ),
            ));
        }
    }
}

/// How many requests the target groups of the app get; `None` without target groups or without an answer of `CloudWatch`.
async fn requests_per_minute(aws: &ipsy_aws::Aws, traffic: &Traffic, prior: &Value) -> Option<u64> {
    let balancer = traffic.load_balancer.as_ref()?;
    prior.attribute("listener_rule_arn").as_str()?;
    let mut groups: BTreeSet<String> = traffic
        .backends
        .values()
        .filter_map(|backend| match &backend.place {
            BackendPlace::Existing { target_group_arn } => Some(target_group_arn.clone()),
            BackendPlace::Cluster { .. } => None,
        })
        .collect();
    groups.extend(state::arns(prior).into_values().filter(|arn| arn.contains(":targetgroup/")));
    let groups: Vec<String> = groups.into_iter().collect();
    let counts = aws.metrics.request_counts(balancer.metric_name(), &groups, MINUTES);
    let counts = timeout(PATIENCE, counts).await.ok()?.ok()?;
    let per_minute = counts.values().sum::<f64>() / f64::from(MINUTES);
    // Less than one in a minute is still a request that stops.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count, rounded up")]
    let whole = per_minute.ceil() as u64;
    (whole > 0).then_some(whole)
}
