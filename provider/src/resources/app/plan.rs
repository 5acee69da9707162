//! Planning: what will be, in full wherever it can be told. Reads of AWS happen only where a new app may find
//! an image pointer of an earlier run; nothing is ever written.

use provider_framework::{Diagnostic, Diagnostics, Path, Plan, PlanRequest, Value};

use super::adoption;
use super::deletion_warnings;
use super::holder;
use super::leftovers::same;
use super::outputs::{Inputs, outputs};
use super::parse::{Parsed, parse, parse_leniently};
use super::pending_backends::unfinished;
use super::placement;
use super::planned_deletion;
use super::pointer::pointed_image;
use super::state;
use super::tag_rules;
use super::weight_changes;
use super::{exposure, immutable, region_check, replaced_target_groups};
use crate::app::image::{Reference, Source};
use crate::app::resolve::App;
use crate::app::traffic::Previous;
use crate::diagnose::{aws_diagnostic, contract_diagnostics};
use crate::infrastructure::Pointer;
use crate::infrastructure::account::Account;
use crate::infrastructure::components::components;
use crate::session::Configured;

/// Largest single argument that Linux hands to a program (`MAX_ARG_STRLEN`).
const LARGEST_ARGUMENT: usize = 128 * 1024;

/// Fills in every computed attribute of the plan.
pub(super) async fn modify_plan(
    configured: &Configured,
    request: &PlanRequest,
    plan: &mut Plan,
    diagnostics: &mut Diagnostics,
) {
    let Some(mut parsed) = parse(&request.config, &configured.standards, true, diagnostics) else { return };
    // What is replaced neither enters the rule of the old app nor serves on in it.
    let replaced = request.prior.as_ref().filter(|prior| is_replaced(prior, &request.config));
    let prior = request.prior.as_ref().filter(|_| replaced.is_none());
    let entering = parsed.enter(prior, &unfinished(&plan.private));
    if let Some(prior) = prior.filter(|_| parsed.knows("backend")) {
        diagnostics.extend(parsed.plan_weights(prior, &request.config, &plan.private));
    }
    for (backend, previous) in parsed.replaced() {
        diagnostics.push(replaced_warning(backend, previous));
    }
    if let Some(prior) = prior.filter(|_| parsed.knows("backend")) {
        diagnostics.extend(replaced_target_groups::shared(&parsed.app.traffic, prior));
    }
    planned_deletion::plan(&mut plan.private, &parsed.app.deletion);
    let is_new = request.prior.is_none() && !holder::is_replacement(&plan.private);
    let claimant = holder::claimant(request.prior.as_ref(), &mut plan.private);
    if let Some(refusal) = adoption::claim(configured, &parsed, request.prior.is_some(), &claimant) {
        diagnostics.push(refusal);
        return;
    }
    if !configured.complete {
        // The provider itself waits for something: nothing that it decides can be told.
        for name in super::schema::computed_names() {
            plan.set_unknown(&Path::root(name));
        }
        return;
    }
    let Some((aws, account)) = diagnostics.take(configured.connect().await) else { return };
    region_check::check(&parsed.app, account, diagnostics);
    exposure::check(aws, &parsed.app, &configured.standards, diagnostics).await;
    tag_rules::check(&configured.tags.default_tags, &parsed.app.tags, diagnostics);
    let Some(image) = diagnostics.take(planned_image(aws, account, request, &parsed).await) else { return };
    let holder = holder::of_create(configured.origin().await);
    if request.prior.is_none() && parsed.is_complete() {
        let replaced = (!is_new).then_some(claimant.as_str());
        let adopted = adoption::check(configured, &parsed.app, &holder, replaced, diagnostics).await;
        weight_changes::plan_adoption(&mut plan.private, adopted.as_ref());
        if let Some(rule) = adopted {
            diagnostics.extend(parsed.adopt(&rule, &request.config));
        }
    }
    for name in entering.iter().filter(|name| parsed.entering.contains_key(*name)) {
        diagnostics.push(entering_warning(name));
    }
    if parsed.is_complete() {
        diagnostics.extend(placement::check(aws.refreshing(), &parsed.app, prior).await);
    }
    if let Some(prior) = prior.filter(|_| parsed.is_complete()) {
        diagnostics.extend(weight_changes::health_warnings(aws, &parsed.app, prior).await);
    }
    let wanted = components(&parsed.app, aws, account, &configured.tags, &holder, &image.text());
    let mut before = prior
        .and_then(|prior| parse_leniently(prior, &configured.standards).ok())
        .map(|before| components(&before.app, aws, account, &configured.tags, &holder, &image.text()))
        .unwrap_or_default();
    let arns = prior.map(|prior| state::kept_arns(&state::arns(prior), &before, &wanted)).unwrap_or_default();
    let inputs = Inputs {
        parsed: &parsed,
        account,
        image: &image,
        arns: &arns,
        rule: prior.and_then(state::rule),
        components: &wanted,
        explained: prior.map(state::explained).unwrap_or_default(),
    };
    for (name, value) in outputs(&inputs) {
        plan.set(&Path::root(name), value);
    }
    let deletion = &parsed.app.deletion;
    if let Some(replaced) = replaced {
        deletion_warnings::report(configured, replaced, deletion, diagnostics).await;
    }
    if let Some(prior) = prior.filter(|_| parsed.is_complete()) {
        before.retain(|component| !wanted.iter().any(|wanted| same(wanted.as_ref(), component.as_ref())));
        deletion_warnings::report_obstacles(&before, prior, deletion, diagnostics).await;
    }
    immutable::check(prior, &plan.planned, diagnostics);
    let several = parsed.app.traffic.clusters().count() > 1;
    let values = |value: &Value| value.attribute("values").clone();
    if several && request.prior.as_ref().map(values) != Some(values(&plan.planned)) {
        diagnostics.push(several_clusters_warning());
    }
    check_values(&parsed.app, &plan.planned, several, diagnostics);
    check_size(plan, diagnostics);
    holder::plan(request.prior.as_ref(), &mut plan.planned);
}

/// Whether the app of `config` is another one than that of `prior`: name and environment are what requires a replacement.
fn is_replaced(prior: &Value, config: &Value) -> bool {
    ["name", "environment"].iter().any(|name| prior.attribute(name) != config.attribute(name))
}

fn entering_warning(backend: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("Backend `{backend}` enters with weight 0"),
        "It is new, and nothing runs in it yet. Its target group enters the listener rule, so that its targets are \
         checked; when the app is installed there and healthy, the next apply moves the traffic.",
    )
    .at(Path::root("backend").key(backend).attribute("weight"))
}

fn replaced_warning(backend: &str, previous: &Previous) -> Diagnostic {
    let group = &previous.target_group_name;
    let (summary, detail) = match &previous.cluster {
        None => (
            format!("Backend `{backend}` gets another target group"),
            format!(
                "AWS can't change a target group's port or protocol. The new group enters the listener rule with weight \
                 0, and `{group}` serves on. When the app is installed with its new values, which name both, the \
                 next apply waits until the new group is healthy, moves the traffic and deletes the old one."
            ),
        ),
        Some(cluster) => (
            format!("Backend `{backend}` moves to another cluster"),
            format!(
                "Its new target group enters the listener rule with weight 0, and `{group}` with the pods in \
                 `{}` serves on. Install the app in the new cluster, and leave it in the old one. The next apply waits until \
                 the new group is healthy, moves the traffic, and deletes the old group and its Pod Identity association. \
                 Remove the app from the old cluster after that.",
                cluster.name
            ),
        ),
    };
    Diagnostic::warning(summary, detail).at(Path::root("backend").key(backend))
}

/// Told when it becomes so, not in every plan.
fn several_clusters_warning() -> Diagnostic {
    Diagnostic::warning(
        "`values` cannot be used: the app has several clusters",
        "Each cluster has target groups of its own, so each has values of its own: \
         `values_by_backend[\"NAME\"]`. A release that still uses `values` fails when the standard \
         chart is rendered, before it changes anything in a cluster.",
    )
    .at(Path::root("backend"))
}

/// What will run: what ran before, where a pointer decides; else the image of the configuration; else what a
/// pointer holds that an interrupted run has left behind.
async fn planned_image(
    aws: &ipsy_aws::Aws,
    account: &Account,
    request: &PlanRequest,
    parsed: &Parsed,
) -> Result<Reference, Diagnostic> {
    let app = &parsed.app;
    let url = account.repository_url(app);
    let initial = app.image.initial_reference(&url);
    if !matches!(app.image.source, Source::Pointer { .. }) || !parsed.knows("image") {
        return Ok(initial);
    }
    if let Some(prior) = &request.prior {
        let pointed = prior.attribute("image_parameter").as_str().is_some();
        let same_repository = prior.attribute("repository_url").as_str() == Some(url.as_str());
        if let (true, true, Some(image)) = (pointed, same_repository, prior.attribute("image_uri").as_str()) {
            return Ok(Reference::parse(image).unwrap_or(initial));
        }
    }
    if !parsed.is_complete() {
        return Ok(initial);
    }
    let name = &app.image.parameter;
    let found = aws.parameters.get(std::slice::from_ref(name)).await;
    let found = found.map_err(|error| aws_diagnostic("The image pointer can't be read", &error))?;
    match found.into_iter().next() {
        None => Ok(initial),
        Some(parameter) => pointed_image(name, &Pointer::new(parameter), &url),
    }
}

/// Checks all values that a release can use against the chart.
fn check_values(app: &App, planned: &Value, several_clusters: bool, diagnostics: &mut Diagnostics) {
    let by_backend = planned.attribute("values_by_backend").as_map().into_iter().flatten();
    let by_backend = by_backend.map(|(name, text)| (Some(name.as_str()), text));
    let whole = (!several_clusters).then(|| (None, planned.attribute("values")));
    for (backend, text) in by_backend.chain(whole) {
        if let Some(values) = text.as_str().and_then(|text| serde_json::from_str(text).ok()) {
            contract_diagnostics(app, backend, &values, diagnostics);
        }
    }
}

/// Helm passes the configuration as one argument, which the operating system limits.
fn check_size(plan: &Plan, diagnostics: &mut Diagnostics) {
    let size = plan.planned.attribute("post_renderer_config").as_str().map_or(0, str::len);
    if size >= LARGEST_ARGUMENT {
        diagnostics.push(
            Diagnostic::warning(
                "The post-renderer's configuration is too long for an argument",
                format!(
                    "It has {size} bytes, and one argument holds {LARGEST_ARGUMENT}. Write `post_renderer_config` \
                     to a file and pass it with `--config`; `post_renderer_args` will not start."
                ),
            )
            .at(Path::root("advanced_setting")),
        );
    }
}
