//! Trying a phase: undisturbed, to know its calls and what it makes; and disturbed, to see whether the next run
//! mends what the disturbance broke.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::bed::{Bed, Census, surplus};
use super::phase::{Action, Phase};
use super::point::{Call, Point, Way};
use crate::aws_bench;
use crate::process::Outcome;
use crate::terraform::DESTROY;

/// A change of the app is done after so many runs at most: a target group that takes over from another needs two,
/// with the installation of the app between them.
const MOST_RUNS: usize = 2;

/// What an undisturbed run of a phase does.
pub(super) struct Reference {
    /// Its changing calls, in their order.
    pub(super) calls: Vec<Call>,
    /// How often its command has to be run.
    runs: usize,
    /// What there is before it.
    before: Census,
    /// What there is after it.
    after: Census,
    /// Whether the app serves after it.
    serves: bool,
}

/// What came of a point.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// Whether the next run brought everything to what is wanted, as an empty plan shows.
    pub(super) converged: bool,
    /// Objects that are left when everything is destroyed.
    pub(super) orphans: u64,
    /// Objects that the next run made beside those that were there.
    pub(super) duplicates: u64,
    /// Apps that have lost their requests: for a moment where they serve on, or for good.
    pub(super) lost: u64,
    /// What went wrong, for people.
    pub(super) problems: Vec<String>,
}

impl Verdict {
    /// Where the trial could not be brought to its end.
    pub(super) fn of_problem(problem: &anyhow::Error) -> Self {
        Self { problems: vec![format!("{problem:#}")], ..Self::default() }
    }

    pub(super) fn is_good(&self) -> bool {
        self.converged
            && self.orphans == 0
            && self.duplicates == 0
            && self.lost == 0
            && self.problems.is_empty()
    }

    /// Counts the app as lost if no listener rule has requests for it.
    fn expect_service(&mut self, bed: &Bed, when: &str) -> Result<()> {
        if !bed.serves()? {
            self.lost += 1;
            self.problems.push(format!("no listener rule has requests for the app {when}"));
        }
        Ok(())
    }
}

/// Runs a phase as it should go, and takes everything away again.
pub(super) fn undisturbed(bed: &Bed, phase: &Phase) -> Result<Reference> {
    bed.prepare(phase)?;
    let before = bed.aws.census()?;
    let runs = settle(bed, phase)?;
    let calls = changing_calls(&bed.aws.call_log()?);
    let after = bed.aws.census()?;
    let serves = bed.serves()?;
    ensure!(serves || !phase.serves_on(), "{} takes the requests from the app", phase.name);
    if matches!(phase.action, Action::TakeOver(_)) {
        bed.other.destroy()?;
        ensure!(bed.aws.census()? == after, "the state that has lost the app deletes what is not its own");
    }
    bed.terraform.destroy()?;
    let left = bed.aws.census()?;
    ensure!(left == bed.empty, "the destroy after {} leaves {:?}", phase.name, surplus(&left, &bed.empty));
    ensure!(!calls.is_empty(), "{} changes nothing", phase.name);
    Ok(Reference { calls, runs, before, after, serves })
}

/// Runs a phase's command until it changes nothing more; gives how often that was.
fn settle(bed: &Bed, phase: &Phase) -> Result<usize> {
    for runs in 1..=MOST_RUNS {
        bed.terraform.run(phase.command())?.ok()?;
        if phase.action == Action::Destroy {
            return Ok(runs);
        }
        bed.aws.install_pods()?;
        if bed.terraform.try_plan()?.code == 0 {
            return Ok(runs);
        }
    }
    bail!("{} does not settle:\n{}", phase.name, bed.terraform.try_plan()?.everything())
}

/// Runs a phase up to a fault, then again or back, then destroys.
pub(super) fn disturbed(bed: &Bed, point: &Point, reference: &Reference) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let phase = &point.phase;
    bed.prepare(phase)?;
    let broken = break_it(bed, point, reference.runs).with_context(|| point.to_string())?;
    if phase.action == Action::Create && broken.outcome.code > 0 && point.way.kill().is_none() {
        // A create is all or nothing.
        let left = surplus(&bed.aws.census()?, &bed.empty);
        if left.0 > 0 && bed.terraform.state()?["values"].is_null() {
            verdict.problems.push(format!("the failed create left {:?}", left.1));
        }
    }
    if phase.serves_on() {
        verdict.expect_service(bed, "right after the fault")?;
    }
    match &phase.action {
        Action::Update(folder) if point.way == Way::Reverted => {
            bed.revert(folder)?;
            settle(bed, phase)?;
            verdict.converged = true;
            judge(bed, &reference.before, &mut verdict)?;
            verdict.expect_service(bed, "after the change was reverted")?;
        }
        action => {
            repeat(bed, phase, &broken, reference, &mut verdict)?;
            if *action != Action::Destroy {
                judge(bed, &reference.after, &mut verdict)?;
            }
            if reference.serves {
                verdict.expect_service(bed, "after the next apply")?;
            }
            if let Action::TakeOver(_) = action {
                judge_former_holder(bed, &mut verdict)?;
            }
        }
    }
    if phase.action != Action::Destroy {
        let destroyed = bed.terraform.run(&DESTROY)?;
        if destroyed.code != 0 {
            verdict.problems.push(destroyed.failure().to_string());
        }
    }
    let (orphans, which) = surplus(&bed.aws.census()?, &bed.empty);
    verdict.orphans = orphans;
    if orphans > 0 {
        verdict.problems.push(format!("left behind: {which:?}"));
    }
    Ok(verdict)
}

/// Runs the phase's command again, no more often than without the fault: what was done before the broken run stays done.
fn repeat(
    bed: &Bed,
    phase: &Phase,
    broken: &Broken,
    reference: &Reference,
    verdict: &mut Verdict,
) -> Result<()> {
    let mut runs = reference.runs - broken.run;
    if broken.outcome.code == 0 {
        bed.aws.install_pods()?;
        runs = (runs - 1).max(1);
    }
    while runs > 0 {
        let mended = bed.terraform.run(phase.mending_command())?;
        verdict.converged = mended.code == 0;
        if !verdict.converged {
            verdict.problems.push(mended.failure().to_string());
            break;
        }
        runs -= 1;
        if runs > 0 {
            bed.aws.install_pods()?;
        }
    }
    Ok(())
}

/// Compares what there is with what there should be, and with what Terraform wants.
fn judge(bed: &Bed, expected: &Census, verdict: &mut Verdict) -> Result<()> {
    let now = bed.aws.census()?;
    let (duplicates, which) = surplus(&now, expected);
    verdict.duplicates = duplicates;
    let (missing, what) = surplus(expected, &now);
    let plan = bed.terraform.try_plan()?;
    verdict.converged &= missing == 0 && plan.code == 0;
    if duplicates > 0 {
        verdict.problems.push(format!("too many: {which:?}"));
    }
    if missing > 0 {
        verdict.problems.push(format!("missing: {what:?}"));
    }
    if plan.code != 0 {
        verdict.problems.push(format!("the next plan changes something:\n{}", plan.everything()));
    }
    Ok(())
}

/// Destroys the app in the state that held it before: what another state has taken over is not its own any more.
fn judge_former_holder(bed: &Bed, verdict: &mut Verdict) -> Result<()> {
    let now = bed.aws.census()?;
    let destroyed = bed.other.run(&DESTROY)?;
    if destroyed.code != 0 {
        verdict.problems.push(destroyed.failure().to_string());
    }
    let (deleted, which) = surplus(&now, &bed.aws.census()?);
    if deleted > 0 {
        verdict.lost += 1;
        verdict.problems.push(format!("the state that has lost the app deletes {which:?}"));
    }
    Ok(())
}

/// The run in which something went wrong.
struct Broken {
    outcome: Outcome,
    /// How many runs of the phase's command ended well before it.
    run: usize,
}

/// Runs the phase's command with the fault in force, as often as it takes until the fault strikes.
fn break_it(bed: &Bed, point: &Point, runs: usize) -> Result<Broken> {
    bed.aws.fault(&point.order())?;
    for run in 0..runs {
        let held = AtomicBool::new(false);
        let outcome = disturbed_run(bed, point, &held)?;
        let struck = bed.aws.faults()?.iter().any(|fault| fault["struck"].as_u64() > Some(0));
        if struck || held.into_inner() {
            bed.aws.heal()?;
            return Ok(Broken { outcome, run });
        }
        outcome.ok()?;
        bed.aws.install_pods()?;
    }
    bail!("the call was not made")
}

/// One run of the phase's command. `held` becomes true if a process was killed while an answer was held back.
fn disturbed_run(bed: &Bed, point: &Point, held: &AtomicBool) -> Result<Outcome> {
    let command = point.phase.command();
    let Some(kill) = point.way.kill() else { return bed.terraform.run(command) };
    let holds = || bed.aws.faults().is_ok_and(|faults| faults.iter().any(|fault| fault["holding"] == true));
    // An answer that is held back would hold back the provider's end as well.
    let release = || {
        if holds() {
            held.store(true, Ordering::Relaxed);
            drop(bed.aws.heal());
        }
    };
    let outcome = bed.terraform.disturbed(command, kill, holds, release)?;
    let ended_well = held.load(Ordering::Relaxed) && outcome.code == 0;
    ensure!(!ended_well, "it was killed, but ended well:\n{}", outcome.stdout);
    Ok(outcome)
}

/// The calls of a log that change something.
fn changing_calls(log: &[Value]) -> Vec<Call> {
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut calls = Vec::new();
    for entry in log {
        let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let (service, operation) = (text("service"), text("operation"));
        let is_ours = text("access_key") == aws_bench::ACCESS_KEY_ID;
        if !is_ours || service == "sts" || aws_bench::is_read(&operation) {
            continue;
        }
        let count = counts.entry((service.clone(), operation.clone())).or_default();
        calls.push(Call { service, operation, before: *count });
        *count += 1;
    }
    calls
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_changing_calls_are_counted_by_operation() {
        let call = |service: &str, operation: &str| json!({ "service": service, "operation": operation, "access_key": aws_bench::ACCESS_KEY_ID });
        let log = [
            json!({ "service": "iam", "operation": "CreateRole", "access_key": "another caller" }),
            call("sts", "AssumeRole"),
            call("iam", "GetRole"),
            call("iam", "CreateRole"),
            call("eks", "TagResource"),
            call("ecr", "TagResource"),
            call("eks", "TagResource"),
        ];
        let calls = changing_calls(&log);
        let shown: Vec<_> =
            calls.iter().map(|call| (call.service.as_str(), call.operation.as_str(), call.before)).collect();
        let expected = [
            ("iam", "CreateRole", 0),
            ("eks", "TagResource", 0),
            ("ecr", "TagResource", 0),
            ("eks", "TagResource", 1),
        ];
        assert_eq!(shown, expected);
    }
}
