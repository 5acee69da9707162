//! What is promised of the rendering's speed, beside what was measured.

use super::contenders::Role;
use super::{Race, ratio};
use acceptance::table;
use comfy_table::Table;

/// How many times as fast as its peer ours is at least, by number of documents.
const FASTER: [(usize, f64); 3] = [(10, 50.0), (1_000, 300.0), (3_000, 1_000.0)];
/// How many times the peer's memory ours takes at most.
const MEMORY_OF_PEER: f64 = 0.1;
/// The sizes between which the time grows with the number of documents.
const FEW: usize = 1_000;
const MANY: usize = 10_000;
/// How many times as long one document of many takes at most, compared with one of few.
const TIMES_EACH: f64 = 1.5;
/// How many times its input's size the memory is at most.
const TIMES_INPUT: f64 = 3.0;

/// All promises about races that were run.
pub(super) fn table(races: &[Race]) -> Table {
    let mut table = table::under(&["promise", "measured", "promised"]);
    let race = |documents: usize| races.iter().find(|race| race.documents == documents);
    for (documents, promised) in FASTER {
        let Some((ours, (name, peer))) =
            race(documents).and_then(|race| Some((race.cost(Role::Ours)?, race.peer()?)))
        else {
            continue;
        };
        table.add_row([
            format!("times as fast as {name}, {documents} documents"),
            format!("{:.0}", ratio(peer.wall, ours.wall)),
            format!("at least {promised:.0}"),
        ]);
        table.add_row([
            format!("its memory in parts of that of {name}, {documents} documents"),
            format!("{:.3}", bytes(ours.memory) / bytes(peer.memory)),
            format!("at most {MEMORY_OF_PEER:.3}"),
        ]);
    }
    let cost = |documents: usize| race(documents).and_then(|race| race.cost(Role::Ours));
    if let (Some(few), Some(many)) = (cost(FEW), cost(MANY)) {
        let each = bytes(FEW as u64) / bytes(MANY as u64) * ratio(many.wall, few.wall);
        table.add_row([
            format!("time of one document at {MANY} in parts of that at {FEW}"),
            format!("{each:.2}"),
            format!("at most {TIMES_EACH:.2}"),
        ]);
    }
    if let (Some(ours), Some(race)) = (cost(MANY), race(MANY)) {
        table.add_row([
            format!("memory in sizes of the input, {MANY} documents"),
            format!("{:.1}", bytes(ours.memory) / bytes(race.bytes)),
            format!("at most {TIMES_INPUT:.1}"),
        ]);
    }
    table
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn bytes(count: u64) -> f64 {
    count as f64
}
