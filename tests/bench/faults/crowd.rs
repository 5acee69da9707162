//! Many apps at once on an AWS that is too busy: it refuses every so-many-th call, and people do nothing about it.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::bed::surplus;
use crate::apps::Apps;
use crate::aws_bench::AwsBench;
use crate::console::Console;
use crate::programs::Programs;
use crate::terraform::Terraform;
use crate::tools::Tools;

/// Applies and destroys so many apps under each disturbance; both must end well by themselves.
pub(super) fn run(console: Console, tools: &Tools, programs: &Programs, apps: u32) -> Result<()> {
    for (name, fault) in disturbances() {
        let step = console.step(format!("{apps} apps, while {name}"));
        let aws = AwsBench::start(tools)?;
        let empty = aws.census()?;
        let terraform =
            Terraform::with_configuration(&Apps::new(apps).configuration(&aws)?, tools, programs)?;
        let terraform = terraform.against(&aws).patient();
        terraform.init()?;
        aws.fault(&fault)?;

        let started = Instant::now();
        terraform.apply().with_context(|| format!("the apply, while {name}"))?;
        let applied = started.elapsed();
        let made = aws.resources()?;
        ensure!(made.rules.len() == apps as usize, "{} rules for {apps} apps", made.rules.len());
        ensure!(made.roles.len() == apps as usize, "{} roles for {apps} apps", made.roles.len());
        let plan = terraform.try_plan()?;
        ensure!(plan.code == 0, "the next plan changes something:\n{}", plan.everything());
        let started = Instant::now();
        terraform.destroy().with_context(|| format!("the destroy, while {name}"))?;
        let destroyed = started.elapsed();

        let struck = struck(&aws.faults()?);
        ensure!(struck > u64::from(apps), "only {struck} calls were disturbed");
        let left = surplus(&aws.census()?, &empty);
        ensure!(left.0 == 0, "the destroy left {:?}", left.1);
        step.done(format!(
            "{struck} calls disturbed; applied in {:.0} s, destroyed in {:.0} s",
            applied.as_secs_f64(),
            destroyed.as_secs_f64()
        ));
    }
    Ok(())
}

fn disturbances() -> [(&'static str, Value); 3] {
    let failing = |when: &str| json!({ "every": 5, "times": 0, "when": when });
    [
        (
            "every third call is refused for being too many",
            json!({
                "every": 3, "times": 0, "status": 400, "code": "ThrottlingException", "message": "Rate exceeded",
            }),
        ),
        ("every fifth call fails inside of AWS", failing("before")),
        ("every fifth call takes effect and then fails inside of AWS", failing("after")),
    ]
}

fn struck(faults: &[Value]) -> u64 {
    faults.iter().filter_map(|fault| fault["struck"].as_u64()).sum()
}
