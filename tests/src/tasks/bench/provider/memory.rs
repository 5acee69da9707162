//! The maximum of the memory that a provider has resident during a plan.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::as_float;
use crate::aws_bench::AwsBench;
use crate::programs::Programs;
use crate::tasks::measure;
use crate::terraform::Terraform;
use crate::tools::Tools;
use crate::workspace;

/// During a plan of the quickstart.
pub(super) fn of_our_plan(tools: &Tools, programs: &Programs) -> Result<f64> {
    let aws = AwsBench::start(tools)?;
    let example = workspace::root().join("examples/quickstart");
    let mut terraform = Terraform::copy_of(&example, tools, programs)?.against(&aws);
    terraform.variable("listener_arn", &aws.platform.listener_arn);
    terraform.variable("legacy_target_group_arn", &aws.platform.legacy_target_group_arn);
    of_a_plan(&terraform)
}

/// During a plan of one release of the quickstart's chart. hashicorp/helm needs no cluster for it.
pub(super) fn of_helms_plan(tools: &Tools, helm: &Path) -> Result<f64> {
    let chart = workspace::root().join("examples/charts/ipsy-app");
    let configuration = format!(
        "terraform {{\n  required_providers {{\n    helm = {{ source = \"hashicorp/helm\" }}\n  }}\n}}\n\n\
         resource \"helm_release\" \"app\" {{\n  name  = \"checkout\"\n  chart = \"{}\"\n}}\n",
        chart.display()
    );
    of_a_plan(&Terraform::of_provider(&configuration, "hashicorp/helm", helm, tools.terraform.clone())?)
}

fn of_a_plan(terraform: &Terraform) -> Result<f64> {
    terraform.init()?;
    let (planned, peak) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !planned.load(Ordering::Relaxed) {
                peak.fetch_max(of_processes_within(terraform.folder()), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(1));
            }
        });
        let plan = terraform.plan();
        planned.store(true, Ordering::Relaxed);
        plan
    })?;
    let peak = peak.into_inner();
    ensure!(peak > 0, "no process of the provider was seen during the plan");
    Ok(as_float(peak))
}

fn of_processes_within(folder: &Path) -> u64 {
    measure::processes_within(folder).into_iter().filter_map(measure::peak_memory).max().unwrap_or(0)
}
