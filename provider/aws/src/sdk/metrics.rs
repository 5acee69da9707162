//! Metrics on the SDK.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};

use super::channel::Channel;
use crate::{Error, Metrics};

/// AWS answers at most 500 queries in a call.
const QUERIES_PER_CALL: usize = 500;

/// Load balancers write a data point each minute.
const PERIOD_SECONDS: i32 = 60;

pub(super) struct SdkMetrics {
    pub(super) client: aws_sdk_cloudwatch::Client,
    pub(super) channel: Channel,
}

#[async_trait]
impl Metrics for SdkMetrics {
    async fn request_counts(
        &self,
        load_balancer: &str,
        target_group_arns: &[String],
        minutes: u32,
    ) -> Result<BTreeMap<String, f64>, Error> {
        let now = SystemTime::now();
        let start = now - Duration::from_secs(u64::from(minutes) * 60);
        let mut all: BTreeMap<String, f64> = BTreeMap::new();
        for piece in target_group_arns.chunks(QUERIES_PER_CALL) {
            let queries = piece.iter().enumerate().map(|(index, arn)| query(index, load_balancer, arn));
            let request = self
                .client
                .get_metric_data()
                .set_metric_data_queries(Some(queries.collect()))
                .start_time(start.into())
                .end_time(now.into());
            let answer = self.channel.call("GetMetricData", load_balancer, || request.clone().send()).await?;
            for result in answer.metric_data_results() {
                let index = result.id().and_then(|id| id.strip_prefix(ID)?.parse::<usize>().ok());
                let Some(arn) = index.and_then(|index| piece.get(index)) else { continue };
                if !result.values().is_empty() {
                    *all.entry(arn.clone()).or_default() += result.values().iter().sum::<f64>();
                }
            }
        }
        Ok(all)
    }
}

/// Ids of queries must start with a lower-case letter.
const ID: &str = "group";

fn query(index: usize, load_balancer: &str, target_group_arn: &str) -> MetricDataQuery {
    let group = target_group_arn.rsplit_once(':').map_or("", |(_, name)| name);
    let dimension = |name: &str, value: &str| Dimension::builder().name(name).value(value).build();
    let metric = Metric::builder()
        .namespace("AWS/ApplicationELB")
        .metric_name("RequestCount")
        .dimensions(dimension("LoadBalancer", load_balancer))
        .dimensions(dimension("TargetGroup", group))
        .build();
    let stat = MetricStat::builder().metric(metric).period(PERIOD_SECONDS).stat("Sum").build();
    MetricDataQuery::builder().id(format!("{ID}{index}")).metric_stat(stat).build()
}
