//! What is promised of the rendering's speed, beside what was measured.

use super::contenders::Role;
use super::{Race, ratio};
use crate::tasks::table::Table;

/// How many times as fast as its peer ours is at least, by number of documents.
const FASTER: [(usize, f64); 3] = [(10, 50.0), (1_000, 300.0), (3_000, 2_000.0)];
/// How many times the peer's memory ours takes at most.
const MEMORY_OF_PEER: f64 = 0.1;
/// The size at which ours is measured by its own floors.
const MANY: usize = 10_000;
/// How many times as long as copying unread rendering takes at most.
const TIMES_COPYING: f64 = 4.0;
/// How many times its input's size the memory is at most.
const TIMES_INPUT: f64 = 3.0;

/// All promises about races that were run.
pub(super) fn table(races: &[Race]) -> Table {
    let mut table = Table::new(&["promise", "measured", "promised"]);
    let race = |documents: usize| races.iter().find(|race| race.documents == documents);
    for (documents, promised) in FASTER {
        let Some((ours, (name, peer))) =
            race(documents).and_then(|race| Some((race.cost(Role::Ours)?, race.peer()?)))
        else {
            continue;
        };
        table.row([
            format!("times as fast as {name}, {documents} documents"),
            format!("{:.0}", ratio(peer.wall, ours.wall)),
            format!("at least {promised:.0}"),
        ]);
        table.row([
            format!("its memory in parts of that of {name}, {documents} documents"),
            format!("{:.3}", bytes(ours.memory) / bytes(peer.memory)),
            format!("at most {MEMORY_OF_PEER:.3}"),
        ]);
    }
    let Some(race) = race(MANY) else { return table };
    if let (Some(ours), Some(copy)) = (race.cost(Role::Ours), race.cost(Role::Copying)) {
        table.row([
            format!("times as long as copying unread, {MANY} documents"),
            format!("{:.1}", ratio(ours.wall, copy.wall)),
            format!("at most {TIMES_COPYING:.1}"),
        ]);
        table.row([
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
