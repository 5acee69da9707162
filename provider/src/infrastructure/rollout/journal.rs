//! What happened in a change of weights, step by step.

use std::collections::BTreeMap;
use std::time::SystemTime;

use ipsy_aws::TrafficMinutes;
use serde::Serialize;

use super::guard::Guard;
use crate::app::rollout::{Shares, shown};
use crate::infrastructure::clock::now;

/// The steps that were made.
#[derive(Debug, Default, Serialize)]
pub(super) struct Journal {
    pub(super) steps: Vec<Step>,
    /// Why it ended before the last step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) failure: Option<String>,
}

/// One step, as it was when it ended.
#[derive(Debug, Serialize)]
pub(super) struct Step {
    /// Percent of the way.
    pub(super) percent: i64,
    /// When it ended, in RFC 3339.
    pub(super) ended: String,
    /// Seconds that it lasted.
    pub(super) seconds: u64,
    pub(super) backends: BTreeMap<String, Backend>,
}

/// A backend in one step. What could not be read is null.
#[derive(Debug, Serialize)]
pub(super) struct Backend {
    pub(super) weight: i64,
    pub(super) healthy_targets: Option<usize>,
    pub(super) registered_targets: Option<usize>,
    pub(super) requests: Option<f64>,
    pub(super) errors: Option<f64>,
    /// Within which 95 of 100 requests were answered.
    pub(super) response_seconds: Option<f64>,
}

impl Journal {
    /// Notes a step that has ended. What can't be read is left out: a report must not fail a step.
    pub(super) async fn step(
        &mut self,
        percent: i64,
        weights: &Shares,
        guard: &Guard<'_>,
        began: SystemTime,
    ) {
        let (counts, traffic) = tokio::join!(guard.counts(), guard.traffic(began));
        let (counts, traffic) = (counts.unwrap_or_default(), traffic.unwrap_or_default());
        let backends = weights.iter().map(|(name, weight)| {
            let minutes = traffic.get(name).filter(|minutes| !minutes.is_empty());
            let backend = Backend {
                weight: *weight,
                healthy_targets: counts.get(name).map(|(healthy, _)| *healthy),
                registered_targets: counts.get(name).map(|(_, registered)| *registered),
                requests: minutes.map(requests),
                errors: minutes.map(|minutes| {
                    minutes.values().map(|minute| minute.client_errors + minute.server_errors).sum()
                }),
                response_seconds: minutes.map(response_seconds),
            };
            (name.clone(), backend)
        });
        let seconds = SystemTime::now().duration_since(began).unwrap_or_default().as_secs();
        tracing::info!(percent, weights = shown(weights), seconds, "A step is good");
        self.steps.push(Step { percent, ended: now(), seconds, backends: backends.collect() });
    }

    /// Notes why it ended before the last step.
    pub(super) fn end(&mut self, problem: &str) {
        tracing::warn!("The change of weights has failed: {problem}");
        self.failure = Some(problem.to_owned());
    }
}

fn requests(minutes: &TrafficMinutes) -> f64 {
    minutes.values().map(|minute| minute.requests).sum()
}

fn response_seconds(minutes: &TrafficMinutes) -> f64 {
    let weighted: f64 = minutes.values().map(|minute| minute.response_seconds * minute.requests).sum();
    weighted / requests(minutes).max(1.0)
}
