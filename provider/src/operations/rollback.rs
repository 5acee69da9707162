//! Moving the traffic of an app back to where it was, at once.

use provider_framework::{Diagnostic, Diagnostics};

use super::Surroundings;
use super::live::LiveRule;
use crate::app::names::Identity;
use crate::app::rollback::weights;
use crate::app::rollout::{Mode, Progress, Shares, Walk, same, shown};
use crate::diagnose::aws_diagnostic;
use crate::infrastructure::clock::now;
use crate::session::Configured;

/// Moves the traffic back; gives the weights that the rule has then. The rule remembers the rollback, so that the next plan
/// of the `ipsy_app` does not move the traffic again by itself.
///
/// # Errors
/// Why the traffic did not move.
pub(crate) async fn rollback(
    configured: &Configured,
    identity: &Identity,
    surroundings: &Surroundings,
) -> Result<Shares, Diagnostics> {
    let mut rule = LiveRule::find(configured, identity, |_| Ok(())).await?;
    let before = rule.status.weights.clone();
    let walk = rule.status.walk.clone();
    // Where this is the state before the last change already, all requests move to the backends outside of Kubernetes.
    let last = walk.as_ref().and_then(|walk| walk.from.clone());
    rule.app.traffic.last_good = last.filter(|weights| !same(weights, &before));
    let after = weights(&rule.app.traffic);
    let report = &surroundings.report;
    report.line(format!("`{}` has the weights {}", identity.id(), shown(&before)));
    if same(&before, &after) {
        report.line("These are the weights to go back to already");
        return Ok(after);
    }
    check_health(&rule, &after).await?;
    for (name, backend) in &mut rule.app.traffic.backends {
        backend.weight = after.get(name).copied().unwrap_or(0);
    }
    // What is looked at here was looked at: requests must not wait for more.
    rule.app.rollout.mode = Mode::Immediate;
    rule.change(surroundings).await?;
    let to = walk.map_or(before, |walk| walk.to);
    let walk = Walk { from: Some(after.clone()), to, progress: Progress::RolledBack, at: Some(now()) };
    rule.tag(&walk.tags()).await?;
    report.line(format!("`{}` has the weights {} now", identity.id(), shown(&after)));
    Ok(after)
}

/// A rollback to targets that are not healthy would take the app down.
async fn check_health(rule: &LiveRule<'_>, weights: &Shares) -> Result<(), Diagnostic> {
    for (name, arn) in rule.receivers(weights) {
        let targets = rule.aws().target_groups.health(&arn).await;
        let targets = targets.map_err(|error| aws_diagnostic("The targets cannot be read", &error))?;
        if !targets.iter().any(|target| target.state == "healthy") {
            return Err(Diagnostic::error(
                format!("Backend `{name}` has no healthy target"),
                format!(
                    "Its target group is `{arn}`, with {} targets. The weights are what they were. Start what serves there, \
                     or move the traffic to another backend.",
                    targets.len()
                ),
            ));
        }
    }
    Ok(())
}
