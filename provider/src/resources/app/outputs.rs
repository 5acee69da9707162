//! What follows from an app: every computed attribute of `ipsy_app`.

use std::collections::BTreeMap;

use provider_framework::Value;

use super::parse::Parsed;
use super::state::{PLATFORM, shown};
use crate::app::explain::{explain, keep_places};
use crate::app::image::{Reference, Source};
use crate::app::rollout::Shares;
use crate::app::traffic::{BackendPlace, Priority, Weights};
use crate::app::{kapp, post_render, rollback, values};
use crate::infrastructure::account::Account;
use crate::infrastructure::listener_rule::{is_among, is_arn};
use crate::infrastructure::{Component, ComponentKey, RuleStatus, listener_rule, target_group};

/// All that outputs depend on.
pub(super) struct Inputs<'a> {
    pub(super) parsed: &'a Parsed,
    pub(super) account: &'a Account,
    /// What runs.
    pub(super) image: &'a Reference,
    /// ARNs by component key; one that is missing is unknown.
    pub(super) arns: &'a BTreeMap<ComponentKey, String>,
    /// What is known of the listener rule as it is.
    pub(super) rule: Option<RuleStatus>,
    /// The AWS objects that the app needs.
    pub(super) components: &'a [Box<dyn Component>],
    /// The texts of `explain` that are shown already.
    pub(super) explained: BTreeMap<String, String>,
}

/// Every computed attribute with its value.
pub(super) fn outputs(inputs: &Inputs) -> Vec<(&'static str, Value)> {
    let Inputs { parsed, account, image, .. } = inputs;
    let app = &parsed.app;
    let known = |is_known: bool, value: Value| if is_known { value } else { Value::Unknown };
    let identified = parsed.knows("name") && parsed.knows("environment");
    let pointed = matches!(app.image.source, Source::Pointer { .. });
    let exceptions = app.exceptions.days().map(|(rule, day)| (rule, Value::from(day)));
    let mut all = vec![
        ("id", known(identified, Value::from(app.identity.id()))),
        ("repository_url", known(parsed.knows("image"), Value::from(account.repository_url(app)))),
        ("role_arn", known(identified && parsed.knows("iam"), Value::from(account.role_arn(app)))),
        (
            "log_group_name",
            known(identified && parsed.knows("logs"), Value::from(app.logs.group_name.as_str())),
        ),
        ("image_uri", known(parsed.knows("image"), Value::from(image.text()))),
        (
            "image_parameter",
            match (parsed.knows("image") && identified, pointed) {
                (true, true) => Value::from(app.image.parameter.as_str()),
                (true, false) => Value::Null,
                (false, _) => Value::Unknown,
            },
        ),
        (PLATFORM, platform(parsed)),
        ("standards_version", app.standards.version.as_deref().map_or(Value::Null, Value::from)),
        ("target_groups", target_groups(inputs)),
        ("exceptions", known(parsed.knows("exception"), Value::map(exceptions))),
        ("listener_rule_arn", listener_rule_arn(inputs)),
        ("listener_rule_priority", listener_rule_priority(inputs)),
        ("weights", weights(inputs)),
        ("infrastructure", known(parsed.is_complete(), infrastructure(inputs.components))),
        ("rollback_command", rollback_command(inputs)),
    ];
    all.extend(value_outputs(inputs));
    all.extend(post_renderer_outputs(inputs));
    all
}

/// The defaults of the platform that the app uses: with blocks of its own it uses others.
fn platform(parsed: &Parsed) -> Value {
    let is_known = ["backend", "dns", "load_balancer", "name", "port"].iter().all(|name| parsed.knows(name));
    match serde_json::to_string(&parsed.app.platform) {
        Ok(text) if is_known => Value::from(text),
        _ => Value::Unknown,
    }
}

fn value_outputs(inputs: &Inputs) -> Vec<(&'static str, Value)> {
    const NAMES: [&str; 4] = ["values", "values_by_backend", "kapp_config", "explain"];
    let Inputs { parsed, account, image, .. } = inputs;
    if !parsed.values_known() {
        return NAMES.map(|name| (name, Value::Unknown)).to_vec();
    }
    let app = &parsed.app;
    let mut explained = explain(app);
    keep_places(&inputs.explained, &mut explained);
    let role_arn = account.role_arn(app);
    let values_of = |backend| values::values(app, image, Some(&role_arn), backend);
    let clusters: Vec<&str> = app.traffic.clusters().map(|(backend, _, _)| backend).collect();
    let whole = if clusters.len() > 1 { values::several_clusters(&clusters) } else { values_of(None) };
    let by_backend =
        clusters.iter().map(|backend| (*backend, Value::from(values_of(Some(*backend)).to_string())));
    vec![
        ("values", Value::from(whole.to_string())),
        ("values_by_backend", Value::map(by_backend)),
        ("kapp_config", Value::from(kapp::configuration(app))),
        ("explain", texts(explained)),
    ]
}

/// A map of texts.
pub(super) fn texts(texts: BTreeMap<String, String>) -> Value {
    Value::map(texts.into_iter().map(|(name, text)| (name, Value::from(text))))
}

fn post_renderer_outputs(inputs: &Inputs) -> Vec<(&'static str, Value)> {
    if !inputs.parsed.post_renderer_known() {
        return vec![("post_renderer_config", Value::Unknown), ("post_renderer_args", Value::Unknown)];
    }
    let text = post_render::configuration(&inputs.parsed.app).to_canonical_json();
    let arguments = vec![Value::from("--config-json"), Value::from(text.as_str())];
    vec![("post_renderer_config", Value::from(text)), ("post_renderer_args", Value::List(arguments))]
}

/// Every AWS object's wanted properties, as canonical JSON: compared with what is there, they show all drift.
pub(super) fn infrastructure(components: &[Box<dyn Component>]) -> Value {
    Value::map(
        components
            .iter()
            .map(|component| (component.key().to_string(), Value::from(shown(&component.desired())))),
    )
}

fn target_groups(inputs: &Inputs) -> Value {
    if !inputs.parsed.knows_names("backend") {
        return Value::Unknown;
    }
    let app = &inputs.parsed.app;
    if app.traffic.load_balancer.is_none() {
        return Value::map(Vec::<(String, Value)>::new());
    }
    let groups = app.traffic.clusters().map(|(backend, _, name)| {
        let arn = arn(inputs, &target_group::key(backend));
        let name = if inputs.parsed.values_known() { Value::from(name) } else { Value::Unknown };
        (backend, Value::object([("arn", arn), ("name", name)]))
    });
    Value::map(groups)
}

fn listener_rule_arn(inputs: &Inputs) -> Value {
    if inputs.parsed.app.traffic.load_balancer.is_none() {
        return Value::Null;
    }
    arn(inputs, &listener_rule::KEY)
}

/// A priority that is chosen from a range is known once the rule is there, and kept.
fn listener_rule_priority(inputs: &Inputs) -> Value {
    let Some(balancer) = &inputs.parsed.app.traffic.load_balancer else { return Value::Null };
    if !inputs.parsed.knows("load_balancer") {
        return Value::Unknown;
    }
    let there = inputs.arns.contains_key(&listener_rule::KEY);
    match (balancer.priority, &inputs.rule) {
        (Priority::Fixed(number), _) => Value::from(i64::from(number)),
        (range, Some(rule)) if there && range.allows(rule.priority) => Value::from(i64::from(rule.priority)),
        _ => Value::Unknown,
    }
}

/// The weights by backend: those that are configured, or those that another tool has set.
fn weights(inputs: &Inputs) -> Value {
    let traffic = &inputs.parsed.app.traffic;
    let Some(balancer) = &traffic.load_balancer else {
        return Value::map(Vec::<(String, Value)>::new());
    };
    if !inputs.parsed.knows("load_balancer") || !inputs.parsed.knows("backend") {
        return Value::Unknown;
    }
    let configured: BTreeMap<String, i64> =
        traffic.backends.iter().map(|(name, backend)| (name.clone(), backend.weight)).collect();
    let there = inputs.arns.contains_key(&listener_rule::KEY);
    // Target groups that the other tool has put into the rule stay, those of backends that are removed do not.
    let stay = |weights: &Shares| {
        weights.keys().filter(|name| !is_arn(name)).eq(configured.keys())
            && !weights.keys().any(|name| is_among(name, &traffic.leaving))
    };
    let weights = match (balancer.weights, &inputs.rule) {
        (Weights::External, Some(rule)) if there && stay(&rule.weights) => &rule.weights,
        (Weights::External, _) if there => return Value::Unknown,
        _ => &configured,
    };
    Value::map(weights.iter().map(|(name, weight)| (name.as_str(), Value::from(*weight))))
}

fn arn(inputs: &Inputs, key: &ComponentKey) -> Value {
    inputs.arns.get(key).map_or(Value::Unknown, |arn| Value::from(arn.as_str()))
}

fn rollback_command(inputs: &Inputs) -> Value {
    let traffic = &inputs.parsed.app.traffic;
    if traffic.load_balancer.is_none() {
        return Value::Null;
    }
    let Some(rule) = inputs.arns.get(&listener_rule::KEY) else { return Value::Unknown };
    if !inputs.parsed.is_complete() {
        return Value::Unknown;
    }
    let arn_of = |backend: &str| match &traffic.backends.get(backend)?.place {
        BackendPlace::Existing { target_group_arn } => Some(target_group_arn.as_str()),
        BackendPlace::Cluster { .. } => inputs.arns.get(&target_group::key(backend)).map(String::as_str),
    };
    rollback::command(traffic, rule, arn_of).map_or(Value::Unknown, Value::from)
}
