//! Metrics of the AWS in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::world::World;
use crate::{Error, Metrics, Service};

#[async_trait]
impl Metrics for World {
    async fn request_counts(
        &self,
        load_balancer: &str,
        target_group_arns: &[String],
        minutes: u32,
    ) -> Result<BTreeMap<String, f64>, Error> {
        self.call(Service::CloudWatch, "GetMetricData", load_balancer, |state| {
            let counts = target_group_arns.iter().filter_map(|arn| {
                let per_minute = state.requests_per_minute.get(arn)?;
                Some((arn.clone(), per_minute * f64::from(minutes)))
            });
            Ok(counts.collect())
        })
    }
}
