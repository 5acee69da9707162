//! One apply under load, and what clients got.

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use super::answers::Answers;
use super::load::Load;
use super::stage::Stage;

/// Weights by backend, in the order in which tables show them.
pub type Weights = &'static [(&'static str, u16)];

/// Weights as AWS is asked for them.
pub fn by_backend(weights: Weights) -> BTreeMap<String, u16> {
    weights.iter().map(|(backend, weight)| ((*backend).to_owned(), *weight)).collect()
}

/// Most by which a measured share may differ from its weight.
pub const MAX_DIFFERENCE: f64 = 2.0;

/// What clients got in a step.
#[derive(Debug)]
pub struct Step {
    /// The weights that the apply made.
    pub weights: Weights,
    /// Answers from the start of the apply to the end of the step.
    pub all: Answers,
    /// Answers after the apply.
    pub settled: Answers,
}

impl Step {
    /// Applies a configuration that has these weights, and watches a number of requests after it.
    pub fn apply(stage: &Stage, load: &Load, weights: Weights, requests: u32) -> Result<Self> {
        let start = Instant::now();
        stage.terraform.apply()?;
        let settled = load.measure(requests)?;
        Ok(Self { weights, all: load.answers().since(start), settled })
    }

    /// Fails if a request failed, or if the shares are not the weights.
    pub fn check(&self) -> Result<()> {
        self.all.ensure_none_failed().with_context(|| format!("step {:?}", self.weights))?;
        for (backend, weight) in self.weights {
            let share = self.settled.share(backend);
            ensure!(
                (share - f64::from(*weight)).abs() <= MAX_DIFFERENCE,
                "{:?}: backend `{backend}` got {share:.1} % of the requests",
                self.weights
            );
        }
        Ok(())
    }
}
