//! The canary from EC2 instances to pods, as `examples/canary` has it: one apply for each step.

use anyhow::Result;

use super::backend::Backend;
use super::load::Load;
use super::stage::Stage;
use super::step::{Step, Weights};
use crate::aws_bench::AwsBench;
use crate::programs::Programs;
use crate::terraform::Terraform;
use crate::tools::Tools;
use crate::workspace;

/// Weights of the EC2 instances and of the cluster, step by step.
pub const STEPS: [Weights; 4] = [
    &[("ec2", 100), (BACKEND, 0)],
    &[("ec2", 90), (BACKEND, 10)],
    &[("ec2", 50), (BACKEND, 50)],
    &[("ec2", 0), (BACKEND, 100)],
];
/// The cluster.
pub const BACKEND: &str = "blue";
/// The address of its pod.
pub const POD: &str = "10.0.0.10";

/// A stage with the example before its first apply. Until the app has a rule, the listener's default rule sends all
/// requests to the EC2 instances.
pub fn stage(tools: &Tools, programs: &Programs) -> Result<Stage> {
    let aws = AwsBench::start(tools)?;
    let example = workspace::root().join("examples/canary");
    let mut terraform = Terraform::copy_of(&example, tools, programs)?.against(&aws);
    terraform.variable("listener_arn", &aws.platform.listener_arn);
    terraform.variable("ec2_target_group_arn", &aws.platform.legacy_target_group_arn);
    for (name, value) in [("bake", "2s"), ("interval", "1s"), ("timeout", "10s"), ("minimum_requests", "10")]
    {
        terraform.variable(name, value);
    }
    terraform.init()?;
    Stage::start(aws, terraform)
}

/// Sets the weights that the next apply makes.
pub fn set_weights(stage: &mut Stage, weights: Weights) {
    for (backend, weight) in weights {
        stage.terraform.variable(&format!("{backend}_weight"), &weight.to_string());
    }
}

/// Lets the next apply go all the way to the cluster, by the steps of `STEPS`.
pub fn set_walk(stage: &mut Stage, bake: &str) {
    set_weights(stage, STEPS[3]);
    stage.terraform.variable("steps", "[10, 50, 100]");
    stage.terraform.variable("bake", bake);
}

/// Makes one step.
pub fn step(stage: &mut Stage, load: &Load, weights: Weights, requests: u32) -> Result<Step> {
    set_weights(stage, weights);
    Step::apply(stage, load, weights, requests)
}

/// Makes the first step, and installs the app in the cluster: the returned server stands for its pod.
pub fn begin(stage: &mut Stage, load: &Load, requests: u32) -> Result<(Step, Backend)> {
    let first = step(stage, load, STEPS[0], requests)?;
    let blue = stage.deploy(BACKEND, POD)?;
    Ok((first, blue))
}
