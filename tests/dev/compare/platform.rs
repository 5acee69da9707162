//! `examples/terraform-only`: a network, a cluster, an app and its release in one plan.

use acceptance::aws_bench::AwsBench;
use acceptance::matrix::Table;
use acceptance::terraform::{APPLY, Terraform};
use acceptance::workspace;
use anyhow::{Result, ensure};

use super::bed::{Bed, ensure_nothing_left};

const WITH: &str = "examples/terraform-only";
const APP: &str = "ipsy_app.checkout";
const RELEASE: &str = "helm_release.checkout";
/// What is planned and not applied: releases need a cluster, and moto has neither add-ons of EKS nor the security
/// group that a cluster gets.
const NOT_APPLIED: [&str; 4] = ["helm_release", "terraform_data", "aws_eks_addon", "aws_security_group_rule"];

pub(super) fn run(bed: &Bed, table: &mut Table) -> Result<()> {
    let aws = AwsBench::start_with_aws_policies(&bed.tools)?;
    let terraform = copy(bed, &aws)?;
    terraform.init()?;
    let mut targets = Vec::new();
    table.row(WITH, "first plan: from the network to the release, nothing unknown in `values`", || {
        targets = first_plan(&terraform)?;
        Ok(())
    })?;
    table.row(WITH, "apply of network, load balancer, cluster and app: all that moto has of it", || {
        ensure!(!targets.is_empty(), "the plan is missing");
        let options: Vec<&str> = APPLY.into_iter().chain(targets.iter().map(String::as_str)).collect();
        terraform.run(&options)?.ok()?;
        let made = aws.resources()?;
        ensure!(made.rules.len() == 1 && made.repositories.contains_key("checkout"), "{:?}", made.names());
        Ok(())
    })?;
    table.row(WITH, "plan again: no change of the app", || {
        let plan = terraform.plan()?;
        ensure!(plan.actions(APP) == ["no-op"], "{}", plan.text);
        Ok(())
    })?;
    table.row(WITH, "destroy: nothing of the app is left", || {
        terraform.destroy()?;
        ensure_nothing_left(&aws)
    })
}

/// The example as it is, but for two things: the bench has a cluster of that name already, and no repository of
/// charts is asked for the controller's, so that an empty chart stands for it.
fn copy(bed: &Bed, aws: &AwsBench) -> Result<Terraform> {
    let mut terraform = bed.terraform(aws, WITH)?;
    terraform.replace("platform.tf", "\"eks-blue\"", "\"eks-new\"")?;
    terraform.replace("platform.tf", "  repository = \"https://aws.github.io/eks-charts\"\n", "")?;
    terraform.replace(
        "platform.tf",
        "chart      = \"aws-load-balancer-controller\"",
        "chart      = \"${path.module}\"",
    )?;
    terraform.write("Chart.yaml", "apiVersion: v2\nname: aws-load-balancer-controller\nversion: 0.0.0\n")?;
    terraform.variable("chart", &workspace::root().join("examples/charts/ipsy-app").to_string_lossy());
    Ok(terraform)
}

/// Checks the plan, and gives what of it moto can make.
fn first_plan(terraform: &Terraform) -> Result<Vec<String>> {
    let plan = terraform.plan()?;
    ensure!(plan.actions(APP) == ["create"] && plan.actions(RELEASE) == ["create"], "{}", plan.text);
    ensure!(plan.knows(APP, "values"), "the app's values are not known:\n{}", plan.text);
    for name in ["values", "postrender"] {
        ensure!(plan.knows(RELEASE, name), "the release's {name} are not known:\n{}", plan.text);
    }
    let changes = plan.document["resource_changes"].as_array();
    let applied = changes.into_iter().flatten().filter(|change| {
        change["mode"] == "managed" && NOT_APPLIED.iter().all(|kind| change["type"] != **kind)
    });
    Ok(applied
        .filter_map(|change| change["address"].as_str())
        .map(|address| format!("-target={address}"))
        .collect())
}
