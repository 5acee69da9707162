//! Trying a phase: undisturbed, to know its calls and what it makes; and disturbed, to see whether the next run
//! mends what the disturbance broke.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::bed::{Bed, Census, surplus};
use super::phase::{Action, Phase};
use super::point::{Call, Point};
use crate::process::Outcome;
use crate::terraform::DESTROY;

/// Beginnings of the names of operations that change nothing.
const READS: [&str; 5] = ["Describe", "Get", "List", "Head", "BatchGet"];

/// What an undisturbed run of a phase does.
pub(super) struct Reference {
    /// Its changing calls, in their order.
    pub(super) calls: Vec<Call>,
    /// What there is after it.
    after: Census,
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
    /// What went wrong, for people.
    pub(super) problems: Vec<String>,
}

impl Verdict {
    pub(super) fn is_good(&self) -> bool {
        self.converged && self.orphans == 0 && self.duplicates == 0 && self.problems.is_empty()
    }
}

/// Runs a phase as it should go, and takes everything away again.
pub(super) fn undisturbed(bed: &Bed, phase: &Phase) -> Result<Reference> {
    bed.prepare(phase)?;
    bed.terraform.run(phase.command())?.ok()?;
    let calls = changing_calls(&bed.aws.call_log()?);
    let after = bed.aws.census()?;
    let again = bed.terraform.try_plan()?;
    ensure!(
        phase.action == Action::Destroy || again.code == 0,
        "{} does not settle:\n{}",
        phase.name,
        again.stdout
    );
    bed.terraform.destroy()?;
    let left = bed.aws.census()?;
    ensure!(left == bed.empty, "the destroy after {} leaves {:?}", phase.name, surplus(&left, &bed.empty));
    ensure!(!calls.is_empty(), "{} changes nothing", phase.name);
    Ok(Reference { calls, after })
}

/// Runs a phase up to a point where something goes wrong, then again, then destroys.
pub(super) fn disturbed(bed: &Bed, point: &Point, reference: &Reference) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let phase = &point.phase;
    bed.prepare(phase)?;
    let outcome = break_it(bed, point).with_context(|| point.to_string())?;
    if phase.action == Action::Create && outcome.code > 0 && point.way.kill().is_none() {
        // A create is all or nothing.
        let left = surplus(&bed.aws.census()?, &bed.empty);
        if left.0 > 0 && bed.terraform.state()?["values"].is_null() {
            verdict.problems.push(format!("the failed create left {:?}", left.1));
        }
    }

    let mended = bed.terraform.run(phase.command())?;
    verdict.converged = mended.code == 0;
    if !verdict.converged {
        verdict.problems.push(mended.failure().to_string());
    }
    if phase.action != Action::Destroy {
        let now = bed.aws.census()?;
        let (duplicates, which) = surplus(&now, &reference.after);
        verdict.duplicates = duplicates;
        let (missing, what) = surplus(&reference.after, &now);
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

/// Runs the phase's command with the fault in force.
fn break_it(bed: &Bed, point: &Point) -> Result<Outcome> {
    bed.aws.fault(&point.order())?;
    let command = point.phase.command();
    let outcome = match point.way.kill() {
        None => bed.terraform.run(command)?,
        Some(kill) => {
            let holds =
                || bed.aws.faults().is_ok_and(|faults| faults.iter().any(|fault| fault["holding"] == true));
            // An answer that is held back would hold back the provider's end as well.
            let release = || drop(bed.aws.heal());
            let outcome = bed.terraform.disturbed(command, kill, holds, release)?;
            ensure!(outcome.code != 0, "it was killed, but ended well:\n{}", outcome.stdout);
            return Ok(outcome);
        }
    };
    let struck = bed.aws.faults()?.iter().any(|fault| fault["struck"].as_u64() > Some(0));
    ensure!(struck, "the call was not made:\n{}", outcome.everything());
    bed.aws.heal()?;
    Ok(outcome)
}

/// The calls of a log that change something.
fn changing_calls(log: &[Value]) -> Vec<Call> {
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut calls = Vec::new();
    for entry in log {
        let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let (service, operation) = (text("service"), text("operation"));
        if service == "sts" || READS.iter().any(|read| operation.starts_with(read)) {
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
        let call = |service: &str, operation: &str| json!({ "service": service, "operation": operation });
        let log = [
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
