//! `cargo dev scale-out`: how long new pods wait for room with and without over-provisioning, as a table and as the file
//! from which the guide is written.

use std::fs;
use std::time::Duration;

use acceptance::console::Console;
use acceptance::scale_out::{Measurement, measure};
use acceptance::table;
use acceptance::tools::{ClusterTools, Tools};
use acceptance::workspace;
use anyhow::Result;
use comfy_table::Table;

/// Where the measurement is kept.
pub(crate) const FILE: &str = "tests/scale-out.json";
/// What EC2 takes for a new node until its pods run.
const NODE_TIME: Duration = Duration::from_mins(1);

/// Measures, prints the table, and writes the measurement.
pub(crate) fn run(console: Console) -> Result<()> {
    let (tools, cluster_tools) = (Tools::ready(console)?, ClusterTools::ready(console)?);
    let step = console.step(format!("scaling an app where a new node takes {} s", NODE_TIME.as_secs()));
    let measurement = measure(&tools, &cluster_tools, NODE_TIME)?;
    step.done("measured, once without placeholders and once with them");
    console.show(&table(&measurement)?.to_string());
    measurement.check()?;
    fs::write(workspace::root().join(FILE), serde_json::to_string_pretty(&measurement)? + "\n")?;
    console.say(format!("{FILE} is written; `make docs` writes the picture and the guide from it"));
    Ok(())
}

fn table(measurement: &Measurement) -> Result<Table> {
    let mut table =
        table::under(&["over-provisioning", "first pod", "all pods", "nodes before", "nodes after"]);
    for (name, run) in [("without", &measurement.without), ("with", &measurement.with)] {
        let (before, after) = run.nodes();
        let [first, all] = [run.first_pod()?, run.all_pods()?].map(|seconds| format!("{seconds:.1} s"));
        table.add_row([name.to_owned(), first, all, before.to_string(), after.to_string()]);
    }
    Ok(table)
}
