//! The maximum of the memory that a provider has resident.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use acceptance::aws_bench::AwsBench;
use acceptance::programs::Programs;
use acceptance::terraform::Terraform;
use acceptance::tools::Tools;
use acceptance::workspace;
use anyhow::{Result, ensure};

use super::as_float;
use crate::measure;

/// During a plan of the quickstart.
pub(super) fn of_our_plan(tools: &Tools, programs: &Programs) -> Result<f64> {
    let aws = AwsBench::start(tools)?;
    let terraform = Terraform::quickstart(tools, programs, &aws)?;
    terraform.init()?;
    most_during(&terraform, || terraform.plan().map(drop))
}

/// During a plan of one release of the quickstart's chart. hashicorp/helm needs no cluster for it.
pub(super) fn of_helms_plan(tools: &Tools, helm: &Path) -> Result<f64> {
    let chart = workspace::root().join("examples/charts/ipsy-app");
    let configuration = format!(
        "terraform {{\n  required_providers {{\n    helm = {{ source = \"hashicorp/helm\" }}\n  }}\n}}\n\n\
         resource \"helm_release\" \"app\" {{\n  name  = \"checkout\"\n  chart = \"{}\"\n}}\n",
        chart.display()
    );
    let terraform = Terraform::of_provider(&configuration, "hashicorp/helm", helm, tools.terraform.clone())?;
    terraform.init()?;
    most_during(&terraform, || terraform.plan().map(drop))
}

/// While Terraform asks for the schema, which needs neither AWS nor a cluster.
pub(super) fn of_the_schema(tools: &Tools, source: &str, provider: &Path) -> Result<f64> {
    let configuration =
        format!("terraform {{\n  required_providers {{\n    it = {{ source = \"{source}\" }}\n  }}\n}}\n");
    let terraform = Terraform::of_provider(&configuration, source, provider, tools.terraform.clone())?;
    terraform.init()?;
    most_during(&terraform, || terraform.run(&["providers", "schema", "-json"])?.ok().map(drop))
}

fn most_during(terraform: &Terraform, run: impl FnOnce() -> Result<()>) -> Result<f64> {
    let (done, peak) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                peak.fetch_max(of_processes_within(terraform.folder()), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(1));
            }
        });
        let outcome = run();
        done.store(true, Ordering::Relaxed);
        outcome
    })?;
    let peak = peak.into_inner();
    ensure!(peak > 0, "the provider did not run");
    Ok(as_float(peak))
}

fn of_processes_within(folder: &Path) -> u64 {
    measure::processes_within(folder).into_iter().filter_map(measure::peak_memory).max().unwrap_or(0)
}
