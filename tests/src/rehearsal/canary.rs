//! The canary from EC2 instances to pods: one apply for each step, with a load from the first to the last.

use std::time::Instant;

use anyhow::{Result, ensure};

use super::answers::Answers;
use super::backend::Backend;
use super::stage::Stage;

/// Weights of the EC2 instances and of the cluster, step by step.
pub const STEPS: [(u16, u16); 4] = [(100, 0), (90, 10), (50, 50), (0, 100)];
/// The cluster.
pub const BACKEND: &str = "blue";
/// The address of its pod.
pub const POD: &str = "10.0.0.10";
/// Most by which a measured share may differ from its weight.
pub const MAX_DIFFERENCE: f64 = 2.0;

/// What clients got in a step.
#[derive(Debug)]
pub struct Step {
    /// Weights of the EC2 instances and of the cluster.
    pub weights: (u16, u16),
    /// Answers from the end of the step before to the end of this one, the apply included.
    pub all: Answers,
    /// Answers after the apply.
    pub settled: Answers,
}

impl Step {
    /// Fails if a request failed, or if the shares are not the weights.
    pub fn check(&self) -> Result<()> {
        let (ec2, blue) = self.weights;
        let failed = self.all.failed();
        ensure!(failed.count() == 0, "{ec2}/{blue}: {} requests failed: {failed:?}", failed.count());
        for (backend, weight) in [("ec2", ec2), (BACKEND, blue)] {
            let share = self.settled.share(backend);
            ensure!(
                (share - f64::from(weight)).abs() <= MAX_DIFFERENCE,
                "{ec2}/{blue}: backend {backend} got {share:.1} % of the requests"
            );
        }
        Ok(())
    }
}

/// Makes one step, and watches a number of requests after it.
pub fn step(stage: &mut Stage, weights: (u16, u16), requests: u32) -> Result<Step> {
    let start = Instant::now();
    stage.set_weights(weights.0, weights.1);
    stage.terraform.apply()?;
    let settled = stage.load.measure(requests)?;
    Ok(Step { weights, all: stage.load.answers().since(start), settled })
}

/// Makes the first step, and installs the app in the cluster: the returned server stands for its pod.
pub fn begin(stage: &mut Stage, requests: u32) -> Result<(Step, Backend)> {
    let first = step(stage, STEPS[0], requests)?;
    let blue = stage.deploy(BACKEND, POD)?;
    Ok((first, blue))
}
