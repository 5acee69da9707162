//! Metrics of `CloudWatch`: how many requests target groups get.

use std::collections::BTreeMap;

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
}
