//! `cargo dev scale`: what many apps cost. How many calls a refresh and an import take, how long a plan of a thousand apps takes
//! beside as many `terraform_data` resources, and what the provider's own share of the work is.

mod inputs;
mod watch;

use std::time::{Duration, Instant};

use acceptance::apps::Apps;
use acceptance::aws_bench::AwsBench;
use acceptance::console::Console;
use acceptance::programs::Programs;
use acceptance::table;
use acceptance::terraform::{APPLY, Terraform};
use acceptance::tools::Tools;
use anyhow::{Result, ensure};
use comfy_table::Table;

use crate::release::programs_of_this_machine;

use watch::{Cost, watch};

/// Apps of the refresh and the import whose calls are counted.
const REFRESHED: u32 = 100;
/// Apps that are made while it is measured who works.
const MADE: u32 = 200;
/// Apps of the plans.
const PLANNED: u32 = 1000;
/// The median of so many plans counts.
const RUNS: usize = 3;

/// What is promised.
const MOST_CALLS: f64 = 5.0;
const MOST_CALLS_OF_AN_IMPORT: f64 = 6.0;
/// Nearly all of it is Terraform's own work, which grows with the schema: it walks the type of a resource again and again
/// for each instance, and `ipsy_app` has every argument of an app where `terraform_data` has four.
const MOST_RATIO: f64 = 5.0;
/// The provider's part of the work of a plan without refresh, in percent.
const MOST_SHARE: f64 = 10.0;
/// In MB. About 25 MB are pages of the program's own file.
const MOST_MEMORY: f64 = 60.0;

/// Imports all apps.
const IMPORT: &str = r#"import {
  for_each = local.apps
  to       = ipsy_app.app[each.key]
  id       = "prod/${each.key}"
}
"#;

const PLAN: [&str; 3] = ["plan", "-input=false", "-no-color"];

/// Measures and prints; fails where less comes out than is promised.
pub(crate) fn run(console: Console) -> Result<()> {
    let step = console.step("tools, and the programs as they are published");
    let tools = Tools::ready(console)?;
    let programs = programs_of_this_machine(console)?;
    step.done("ready");
    let mut table =
        table::under(&["", "wall", "Terraform", "provider", "moto", "provider's share", "provider's memory"]);

    let step = console.step(format!("calls of a refresh and an import of {REFRESHED} apps"));
    let Calls { refresh: calls, import: import_calls } = calls_of_reads(console, &tools, &programs)?;
    step.done(format!("{calls:.2} calls for each app refreshed, {import_calls:.2} for each imported"));

    let step = console.step(format!("{PLANNED} apps, {MADE} of them measured while they are made"));
    let aws = AwsBench::start(&tools)?;
    let terraform = Terraform::with_configuration("", &tools, &programs)?.against(&aws).patient();
    let apps = Apps::new(MADE).configuration(&aws)?;
    terraform.write("main.tf", &apps)?;
    terraform.init()?;
    let made = watch(&terraform, &aws, &APPLY)?;
    row(&mut table, &format!("apply of {MADE} new apps"), &made);
    terraform.write("main.tf", &Apps::new(PLANNED).configuration(&aws)?)?;
    terraform.apply()?;
    step.done("made");

    let step = console.step(format!("plans of {PLANNED} apps, and of as many `terraform_data`"));
    let refreshed = watch(&terraform, &aws, &PLAN)?;
    row(&mut table, &format!("plan of {PLANNED} apps, with refresh"), &refreshed);
    let data = Terraform::with_configuration(&inputs::configuration(PLANNED), &tools, &programs)?;
    data.init()?;
    data.apply()?;
    let offline = [PLAN.as_slice(), &["-refresh=false"]].concat();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        // In turn, so that whatever else the machine does meets both.
        ours.push(watch(&terraform, &aws, &offline)?);
        theirs.push(watch(&data, &aws, &offline)?);
    }
    let (ours, theirs) = (median(ours), median(theirs));
    row(&mut table, &format!("plan of {PLANNED} apps, no refresh"), &ours);
    row(&mut table, &format!("plan of {PLANNED} terraform_data, no refresh"), &theirs);
    step.done("measured");

    console.show(&table.to_string());
    let ratio = ours.wall.as_secs_f64() / theirs.wall.as_secs_f64();
    let share = share(&ours);
    let memory = megabytes([made, refreshed, ours].map(|cost| cost.memory).into_iter().max().unwrap_or(0));
    console.say(format!(
        "calls per app: {calls:.2}, calls per imported app: {import_calls:.2}, plan ratio: {ratio:.2}, \
         provider's share of a plan: {share:.0} %, provider RSS: {memory:.0} MB"
    ));
    ensure!(calls <= MOST_CALLS, "at most {MOST_CALLS} calls for each app are promised");
    ensure!(
        import_calls <= MOST_CALLS_OF_AN_IMPORT,
        "at most {MOST_CALLS_OF_AN_IMPORT} calls for each app that is imported are promised"
    );
    ensure!(ratio <= MOST_RATIO, "a ratio of at most {MOST_RATIO} is promised");
    ensure!(share <= MOST_SHARE, "the provider does at most {MOST_SHARE} % of the work of a plan");
    ensure!(memory < MOST_MEMORY, "less than {MOST_MEMORY} MB are promised");
    Ok(())
}

/// Calls for each app, on average, with Terraform's own ten apps at a time.
struct Calls {
    refresh: f64,
    import: f64,
}

fn calls_of_reads(console: Console, tools: &Tools, programs: &Programs) -> Result<Calls> {
    let aws = AwsBench::start(tools)?;
    let configuration = Apps::new(REFRESHED).configuration(&aws)?;
    let terraform = Terraform::with_configuration(&configuration, tools, programs)?.against(&aws).patient();
    terraform.init()?;
    terraform.apply()?;
    aws.forget_calls()?;
    let plan = terraform.try_plan()?;
    ensure!(plan.code == 0, "the plan after the apply changes something:\n{}", plan.everything());
    let refresh = calls_for_each_app(console, &aws)?;

    terraform.clear()?;
    terraform.write("main.tf", &configuration)?;
    terraform.write("import.tf", IMPORT)?;
    aws.forget_calls()?;
    let started = Instant::now();
    let planned = terraform.try_plan()?;
    let expected = format!("{REFRESHED} to import, 0 to add");
    ensure!(planned.stdout.contains(&expected), "not {expected}:\n{}", planned.everything());
    console.say(format!("{REFRESHED} apps are imported in {:.0} s", started.elapsed().as_secs_f64()));
    Ok(Calls { refresh, import: calls_for_each_app(console, &aws)? })
}

/// How many calls were made since they were forgotten, divided by the number of apps.
fn calls_for_each_app(console: Console, aws: &AwsBench) -> Result<f64> {
    let calls = aws.calls()?;
    let mut table = table::under(&["operation", "calls"]);
    for (operation, count) in &calls {
        table.add_row([operation.clone(), count.to_string()]);
    }
    console.show(&table.to_string());
    Ok(f64::from(u32::try_from(calls.values().sum::<u64>())?) / f64::from(REFRESHED))
}

/// The provider's part of the work, in percent.
fn share(cost: &Cost) -> f64 {
    let all = cost.terraform + cost.provider + cost.aws;
    if all.is_zero() { 0.0 } else { 100.0 * cost.provider.as_secs_f64() / all.as_secs_f64() }
}

fn row(table: &mut Table, what: &str, cost: &Cost) {
    let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
    table.add_row([
        what.to_owned(),
        seconds(cost.wall),
        seconds(cost.terraform),
        seconds(cost.provider),
        seconds(cost.aws),
        format!("{:.0} %", share(cost)),
        format!("{:.0} MB", megabytes(cost.memory)),
    ]);
}

fn median(mut costs: Vec<Cost>) -> Cost {
    costs.sort_by_key(|cost| cost.wall);
    costs.swap_remove(costs.len() / 2)
}

#[expect(clippy::cast_precision_loss, reason = "sizes here are far below 2^52")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1_000_000.0
}
