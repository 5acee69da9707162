//! What a refresh asks of AWS: the same apps as `aws_*` resources, and taken over by `ipsy_app`.

use std::collections::{BTreeMap, BTreeSet};

use acceptance::aws_bench::AwsBench;
use acceptance::console::Console;
use acceptance::matrix::Table;
use acceptance::table;
use acceptance::terraform::{Plan, Terraform};
use anyhow::{Result, ensure};

use super::bed::{Bed, ensure_nothing_left, ensure_only_read};

/// As many as `make scale` refreshes; a listener takes no more rules.
const APPS: u32 = 100;
const FOLDER: &str = "tests/compare/apps";

/// How often each operation was called.
#[derive(Default)]
pub(super) struct Calls {
    theirs: BTreeMap<String, u64>,
    ours: BTreeMap<String, u64>,
}

impl Calls {
    /// Prints the operations.
    pub(super) fn show(&self, console: Console) {
        let mut table = table::under(&["operation", "aws_*", "ipsy_app"]);
        let names: BTreeSet<&String> = self.theirs.keys().chain(self.ours.keys()).collect();
        for name in names {
            let count = |calls: &BTreeMap<String, u64>| calls.get(name).copied().unwrap_or(0).to_string();
            table.add_row([name.clone(), count(&self.theirs), count(&self.ours)]);
        }
        console.show(&table.to_string());
    }

    /// What they come to for an app.
    pub(super) fn summary(&self) -> String {
        format!(
            "calls per app in a refresh of {APPS}: {:.2} by aws_* resources, {:.2} by ipsy_app",
            for_an_app(&self.theirs),
            for_an_app(&self.ours)
        )
    }
}

pub(super) fn run(bed: &Bed, rows: &mut Table) -> Result<Calls> {
    let aws = AwsBench::start(&bed.tools)?;
    let mut terraform = bed.terraform(&aws, FOLDER)?;
    terraform.variable("apps", &APPS.to_string());
    let ours: Vec<(&str, String)> = ["ipsy.tf", "removed.tf"]
        .into_iter()
        .map(|name| Ok((name, terraform.take(name)?)))
        .collect::<Result<_>>()?;
    terraform.init()?;
    let mut calls = Calls::default();
    rows.row("aws_* resources", &format!("apply of {APPS} apps of nine resources each"), || {
        terraform.apply().map(drop)
    })?;
    rows.row("aws_* resources", "plan again: no changes, and the calls of its refresh are counted", || {
        calls.theirs = counted(&terraform, &aws)?;
        Ok(())
    })?;
    terraform.take("aws.tf")?;
    for (name, text) in &ours {
        terraform.write(name, text)?;
    }
    terraform.init()?;
    rows.row("ipsy_app", "the same apps taken over: imported and forgotten, without a change", || {
        aws.forget_calls()?;
        let plan = terraform.plan()?;
        let expected = format!("{APPS} to import, 0 to add, 0 to change, 0 to destroy");
        ensure!(plan.text.contains(&expected), "the plan does not say `{expected}`:\n{}", summary(&plan));
        terraform.apply_planned()?;
        ensure_only_read(&aws)
    })?;
    terraform.take("removed.tf")?;
    rows.row("ipsy_app", "plan again: no changes, and the calls of its refresh are counted", || {
        calls.ours = counted(&terraform, &aws)?;
        Ok(())
    })?;
    rows.row("ipsy_app", "destroy: nothing is left", || {
        terraform.destroy()?;
        ensure_nothing_left(&aws)
    })?;
    Ok(calls)
}

/// The calls of a plan that changes nothing.
fn counted(terraform: &Terraform, aws: &AwsBench) -> Result<BTreeMap<String, u64>> {
    aws.forget_calls()?;
    let plan = terraform.plan()?;
    ensure!(!plan.has_changes, "the plan changes something:\n{}", summary(&plan));
    aws.calls()
}

/// The lines that say what changes: all of such a plan are thousands.
fn summary(plan: &Plan) -> String {
    let said = |line: &&str| line.starts_with("  # ") || line.starts_with("Plan:");
    plan.text.lines().filter(said).take(20).collect::<Vec<_>>().join("\n")
}

#[expect(clippy::cast_precision_loss, reason = "counts here are far below 2^52")]
fn for_an_app(calls: &BTreeMap<String, u64>) -> f64 {
    calls.values().sum::<u64>() as f64 / f64::from(APPS)
}
