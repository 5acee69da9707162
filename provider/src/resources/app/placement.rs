//! What AWS would refuse although each object is there: DNS names outside of their hosted zone, and target groups in
//! another VPC than the load balancer. A cluster in another VPC is a warning. Only what is new is looked up. What can't be read is left to the apply.

use futures::future::join_all;
use ipsy_aws::{Aws, Error};
use provider_framework::{Diagnostic, Path, Value};

use super::schema::schema;
use crate::app::resolve::App;
use crate::app::traffic::{BackendPlace, DnsRecord};

/// What of `app` is in the wrong place, apart from what `prior` has as well.
pub(super) async fn check(aws: &Aws, app: &App, prior: Option<&Value>) -> Vec<Diagnostic> {
    let is_new = |block: &str, name: &str, arguments: &[&str], wanted: &[&str]| {
        let blocks = prior.map_or(Value::Null, |prior| schema().keyed_blocks(prior, block));
        let Some(before) = blocks.as_map().and_then(|blocks| blocks.get(name)) else { return true };
        arguments.iter().zip(wanted).any(|(name, wanted)| before.attribute(name).as_str() != Some(*wanted))
    };
    let traffic = &app.traffic;
    let records =
        traffic.dns.iter().filter(|(label, record)| is_new("dns", label, &["zone_id"], &[&record.zone_id]));
    let outside = join_all(records.map(|(label, record)| outside_zone(aws, label, record)));
    let backends = traffic.backends.iter().filter(|(name, backend)| match &backend.place {
        BackendPlace::Existing { target_group_arn } => {
            is_new("backend", name, &["target_group_arn"], &[target_group_arn])
        }
        BackendPlace::Cluster { cluster, .. } => is_new("backend", name, &["cluster"], &[cluster]),
    });
    let backends: Vec<(&String, &BackendPlace)> =
        backends.map(|(name, backend)| (name, &backend.place)).collect();
    let listener = traffic.load_balancer.as_ref().map(|balancer| balancer.listener_arn.as_str());
    let (outside, elsewhere) = tokio::join!(outside, other_vpcs(aws, listener, &backends));
    outside.into_iter().flatten().chain(elsewhere.unwrap_or_default()).collect()
}

async fn outside_zone(aws: &Aws, label: &str, record: &DnsRecord) -> Option<Diagnostic> {
    let zone = aws.records.zone_name(&record.zone_id).await.ok()?;
    let name = &record.name;
    let is_inside = *name == zone || name.strip_suffix(&zone).is_some_and(|start| start.ends_with('.'));
    (!is_inside).then(|| {
        Diagnostic::error(
            format!("`{name}` is not in the hosted zone `{zone}`"),
            format!(
                "Route 53 takes only names that end with the name of the zone. Set `zone_id` to the zone of `{name}` instead \
                 of `{}`, or another `name`. Nothing was changed.",
                record.zone_id
            ),
        )
        .at(Path::root("dns").key(label).attribute("zone_id"))
    })
}

/// The backends in another VPC than the load balancer of `listener`.
async fn other_vpcs(
    aws: &Aws,
    listener: Option<&str>,
    backends: &[(&String, &BackendPlace)],
) -> Result<Vec<Diagnostic>, Error> {
    let mut found = Vec::new();
    let Some(listener) = listener.filter(|_| !backends.is_empty()) else { return Ok(found) };
    let listeners = aws.load_balancers.listeners(&[listener.to_owned()]).await?;
    let Some(listener) = listeners.first() else { return Ok(found) };
    let balancers = aws.load_balancers.describe(std::slice::from_ref(&listener.load_balancer_arn)).await?;
    let Some(balancer) = balancers.first() else { return Ok(found) };
    for (name, place) in backends {
        let (what, argument, vpc) = match place {
            BackendPlace::Existing { target_group_arn } => {
                let groups = aws.target_groups.by_arns(std::slice::from_ref(target_group_arn)).await?;
                let vpc = groups.into_iter().next().map(|group| group.vpc_id);
                (format!("target group `{target_group_arn}`"), "target_group_arn", vpc)
            }
            BackendPlace::Cluster { cluster, .. } => {
                let vpc = aws.clusters.describe(cluster).await?.and_then(|cluster| cluster.vpc_id);
                (format!("cluster `{cluster}`"), "cluster", vpc)
            }
        };
        let Some(vpc) = vpc.filter(|vpc| *vpc != balancer.vpc_id && !vpc.is_empty()) else { continue };
        let summary = format!("The {what} is in another VPC than the load balancer");
        let place_of_both =
            format!("It is in `{vpc}`, and the load balancer `{}` in `{}`.", balancer.name, balancer.vpc_id);
        let diagnostic = if matches!(place, BackendPlace::Existing { .. }) {
            let why = "A listener rule forwards only to target groups of the VPC of its load balancer. Use a listener or a \
                       target group of the same VPC. Nothing was changed.";
            Diagnostic::error(summary, format!("{place_of_both} {why}"))
        } else {
            let why = "The load balancer reaches its pods only if the VPCs are peered and their routes lead to each other.";
            Diagnostic::warning(summary, format!("{place_of_both} {why}"))
        };
        found.push(diagnostic.at(Path::root("backend").key(name.as_str()).attribute(argument)));
    }
    Ok(found)
}
