//! `cargo dev rehearse`: a canary from EC2 instances to pods under a constant load, and what can go wrong in it, with tables
//! of what clients got.

use std::fs;

use acceptance::console::Console;
use acceptance::programs::Programs;
use acceptance::rehearsal::canary::{self, BACKEND, STEPS};
use acceptance::rehearsal::incidents::{INCIDENTS, Report};
use acceptance::rehearsal::record::Record;
use acceptance::rehearsal::step::{Step, Weights};
use acceptance::table;
use acceptance::tools::Tools;
use acceptance::workspace;
use anyhow::Result;
use comfy_table::Table;

use crate::test_cluster;

/// Where the record of a canary is kept.
pub(crate) const RECORD: &str = "tests/rehearsal.json";
const PER_SECOND: u32 = 100;
/// Requests that are watched after each step.
const REQUESTS: u32 = 1000;

/// Installs and builds what is missing, and rehearses. Fails if a request of the canary fails or a share is not its weight,
/// if an incident costs more than it must, and if a request fails while a cluster takes over from another. With `record` it
/// keeps what clients got during the canary.
pub(crate) fn run(console: Console, record: bool) -> Result<()> {
    let step = console.step("tools, and the provider (building it takes minutes the first time)");
    let tools = Tools::ready(console)?;
    let programs = Programs::ready()?;
    step.done("ready");
    canary(console, &tools, &programs, record)?;
    incidents(console, &tools, &programs)?;
    test_cluster::run_with(console, &tools, &programs, Some("traffic"))
}

fn canary(console: Console, tools: &Tools, programs: &Programs, record: bool) -> Result<()> {
    let step = console.step("starting AWS on loopback, its load balancer, EC2 instances and a load");
    let mut stage = canary::stage(tools, programs)?;
    let load = stage.load(PER_SECOND);
    step.done(format!("{PER_SECOND} requests per second, all answered by the instances"));

    let step = console.step("terraform apply: the app with all requests at the instances");
    let (first, _blue) = canary::begin(&mut stage, &load, REQUESTS)?;
    step.done(format!("the rule is made, and a pod of `{BACKEND}` is healthy"));
    let mut steps = vec![first];
    for weights in STEPS.into_iter().skip(1) {
        let step = console.step(format!("terraform apply: {}", shown(weights)));
        steps.push(canary::step(&mut stage, &load, weights, REQUESTS)?);
        step.done("watched and measured");
    }

    console.show(&table(&steps).to_string());
    steps.iter().try_for_each(Step::check)?;
    let answers = load.answers();
    answers.ensure_none_failed()?;
    console.say(format!("{} requests, none failed", answers.count()));
    if record {
        let text = serde_json::to_string_pretty(&Record::of(&answers, &steps)?)? + "\n";
        fs::write(workspace::root().join(RECORD), text)?;
        console.say(format!("{RECORD} is written; `make docs` draws the picture of the guide from it"));
    }
    Ok(())
}

fn incidents(console: Console, tools: &Tools, programs: &Programs) -> Result<()> {
    let mut reports = Vec::new();
    for (name, incident) in INCIDENTS {
        let step = console.step(format!("terraform apply of three steps, and {name}"));
        let mut stage = canary::stage(tools, programs)?;
        let load = stage.load(PER_SECOND);
        reports.push((name, incident(&mut stage, &load, REQUESTS)?));
        step.done("as promised");
    }
    console.show(&incident_table(&reports).to_string());
    Ok(())
}

fn incident_table(reports: &[(&str, Report)]) -> Table {
    let mut table = table::under(&["incident", "outcome", "weights after", "requests", "failed", "for"]);
    for (name, report) in reports {
        table.add_row([
            (*name).to_owned(),
            report.outcome.to_owned(),
            shown(report.weights),
            report.answers.count().to_string(),
            format!("{} ({:.1} %)", report.answers.failed().count(), report.answers.failed_share()),
            format!("{:.1} s", report.failing.as_secs_f64()),
        ]);
    }
    table
}

fn table(steps: &[Step]) -> Table {
    let header = ["step", "weights", "measured share", "requests", "failed", "p95"];
    let mut table = table::under(&header);
    for (index, step) in steps.iter().enumerate() {
        let shares = step.weights.iter().map(|(backend, _)| format!("{:.1} %", step.settled.share(backend)));
        table.add_row([
            (index + 1).to_string(),
            shown(step.weights),
            shares.collect::<Vec<_>>().join(" / "),
            step.all.count().to_string(),
            step.all.failed().count().to_string(),
            format!("{} ms", step.all.p95().as_millis()),
        ]);
    }
    table
}

/// Weights for people, such as `ec2 90 / blue 10`.
fn shown(weights: Weights) -> String {
    let parts = weights.iter().map(|(backend, weight)| format!("{backend} {weight}"));
    parts.collect::<Vec<_>>().join(" / ")
}
