//! A sample of what `make faults` tries in full: calls that fail, answers that get lost, programs that are killed.

use acceptance::console::Console;
use acceptance::faults::{self, Selection};

use crate::fixture;

/// Coprime to the number of ways in which a call fails, so that each comes up.
const EVERY: usize = 17;

#[test]
fn what_breaks_is_mended_by_the_next_run() {
    let selection = Selection { phases: Vec::new(), every: EVERY };
    faults::kill_points(Console::quiet(), fixture::tools(), fixture::programs(), &selection).unwrap();
}

#[test]
fn many_apps_are_made_and_destroyed_on_an_aws_that_is_too_busy() {
    faults::crowded(Console::quiet(), fixture::tools(), fixture::programs()).unwrap();
}
