//! What an app's lifecycle is worth when things break. Every changing call of a create, of updates,
//! adoptions, renames, replacements and of a destroy fails in each of four ways. The app has to serve on wherever
//! it stays, the next apply has to converge, and the destroy after it has to leave nothing. So it must be where an
//! update is reverted after it was killed.

mod bed;
mod coverage;
mod crowd;
mod phase;
mod point;
mod trial;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Result, ensure};
use comfy_table::Table;

use crate::console::Console;
use crate::interrupt;
use crate::programs::Programs;
use crate::table;
use crate::tools::Tools;

use bed::Bed;
use phase::Phase;
use point::{Point, Way};
use trial::Verdict;

/// Terraform keeps one core busy, moto and the provider another half.
const WORKERS: usize = 2;

/// It takes half an hour: so many points make a line of progress.
const TOLD_EVERY: usize = 20;

/// How many apps are made at once on an AWS that is too busy.
const APPS: u32 = 50;

/// Which points are tried.
#[derive(Debug, Clone)]
pub struct Selection {
    /// Only those of these phases, if any is named.
    pub phases: Vec<String>,
    /// Of each phase only every so-many-th one.
    pub every: usize,
}

/// Makes and destroys many apps while AWS refuses or fails many calls.
pub fn crowded(console: Console, tools: &Tools, programs: &Programs) -> Result<()> {
    crowd::run(console, tools, programs, APPS)
}

/// Tries every point of the selection.
pub fn kill_points(
    console: Console,
    tools: &Tools,
    programs: &Programs,
    selection: &Selection,
) -> Result<()> {
    let step = console.step("the changing calls of each phase, by the bench's log of an undisturbed run");
    let phases = Phase::of(&selection.phases)?;
    let bed = Bed::new(tools, programs)?;
    let mut points = Vec::new();
    let mut references = BTreeMap::new();
    for phase in &phases {
        let reference = trial::undisturbed(&bed, phase)?;
        console.say(format!("{:22} {:3} calls", phase.name, reference.calls.len()));
        let all =
            reference.calls.iter().flat_map(|call| Way::of(phase).map(|way| Point::new(phase, call, way)));
        points.extend(all.step_by(selection.every.max(1)));
        references.insert(phase.name.clone(), reference);
    }
    if selection.phases.is_empty() {
        coverage::check(references.values().flat_map(|reference| &reference.calls))?;
    }
    step.done(format!("{} kill points", points.len()));

    let step = console.step("killing");
    let all = points.len();
    let queue = Mutex::new(points);
    let verdicts: Mutex<Vec<(Point, Verdict)>> = Mutex::default();
    let work = |mut bed: Bed| -> Result<()> {
        loop {
            interrupt::check()?;
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(point) = next else { return Ok(()) };
            let verdict = trial::disturbed(&bed, &point, &references[&point.phase.name]);
            interrupt::check()?;
            let verdict = verdict.unwrap_or_else(|problem| Verdict::of_problem(&problem));
            if !verdict.is_good() {
                console.say(format!("{point}: {}", verdict.problems.join("; ")));
                // What is left over must not be held against the next point.
                bed = Bed::new(tools, programs)?;
            }
            let mut verdicts = verdicts.lock().unwrap_or_else(PoisonError::into_inner);
            verdicts.push((point, verdict));
            if verdicts.len().is_multiple_of(TOLD_EVERY) {
                console.say(format!("{} of {all} tried", verdicts.len()));
            }
        }
    };
    thread::scope(|scope| {
        let others: Vec<_> =
            (1..WORKERS).map(|_| scope.spawn(|| Bed::new(tools, programs).and_then(work))).collect();
        let own = work(bed);
        let others = others
            .into_iter()
            .map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        others.chain([own]).collect::<Result<Vec<()>>>()
    })?;
    let verdicts = verdicts.into_inner().unwrap_or_else(PoisonError::into_inner);
    step.done("all points tried");

    console.show(&table(&verdicts).to_string());
    summary(console, &verdicts)
}

/// How many points ended well, and how many there were.
type Counts = BTreeMap<Way, (usize, usize)>;

/// A row for each operation of each phase: in how many of its points, by way, everything went well.
fn table(verdicts: &[(Point, Verdict)]) -> Table {
    let mut table = table::under(&[
        "phase",
        "operation",
        "call fails",
        "answer lost",
        "provider killed",
        "Terraform killed",
        "reverted",
    ]);
    let mut rows: BTreeMap<(usize, &str, &str), Counts> = BTreeMap::new();
    for (point, verdict) in verdicts {
        let row = rows.entry((point.phase.order, &point.phase.name, &point.call.operation)).or_default();
        let (good, all) = row.entry(point.way).or_default();
        *good += usize::from(verdict.is_good());
        *all += 1;
    }
    for ((_, phase, operation), ways) in rows {
        let cell = |way| ways.get(&way).map_or_else(|| "-".to_owned(), |(good, all)| format!("{good}/{all}"));
        let [first, second, third, fourth, fifth] = Way::ALL.map(cell);
        table.add_row([phase.to_owned(), operation.to_owned(), first, second, third, fourth, fifth]);
    }
    table
}

fn summary(console: Console, verdicts: &[(Point, Verdict)]) -> Result<()> {
    let sum = |count: fn(&Verdict) -> u64| verdicts.iter().map(|(_, verdict)| count(verdict)).sum::<u64>();
    let converged = sum(|verdict| u64::from(verdict.converged));
    let (orphans, duplicates) = (sum(|verdict| verdict.orphans), sum(|verdict| verdict.duplicates));
    let lost = sum(|verdict| verdict.lost);
    let points = verdicts.len();
    console.say(format!(
        "kill points: {points}, converged: {converged}, orphans: {orphans}, duplicates: {duplicates}, lost apps: {lost}"
    ));
    ensure!(verdicts.iter().all(|(_, verdict)| verdict.is_good()), "not every kill point ended well");
    Ok(())
}
