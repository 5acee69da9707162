//! Metrics on the SDK.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};

use super::channel::Channel;
use crate::metrics::TrafficMinute;
use crate::{Error, Metrics, TrafficMinutes};

/// AWS answers at most 500 queries in a call.
const QUERIES_PER_CALL: usize = 500;

/// Load balancers write a data point each minute.
const PERIOD_SECONDS: i32 = 60;

pub(super) struct SdkMetrics {
    pub(super) channel: Channel<aws_sdk_cloudwatch::Client>,
}

/// A metric of a target group, with its statistic.
#[derive(Clone, Copy)]
struct Series(&'static str, &'static str);

const REQUESTS: Series = Series("RequestCount", "Sum");
const CLIENT_ERRORS: Series = Series("HTTPCode_Target_4XX_Count", "Sum");
const SERVER_ERRORS: Series = Series("HTTPCode_Target_5XX_Count", "Sum");
const CONNECTION_ERRORS: Series = Series("TargetConnectionErrorCount", "Sum");
const RESPONSE_SECONDS: Series = Series("TargetResponseTime", "p95");

/// Data points by the second at which they begin.
type Points = BTreeMap<i64, f64>;

impl SdkMetrics {
    /// The data points of each query since `start`, in the order of `queries`.
    async fn data(
        &self,
        subject: &str,
        queries: Vec<MetricDataQuery>,
        start: SystemTime,
    ) -> Result<Vec<Points>, Error> {
        let mut all = vec![Points::new(); queries.len()];
        for (piece, queries) in queries.chunks(QUERIES_PER_CALL).enumerate() {
            let mut next_token = None;
            loop {
                let request = self
                    .channel
                    .client
                    .get_metric_data()
                    .set_metric_data_queries(Some(queries.to_vec()))
                    .start_time(start.into())
                    .end_time(SystemTime::now().into())
                    .set_next_token(next_token);
                let answer = self.channel.call("GetMetricData", subject, || request.clone().send()).await?;
                for result in answer.metric_data_results() {
                    let index = result.id().and_then(|id| id.strip_prefix(ID)?.parse::<usize>().ok());
                    let points = index.and_then(|index| all.get_mut(piece * QUERIES_PER_CALL + index));
                    let Some(points) = points else { continue };
                    let times =
                        result.timestamps().iter().map(aws_sdk_cloudwatch::primitives::DateTime::secs);
                    points.extend(times.zip(result.values().iter().copied()));
                }
                next_token = answer.next_token().map(ToOwned::to_owned);
                if next_token.is_none() {
                    break;
                }
            }
        }
        Ok(all)
    }
}

#[async_trait]
impl Metrics for SdkMetrics {
    async fn request_counts(
        &self,
        load_balancer: &str,
        target_group_arns: &[String],
        minutes: u32,
    ) -> Result<BTreeMap<String, f64>, Error> {
        let start = SystemTime::now() - Duration::from_secs(u64::from(minutes) * 60);
        let queries = target_group_arns.iter().enumerate();
        let queries = queries.map(|(index, arn)| query(index, load_balancer, arn, REQUESTS)).collect();
        let counts = self.data(load_balancer, queries, start).await?;
        let counted = target_group_arns.iter().zip(counts).filter(|(_, points)| !points.is_empty());
        Ok(counted.map(|(arn, points)| (arn.clone(), points.values().sum())).collect())
    }

    async fn traffic_since(
        &self,
        load_balancer: &str,
        target_group_arns: &[String],
        start: SystemTime,
    ) -> Result<BTreeMap<String, TrafficMinutes>, Error> {
        let kinds = [REQUESTS, CLIENT_ERRORS, SERVER_ERRORS, CONNECTION_ERRORS, RESPONSE_SECONDS];
        let pairs = target_group_arns.iter().flat_map(|arn| kinds.map(|series| (arn, series)));
        let queries = pairs.enumerate();
        let queries =
            queries.map(|(index, (arn, series))| query(index, load_balancer, arn, series)).collect();
        let data = self.data(load_balancer, queries, start).await?;
        let groups = target_group_arns.iter().zip(data.chunks(kinds.len()));
        Ok(groups.map(|(arn, points)| (arn.clone(), minutes(points, start))).collect())
    }

    async fn mean_since(&self, expression: &str, start: SystemTime) -> Result<Option<f64>, Error> {
        let query = MetricDataQuery::builder()
            .id(format!("{ID}0"))
            .expression(expression)
            .period(PERIOD_SECONDS)
            .build();
        let data = self.data(expression, vec![query], start).await?;
        let points: Vec<f64> = data.into_iter().flat_map(Points::into_values).collect();
        #[expect(clippy::cast_precision_loss, reason = "a small number of data points")]
        let number = points.len() as f64;
        Ok((!points.is_empty()).then(|| points.iter().sum::<f64>() / number))
    }
}

/// Minutes with requests, from the data points of one group.
fn minutes(points: &[Points], start: SystemTime) -> TrafficMinutes {
    let [requests, client_errors, server_errors, connection_errors, response_seconds] = points else {
        return TrafficMinutes::new();
    };
    let start = start.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let start = i64::try_from(start).unwrap_or(i64::MAX);
    let at = |points: &Points, time: &i64| points.get(time).copied().unwrap_or_default();
    // A request that reaches no target is counted as an error and not as a request of the group.
    let times = requests.keys().chain(connection_errors.keys()).filter(|time| **time >= start);
    times
        .map(|time| {
            let lost = at(connection_errors, time);
            let minute = TrafficMinute {
                requests: at(requests, time) + lost,
                client_errors: at(client_errors, time),
                server_errors: at(server_errors, time) + lost,
                response_seconds: at(response_seconds, time),
            };
            (*time, minute)
        })
        .collect()
}

/// Ids of queries must start with a lower-case letter.
const ID: &str = "query";

fn query(index: usize, load_balancer: &str, target_group_arn: &str, series: Series) -> MetricDataQuery {
    let group = target_group_arn.rsplit_once(':').map_or("", |(_, name)| name);
    let dimension = |name: &str, value: &str| Dimension::builder().name(name).value(value).build();
    let Series(metric, statistic) = series;
    let metric = Metric::builder()
        .namespace("AWS/ApplicationELB")
        .metric_name(metric)
        .dimensions(dimension("LoadBalancer", load_balancer))
        .dimensions(dimension("TargetGroup", group))
        .build();
    let stat = MetricStat::builder().metric(metric).period(PERIOD_SECONDS).stat(statistic).build();
    MetricDataQuery::builder().id(format!("{ID}{index}")).metric_stat(stat).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_that_began_before_the_step_is_left_out() {
        let points = |value: f64| Points::from([(0, value), (60, value), (120, value)]);
        let data = [points(100.0), points(1.0), points(2.0), Points::from([(60, 5.0)]), points(0.25)];
        let minutes = minutes(&data, UNIX_EPOCH + Duration::from_secs(30));
        assert_eq!(minutes.keys().copied().collect::<Vec<_>>(), [60, 120]);
        let first =
            TrafficMinute { requests: 105.0, client_errors: 1.0, server_errors: 7.0, response_seconds: 0.25 };
        assert_eq!(minutes[&60], first);
    }
}
