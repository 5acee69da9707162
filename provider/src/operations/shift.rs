//! Moving the traffic of an app to other weights, step by step and with guards.

use std::collections::BTreeMap;

use provider_framework::{Diagnostic, Diagnostics, Path};

use super::Surroundings;
use super::live::LiveRule;
use crate::app::arguments::AppConfig;
use crate::app::names::Identity;
use crate::app::rollout::{RolloutConfig, Shares, same, shown};
use crate::app::traffic::{PlannedWeights, WeightChange};
use crate::session::Configured;

/// Where the traffic of an app is to go.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shift {
    /// Weights by backend; a backend that is left out keeps its weight.
    pub(crate) weights: BTreeMap<String, i64>,
    /// How the weights change. Default: in one step, if the backends that get more requests have a healthy target.
    pub(crate) rollout: Option<RolloutConfig>,
}

/// Moves the traffic; gives the weights that the rule has then.
///
/// # Errors
/// What is wrong with the request, or why the traffic did not move. The message names the weights that the rule has.
pub(crate) async fn shift(
    configured: &Configured,
    identity: &Identity,
    request: &Shift,
    surroundings: &Surroundings,
) -> Result<Shares, Diagnostics> {
    check(request)?;
    let mut rule = LiveRule::find(configured, identity, |config| edit(config, request)).await?;
    let before = rule.status.weights.clone();
    let after: Shares =
        rule.app.traffic.backends.iter().map(|(name, backend)| (name.clone(), backend.weight)).collect();
    let report = &surroundings.report;
    report.line(format!("`{}` has the weights {}", identity.id(), shown(&before)));
    if same(&before, &after) {
        report.line("These are the wanted weights already");
        return Ok(after);
    }
    let change = WeightChange { from: before.clone(), to: after.clone(), reached: 0, since: None, step: 100 };
    rule.app.traffic.planned_weights = Some(PlannedWeights { expected: before, change: Some(change) });
    rule.change(surroundings).await?;
    report.line(format!("`{}` has the weights {} now", identity.id(), shown(&after)));
    Ok(after)
}

fn check(request: &Shift) -> Result<(), Diagnostic> {
    let at = |diagnostic: Diagnostic| diagnostic.at(Path::root("weights"));
    if let Some((name, weight)) = request.weights.iter().find(|(_, weight)| !(0..=999).contains(*weight)) {
        let detail = "A weight must be a whole number from 0 to 999. Weights are relative: 90 and 10 send a tenth to the \
                      second backend.";
        return Err(at(Diagnostic::error(format!("`{name}` has the weight {weight}"), detail)));
    }
    let mode = request.rollout.as_ref().and_then(|rollout| rollout.mode.as_deref());
    if mode == Some("stepwise") {
        let detail = "`stepwise` makes one step with each apply. Use `whole` here, or give the weights of the next step.";
        let path = Path::root("rollout").attribute("mode");
        return Err(Diagnostic::error("`stepwise` needs a state", detail).at(path));
    }
    Ok(())
}

/// The arguments with the wanted weights and rollout.
fn edit(config: &mut AppConfig, request: &Shift) -> Result<(), Diagnostic> {
    let known = config.aws.backend.keys().cloned().collect::<Vec<_>>().join(", ");
    for (name, weight) in &request.weights {
        let Some(backend) = config.aws.backend.get_mut(name) else {
            return Err(Diagnostic::error(
                format!("Backend `{name}` not found"),
                format!("The listener rule has the backends {known}."),
            )
            .at(Path::root("weights").key(name)));
        };
        backend.weight = Some(*weight);
    }
    if config.aws.backend.values().all(|backend| backend.weight.unwrap_or_default() == 0) {
        let detail =
            "The load balancer would answer every request with 503. Give one backend a weight of 1 or more.";
        return Err(Diagnostic::error("No backend would get requests", detail).at(Path::root("weights")));
    }
    config.aws.rollout.clone_from(&request.rollout);
    Ok(())
}
