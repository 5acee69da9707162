//! Metrics of the AWS in memory.

use std::collections::BTreeMap;
use std::time::SystemTime;

use async_trait::async_trait;

use super::world::World;
use crate::{Error, Metrics, Service, TrafficMinutes};

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

    async fn traffic_since(
        &self,
        load_balancer: &str,
        target_group_arns: &[String],
        _start: SystemTime,
    ) -> Result<BTreeMap<String, TrafficMinutes>, Error> {
        self.call(Service::CloudWatch, "GetMetricData", load_balancer, |state| {
            let minutes = |arn: &String| state.traffic.get(arn).cloned().unwrap_or_default();
            Ok(target_group_arns.iter().map(|arn| (arn.clone(), minutes(arn))).collect())
        })
    }

    async fn mean_since(&self, expression: &str, _start: SystemTime) -> Result<Option<f64>, Error> {
        self.call(Service::CloudWatch, "GetMetricData", expression, |_| Ok(None))
    }
}
