//! Metrics of `CloudWatch`: how many requests target groups get, and how they are answered.

use std::collections::BTreeMap;
use std::time::SystemTime;

use async_trait::async_trait;

use crate::Error;

/// Metrics that AWS collects.
#[async_trait]
pub trait Metrics: Send + Sync {
    /// Number of requests that each of these target groups got in the last `minutes`, by ARN. A group without data, as one
    /// that gets no requests, is left out. `load_balancer` is named as in metrics: `app/NAME/ID`.
    async fn request_counts(
        &self,
        load_balancer: &str,
        target_group_arns: &[String],
        minutes: u32,
    ) -> Result<BTreeMap<String, f64>, Error>;

    /// What `CloudWatch` has of each of these target groups since `start`, by ARN. A minute that began before `start` is
    /// left out, because it counts what was before; so is one without requests. `load_balancer` is named as in
    /// metrics: `app/NAME/ID`.
    async fn traffic_since(
        &self,
        load_balancer: &str,
        target_group_arns: &[String],
        start: SystemTime,
    ) -> Result<BTreeMap<String, TrafficMinutes>, Error>;

    /// The mean of the data points that an expression of `CloudWatch` has since `start`; `None` if it has none. The
    /// expression is one of `GetMetricData`: `SELECT AVG(QueueAge) FROM Shop`.
    async fn mean_since(&self, expression: &str, start: SystemTime) -> Result<Option<f64>, Error>;
}

/// What a target group answered in one minute.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TrafficMinute {
    /// Number of requests.
    pub requests: f64,
    /// Answers with 400 to 499.
    pub client_errors: f64,
    /// Answers with 500 and more, and requests that reached no target.
    pub server_errors: f64,
    /// Seconds within which 95 of 100 requests were answered.
    pub response_seconds: f64,
}

/// By the time at which a minute begins, in seconds since 1970.
pub type TrafficMinutes = BTreeMap<i64, TrafficMinute>;
