//! What an apply does with the weights of a listener rule that is there: it changes them, continues a change, or leaves
//! what others have set, a rollback above all. The rule's tags, of which the private state has a copy, decide it together
//! with the weights that the rule has.

use std::collections::BTreeMap;

use ipsy_aws::Aws;
use provider_framework::{Diagnostic, Path, Private, Value};

use super::parse::Parsed;
use super::schema::schema;
use super::state;
use crate::app::explain::Source;
use crate::app::resolve::App;
use crate::app::rollout::{Mode, OnDrift, Rollout, Shares, Standing, Walk, between, rises, same, shown};
use crate::app::traffic::{BackendPlace, PlannedWeights, Traffic, WeightChange, Weights, weight_argument};
use crate::infrastructure::{ComponentKey, Observed, RuleStatus, listener_rule, target_group};

/// Key in the private state of the last change of weights.
const WALK: &str = "walk";
/// Key in the planned private state of the rule that a create adopts.
const ADOPTED: &str = "adopted_rule";

/// Keeps what the rule's tags hold of the last change of its weights.
pub(super) fn remember(private: &mut Private, observed: &BTreeMap<ComponentKey, Observed>) {
    let walk = observed.get(&listener_rule::KEY).and_then(RuleStatus::of).and_then(|rule| rule.walk);
    match walk {
        // Plain data always serializes to JSON.
        Some(walk) => drop(private.set(WALK, &walk)),
        None => private.remove(WALK),
    }
}

/// The rule that a create is to adopt, as the plan found it.
pub(super) fn adopted(private: &Private) -> Option<RuleStatus> {
    private.get(ADOPTED)
}

/// Keeps it from the plan to the apply.
pub(super) fn plan_adoption(private: &mut Private, rule: Option<&RuleStatus>) {
    match rule {
        Some(rule) => drop(private.set(ADOPTED, rule)),
        None => private.remove(ADOPTED),
    }
}

impl Parsed {
    /// Keeps the weights of a rule that is adopted: a backend that gets requests already does not enter with nothing.
    /// `config` has the weights that are configured. An error where these are others.
    pub(super) fn adopt(&mut self, rule: &RuleStatus, config: &Value) -> Option<Diagnostic> {
        let traffic = &mut self.app.traffic;
        let live = &rule.weights;
        traffic.last_good = rule.walk.as_ref().and_then(|walk| walk.from.clone());
        let configured = configured(config);
        for (name, backend) in &mut traffic.backends {
            if live.get(name).is_some_and(|weight| *weight > 0) {
                let own = configured.get(name).copied().flatten();
                backend.weight = own.unwrap_or_default();
                self.entering.remove(name);
                if own.is_some() {
                    self.app.explanations.note(&weight_argument(name), backend.weight, &Source::Argument);
                }
            }
        }
        let wanted = weights(traffic);
        traffic.planned_weights = Some(PlannedWeights { expected: live.clone(), change: None });
        (!same(live, &wanted) && owns_weights(traffic)).then(|| {
            Diagnostic::error(
                "The listener rule that is adopted has other weights",
                format!(
                    "It has {}, and the configuration {}. Taking over an app never moves its traffic: write the weights \
                     that the rule has, apply, and change them after that.",
                    shown(live),
                    shown(&wanted)
                ),
            )
            .at(Path::root("backend"))
        })
    }

    /// Decides what becomes of the weights of the rule that `prior` has, and sets those that this apply ends with.
    /// Gives what a plan has to report of it.
    pub(super) fn plan_weights(
        &mut self,
        prior: &Value,
        config: &Value,
        private: &Private,
    ) -> Vec<Diagnostic> {
        let rollout = &self.app.rollout;
        let traffic = &mut self.app.traffic;
        let Some(live) = live_weights(traffic, prior) else { return Vec::new() };
        let walk: Option<Walk> = private.get(WALK);
        let (before, now) = (configured(prior), configured(config));
        // After an import the backends may have other names than those under which the weights were set.
        let known = |name: &String| live.contains_key(name) || before.contains_key(name);
        let walk = walk.filter(|walk| walk.to.iter().all(|(name, weight)| *weight == 0 || known(name)));
        let wanted = weights(traffic);
        let standing = walk.as_ref().map_or(Standing::Arrived, |walk| walk.standing(&live, &rollout.steps));
        traffic.last_good = walk.as_ref().and_then(|walk| walk.from.clone());
        traffic.planned_weights = Some(PlannedWeights { expected: live.clone(), change: None });
        let mut reports = Vec::new();
        if same(&live, &wanted) || live.values().all(|weight| *weight == 0) {
            reports.extend(rollout.resume.then(nothing_to_resume));
            return reports;
        }
        let unchanged = before == now;
        let at = walk.as_ref().and_then(|walk| walk.at.as_deref());
        match standing {
            Standing::RolledBack if unchanged && !rollout.resume => {
                reports.push(rolled_back(&live, &wanted, at));
                hold(traffic, &live);
                return reports;
            }
            Standing::Foreign if rollout.on_drift == OnDrift::Stop => {
                reports.push(foreign(&live, &wanted, walk.as_ref(), unchanged));
                if unchanged {
                    hold(traffic, &live);
                }
                return reports;
            }
            _ => {}
        }
        if rollout.resume && standing != Standing::RolledBack {
            reports.push(nothing_to_resume());
        }
        let change = next_change(walk, &standing, &live, &wanted, rollout);
        if rollout.mode == Mode::Stepwise && change.step < 100 {
            let step = between(&change.from, &change.to, change.step);
            reports.extend(left_behind(traffic, &live));
            hold(traffic, &step);
        }
        reports.push(report(rollout, &change, &live));
        traffic.last_good = Some(change.from.clone());
        traffic.planned_weights = Some(PlannedWeights { expected: live, change: Some(change) });
        reports
    }
}

/// Warns of backends that are to get more requests and have no healthy target now. What can't be read is left to the
/// apply, which looks again.
pub(super) async fn health_warnings(aws: &Aws, app: &App, prior: &Value) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    let Some(PlannedWeights { expected, change: Some(change) }) = &app.traffic.planned_weights else {
        return warnings;
    };
    let arns = state::arns(prior);
    for (name, backend) in &app.traffic.backends {
        if !rises(expected, &change.to, name) {
            continue;
        }
        let arn = match &backend.place {
            BackendPlace::Existing { target_group_arn } => Some(target_group_arn),
            BackendPlace::Cluster { .. } => arns.get(&target_group::key(name)),
        };
        let targets = match arn {
            Some(arn) => aws.target_groups.health(arn).await,
            // A target group that is yet to be made has no targets.
            None => Ok(Vec::new()),
        };
        if targets.is_ok_and(|targets| targets.iter().all(|target| target.state != "healthy")) {
            warnings.push(unhealthy(name, app.rollout.mode));
        }
    }
    warnings
}

fn unhealthy(backend: &str, mode: Mode) -> Diagnostic {
    let detail = match mode {
        Mode::Immediate => {
            "It gets its share at once, because `rollout.mode` is `immediate`. Requests to it fail until it has healthy \
             targets."
        }
        Mode::Whole | Mode::Stepwise => {
            "It is to get more requests. The apply refuses to change the weights while that is so: install the app there \
             first, and look at its pods and at the health check of the target group."
        }
    };
    Diagnostic::warning(format!("Backend `{backend}` has no healthy target now"), detail)
        .at(Path::root("backend").key(backend))
}

fn owns_weights(traffic: &Traffic) -> bool {
    traffic.load_balancer.as_ref().is_some_and(|balancer| balancer.weights == Weights::Terraform)
}

/// The weights of the rule that stays, by backend; `None` where there is none, or where others move them.
fn live_weights(traffic: &Traffic, prior: &Value) -> Option<Shares> {
    let balancer = traffic.load_balancer.as_ref()?;
    let listener = prior.attribute("load_balancer").attribute("listener_arn").as_str()?.to_owned();
    if !owns_weights(traffic) || listener != balancer.listener_arn {
        return None;
    }
    // A target group without a name here is not ours to move.
    let weights = state::rule(prior)?.weights.into_iter().filter(|(name, _)| !listener_rule::is_arn(name));
    Some(weights.map(|(name, weight)| (current_name(traffic, prior, name), weight)).collect())
}

/// The name of the backend that was called `name`: another name for a target group that stays moves no request. An import
/// has to choose names, since AWS knows none.
fn current_name(traffic: &Traffic, prior: &Value, name: String) -> String {
    if traffic.backends.contains_key(&name) {
        return name;
    }
    let backends = schema().keyed_blocks(prior, "backend");
    let before = backends.attribute(&name).attribute("target_group_arn").as_str();
    let same_group = traffic.backends.iter().find(|(_, backend)| match &backend.place {
        BackendPlace::Existing { target_group_arn } => before == Some(target_group_arn.as_str()),
        BackendPlace::Cluster { .. } => false,
    });
    same_group.map_or(name, |(current, _)| current.clone())
}

fn weights(traffic: &Traffic) -> Shares {
    traffic.backends.iter().map(|(name, backend)| (name.clone(), backend.weight)).collect()
}

/// The weights as they are written.
fn configured(value: &Value) -> BTreeMap<String, Option<i64>> {
    let backends = schema().keyed_blocks(value, "backend");
    let backends = backends.as_map().into_iter().flatten();
    backends.map(|(name, backend)| (name.clone(), backend.attribute("weight").as_i64())).collect()
}

/// Has the backends keep `weights`.
fn hold(traffic: &mut Traffic, weights: &Shares) {
    for (name, backend) in &mut traffic.backends {
        backend.weight = weights.get(name).copied().unwrap_or(0);
    }
}

fn next_change(
    walk: Option<Walk>,
    standing: &Standing,
    live: &Shares,
    wanted: &Shares,
    rollout: &Rollout,
) -> WeightChange {
    let (from, reached, since) = match (standing, walk) {
        (Standing::Interrupted(reached), Some(Walk { from: Some(from), to, at, .. }))
            if same(&to, wanted) =>
        {
            (from, *reached, at)
        }
        _ => (live.clone(), 0, None),
    };
    let step = match rollout.mode {
        Mode::Stepwise => rollout.steps.iter().copied().find(|percent| *percent > reached).unwrap_or(100),
        Mode::Whole | Mode::Immediate => 100,
    };
    WeightChange { from, to: wanted.clone(), reached, since, step }
}

/// Describes the steps of the apply.
fn report(rollout: &Rollout, change: &WeightChange, live: &Shares) -> Diagnostic {
    let way = format!("From {} to {}.", shown(live), shown(&change.to));
    let detail = match rollout.mode {
        Mode::Immediate => format!(
            "{way} They change at once, and nothing is looked at before and after. The reason that is given: {}",
            rollout.reason.as_deref().unwrap_or_default()
        ),
        Mode::Stepwise => format!(
            "{way} This apply makes the step of {} %: {}. Further applies make the next ones, if the guards pass.",
            change.step,
            shown(&between(&change.from, &change.to, change.step))
        ),
        Mode::Whole if !rollout.waits_for_targets => {
            format!(
                "{way} They change in one step, if the backends that get more requests have a healthy target."
            )
        }
        Mode::Whole => {
            let steps = rollout.steps.iter().filter(|percent| **percent > change.reached);
            let steps: Vec<String> = steps
                .map(|percent| {
                    format!("{percent} % ({})", shown(&between(&change.from, &change.to, *percent)))
                })
                .collect();
            format!(
                "{way} Steps: {}. Each is watched for {} s; the apply takes at most {} s for all of them, the time in \
                 which targets become healthy included.",
                steps.join("; "),
                rollout.bake.as_secs(),
                rollout.longest_apply().as_secs()
            )
        }
    };
    Diagnostic::warning("The apply moves traffic", detail).at(Path::root("backend"))
}

fn rolled_back(live: &Shares, wanted: &Shares, at: Option<&str>) -> Diagnostic {
    let at = at.map_or_else(String::new, |at| format!(" at {at}"));
    Diagnostic::warning(
        format!("The weights were rolled back{at}, and stay"),
        format!(
            "The rule has {}, as before the last change; the configuration has {}. Nothing moves by itself: when the \
             cause is mended, set `rollout.resume = true` for one apply, or change the weights of the `backend` blocks.",
            shown(live),
            shown(wanted)
        ),
    )
    .at(Path::root("backend"))
}

fn foreign(live: &Shares, wanted: &Shares, walk: Option<&Walk>, unchanged: bool) -> Diagnostic {
    let last = walk.map_or_else(String::new, |walk| format!(" ipsy has set {}.", shown(&walk.to)));
    let detail = format!(
        "The rule has {};{last} The configuration has {}. Find out who changed them. Then write the weights that the rule \
         has, or set `rollout.on_drift = \"overwrite\"` to go from them to the configured ones. Where another tool moves \
         them for good, set `load_balancer.weights = \"external\"`.",
        shown(live),
        shown(wanted)
    );
    let path = Path::root("backend");
    if unchanged {
        Diagnostic::warning("Others have changed the weights, which stay", detail).at(path)
    } else {
        Diagnostic::error("Others have changed the weights of the listener rule", detail).at(path)
    }
}

fn nothing_to_resume() -> Diagnostic {
    Diagnostic::warning(
        "Nothing to resume",
        "No change of weights was rolled back. Remove `rollout.resume`: left in place, it would try the next one that is \
         rolled back again with the next apply.",
    )
    .at(Path::root("rollout").attribute("resume"))
}

/// A backend that leaves in the middle of the steps would take its requests along at once.
fn left_behind(traffic: &Traffic, live: &Shares) -> Vec<Diagnostic> {
    let leaves = |(name, weight): &(&String, &i64)| **weight > 0 && !traffic.backends.contains_key(*name);
    let leaving = live.iter().filter(leaves).map(|(name, _)| {
        Diagnostic::error(
            format!("Backend `{name}` gets requests and is removed"),
            "A stepwise rollout can't take its share away in steps when the block is not there. Set its `weight` to 0, \
             apply until all steps are made, and remove it after that.",
        )
        .at(Path::root("backend"))
    });
    leaving.collect()
}
