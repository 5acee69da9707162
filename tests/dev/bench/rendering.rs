//! The post-renderer beside kustomize and its own floors: the same documents, the same labels and patches.

mod contenders;
mod corpus;
mod promises;

use std::fs;
use std::path::Path;
use std::time::Duration;

use acceptance::console::Console;
use acceptance::table;
use acceptance::tools::Tools;
use anyhow::Result;
use comfy_table::Table;

use super::manifests;
use crate::measure::{Cost, Time};
use contenders::{Contender, Role};

/// kustomize takes a quarter of an hour above this: its time grows with the square of the documents.
const MOST_FOR_PEERS: usize = 3_000;
/// What all are measured at.
const SIZES: [usize; 4] = [10, 1_000, 3_000, 10_000];
/// What ours is measured at besides, for the curve.
const BETWEEN: [usize; 4] = [100, 300, 30_000, 100_000];

/// How many runs the memory of a fast program is looked at in.
const LOOKS: usize = 3;

/// The contenders' costs at one number of documents, in their order.
struct Race {
    documents: usize,
    bytes: u64,
    costs: Vec<(&'static str, Role, Cost)>,
}

/// Measures and shows: the race, the promises, the curve, and real manifests where a folder of them is given.
pub(super) fn show(
    console: Console,
    tools: &Tools,
    post_renderer: &Path,
    manifests: Option<&Path>,
) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("ipsy-bench-").tempdir()?;
    let all = contenders::all(tools, post_renderer, folder.path())?;
    let step = console.step("the post-renderer, beside kustomize and its floors, on the same documents");
    let mut races = Vec::new();
    for documents in SIZES {
        let runners: Vec<&Contender> =
            all.iter().filter(|one| one.role != Role::Peer || documents <= MOST_FOR_PEERS).collect();
        races.push(race(console, folder.path(), documents, &runners)?);
        if documents <= 10 {
            contenders::check_same_meaning(&all)?;
        }
    }
    console.show(&table(&races).to_string());
    step.done("measured; the last columns are in parts of ours");
    let step = console.step("promises");
    console.show(&promises::table(&races).to_string());
    step.done("compared");

    let step = console.step("the curve: time by number of documents");
    let drawn: Vec<&Contender> = all.iter().filter(|one| one.role == Role::Ours).collect();
    for documents in BETWEEN {
        races.push(race(console, folder.path(), documents, &drawn)?);
    }
    races.sort_by_key(|race| race.documents);
    console.show(&curve(&races).to_string());
    step.done("a straight line where the time of one document stays the same");

    if let Some(manifests) = manifests {
        let step = console.step(format!("the manifests in {}", manifests.display()));
        console.show(&corpus::table(manifests, folder.path(), &all)?.to_string());
        step.done("measured");
    }
    Ok(())
}

/// Runs all in turn, so that a busy moment of the machine hits all, and takes medians.
fn race(console: Console, folder: &Path, documents: usize, runners: &[&Contender]) -> Result<Race> {
    let input = folder.join("input.yaml");
    fs::write(&input, manifests::stream(documents))?;
    let bytes = fs::metadata(&input)?.len();
    console.say(format!("{documents} documents, {} kB", bytes / 1000));
    let mut times: Vec<Vec<Time>> = runners.iter().map(|_| Vec::new()).collect();
    for round in 0..ROUNDS {
        for (runner, times) in runners.iter().zip(&mut times) {
            if runner.role != Role::Peer || round < rounds_of_peers(documents) {
                times.push(runner.run.time()?);
            }
        }
    }
    let costs = runners.iter().zip(times).map(|(runner, times)| {
        let looks = if runner.role == Role::Peer { 1 } else { LOOKS };
        let memory = (0..looks).map(|_| runner.run.memory()).collect::<Result<Vec<_>>>()?;
        Ok((runner.name, runner.role, Cost::of(times, &memory)?))
    });
    Ok(Race { documents, bytes, costs: costs.collect::<Result<_>>()? })
}

/// Enough that a moment of the machine does not move the median.
const ROUNDS: usize = 21;

/// Peers take seconds where ours takes milliseconds: a moment of the machine does not change that.
fn rounds_of_peers(documents: usize) -> usize {
    match documents {
        0..=10 => ROUNDS,
        11..=1_000 => 3,
        _ => 1,
    }
}

impl Race {
    fn cost(&self, role: Role) -> Option<Cost> {
        self.costs.iter().find(|(_, other, _)| *other == role).map(|(_, _, cost)| *cost)
    }

    /// Who ours is measured by, with its name.
    fn peer(&self) -> Option<(&'static str, Cost)> {
        self.costs.iter().find(|(_, role, _)| *role == Role::Peer).map(|(name, _, cost)| (*name, *cost))
    }
}

fn table(races: &[Race]) -> Table {
    let mut table = table::under(&[
        "documents",
        "program",
        "wall ms",
        "processor ms",
        "memory MB",
        "× its time",
        "× its memory",
    ]);
    for race in races {
        let Some(ours) = race.cost(Role::Ours) else { continue };
        for (name, _, cost) in &race.costs {
            table.add_row([
                race.documents.to_string(),
                (*name).to_owned(),
                milliseconds(cost.wall),
                milliseconds(cost.processor),
                megabytes(cost.memory),
                format!("{:.2}", ratio(cost.wall, ours.wall)),
                format!("{:.2}", ratio_of(cost.memory, ours.memory)),
            ]);
        }
    }
    table
}

fn curve(races: &[Race]) -> Table {
    let mut table =
        table::under(&["documents", "input MB", "wall ms", "processor ms", "µs per document", "memory MB"]);
    for race in races {
        let Some(ours) = race.cost(Role::Ours) else { continue };
        let documents = u32::try_from(race.documents).unwrap_or(u32::MAX);
        table.add_row([
            race.documents.to_string(),
            megabytes(race.bytes),
            milliseconds(ours.wall),
            milliseconds(ours.processor),
            format!("{:.1}", (ours.wall / documents).as_secs_f64() * 1e6),
            megabytes(ours.memory),
        ]);
    }
    table
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e3)
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1}", ratio_of(bytes, 1_000_000))
}

/// How many times the other a time is.
fn ratio(time: Duration, other: Duration) -> f64 {
    time.as_secs_f64() / other.as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn ratio_of(bytes: u64, other: u64) -> f64 {
    bytes as f64 / other as f64
}
