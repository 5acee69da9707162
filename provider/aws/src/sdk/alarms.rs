//! `CloudWatch` alarms on the SDK.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_cloudwatch::error::BuildError;
use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmFluentBuilder;
use aws_sdk_cloudwatch::types::{
    AlarmType, ComparisonOperator, Dimension, MetricAlarm, StateValue, Statistic, Tag,
};

use super::channel::Channel;
use super::tags::{from_pairs, to_list};
use crate::{Alarm, AlarmSettings, AlarmState, Alarms, Error, ErrorKind, Service, Tags};

/// AWS describes at most a hundred alarms by name in a call.
const NAMES_PER_CALL: usize = 100;

pub(super) struct SdkAlarms {
    pub(super) channel: Channel<aws_sdk_cloudwatch::Client>,
}

#[async_trait]
impl Alarms for SdkAlarms {
    async fn states(&self, names: &[String]) -> Result<BTreeMap<String, AlarmState>, Error> {
        let mut all = BTreeMap::new();
        for piece in names.chunks(NAMES_PER_CALL) {
            let request = self
                .channel
                .client
                .describe_alarms()
                .set_alarm_names(Some(piece.to_vec()))
                // Without the types AWS answers with the alarms on metrics only.
                .alarm_types(AlarmType::MetricAlarm)
                .alarm_types(AlarmType::CompositeAlarm)
                .max_records(100);
            let object = piece.join(",");
            let answer = self.channel.call("DescribeAlarms", &object, || request.clone().send()).await?;
            let metric = answer.metric_alarms.into_iter().flatten();
            let composite = answer.composite_alarms.into_iter().flatten();
            let found = metric
                .map(|alarm| (alarm.alarm_name, alarm.state_value, alarm.state_reason))
                .chain(composite.map(|alarm| (alarm.alarm_name, alarm.state_value, alarm.state_reason)));
            all.extend(found.filter_map(|(name, state, reason)| {
                Some((name?, state_from_sdk(state.as_ref(), reason.unwrap_or_default())))
            }));
        }
        Ok(all)
    }

    async fn by_names(&self, names: &[String]) -> Result<Vec<Alarm>, Error> {
        let mut all = Vec::new();
        for piece in names.chunks(NAMES_PER_CALL) {
            let request = self
                .channel
                .client
                .describe_alarms()
                .set_alarm_names(Some(piece.to_vec()))
                .alarm_types(AlarmType::MetricAlarm)
                .max_records(100);
            let object = piece.join(",");
            let answer = self.channel.call("DescribeAlarms", &object, || request.clone().send()).await?;
            all.extend(answer.metric_alarms().iter().map(alarm_from_sdk));
        }
        Ok(all)
    }

    async fn create(&self, settings: &AlarmSettings, tags: &Tags) -> Result<(), Error> {
        let tags = tags_to_sdk("PutMetricAlarm", &settings.name, tags)?;
        self.put(settings, self.request(settings).set_tags(tags)).await
    }

    async fn replace(&self, settings: &AlarmSettings) -> Result<(), Error> {
        self.put(settings, self.request(settings)).await
    }

    async fn tags(&self, arn: &str) -> Result<Tags, Error> {
        let request = self.channel.client.list_tags_for_resource().resource_arn(arn);
        match self.channel.call("ListTagsForResource", arn, || request.clone().send()).await {
            Ok(answer) => Ok(from_pairs(
                answer
                    .tags()
                    .iter()
                    .map(|tag| (tag.key().unwrap_or_default(), tag.value().unwrap_or_default())),
            )),
            Err(error) if error.is_not_found() => Ok(Tags::new()),
            Err(error) => Err(error),
        }
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        let operation = "TagResource";
        let request =
            self.channel.client.tag_resource().resource_arn(arn).set_tags(tags_to_sdk(operation, arn, tags)?);
        self.channel.call(operation, arn, || request.clone().send()).await.map(drop)
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        let request =
            self.channel.client.untag_resource().resource_arn(arn).set_tag_keys(Some(keys.to_vec()));
        self.channel.call("UntagResource", arn, || request.clone().send()).await.map(drop)
    }

    async fn delete(&self, name: &str) -> Result<(), Error> {
        let request = self.channel.client.delete_alarms().alarm_names(name);
        match self.channel.call("DeleteAlarms", name, || request.clone().send()).await {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(()),
        }
    }
}

impl SdkAlarms {
    fn request(&self, settings: &AlarmSettings) -> PutMetricAlarmFluentBuilder {
        let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        let dimensions = settings
            .dimensions
            .iter()
            .map(|(name, value)| Dimension::builder().name(name).value(value).build())
            .collect();
        let actions: Vec<String> = settings.actions.iter().cloned().collect();
        let request = self
            .channel
            .client
            .put_metric_alarm()
            .alarm_name(&settings.name)
            .alarm_description(&settings.description)
            .namespace(&settings.namespace)
            .metric_name(&settings.metric)
            .set_dimensions(Some(dimensions))
            .period(number(settings.period_seconds))
            .evaluation_periods(number(settings.evaluation_periods))
            .datapoints_to_alarm(number(settings.datapoints_to_alarm))
            .threshold(settings.threshold)
            .comparison_operator(ComparisonOperator::from(settings.comparison.as_str()))
            .treat_missing_data(&settings.missing_data)
            .set_alarm_actions(Some(actions.clone()))
            .set_ok_actions(Some(actions));
        if is_percentile(&settings.statistic) {
            request.extended_statistic(&settings.statistic)
        } else {
            request.statistic(Statistic::from(settings.statistic.as_str()))
        }
    }

    async fn put(&self, settings: &AlarmSettings, request: PutMetricAlarmFluentBuilder) -> Result<(), Error> {
        let name = &settings.name;
        self.channel.call("PutMetricAlarm", name, || request.clone().send()).await.map(drop)
    }
}

/// AWS takes percentiles, and what is like them, in a field of their own.
fn is_percentile(statistic: &str) -> bool {
    statistic.starts_with(|first: char| first.is_ascii_lowercase())
}

fn tags_to_sdk(operation: &'static str, object: &str, tags: &Tags) -> Result<Option<Vec<Tag>>, Error> {
    to_list(tags, |key, value| Ok(Tag::builder().key(key).value(value).build())).map_err(
        |error: BuildError| {
            Error::new(ErrorKind::Invalid, Service::CloudWatch, operation, object, error.to_string())
        },
    )
}

fn alarm_from_sdk(found: &MetricAlarm) -> Alarm {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let number = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok()).unwrap_or(0);
    let evaluation_periods = number(found.evaluation_periods());
    let dimensions =
        found.dimensions().iter().map(|dimension| (text(dimension.name()), text(dimension.value())));
    // What only one of both actions has shows as a difference.
    let actions = found.alarm_actions().iter().chain(found.ok_actions()).cloned().collect();
    Alarm {
        arn: text(found.alarm_arn()),
        settings: AlarmSettings {
            name: text(found.alarm_name()),
            description: text(found.alarm_description()),
            namespace: text(found.namespace()),
            metric: text(found.metric_name()),
            dimensions: dimensions.collect(),
            // An alarm has one of both; where an emulator shows two, this is the one that was set.
            statistic: found
                .extended_statistic()
                .or_else(|| found.statistic().map(Statistic::as_str))
                .unwrap_or_default()
                .to_owned(),
            period_seconds: number(found.period()),
            evaluation_periods,
            // AWS leaves it out where all of them must be beyond the threshold.
            datapoints_to_alarm: match number(found.datapoints_to_alarm()) {
                0 => evaluation_periods,
                some => some,
            },
            threshold: found.threshold().unwrap_or_default(),
            comparison: found.comparison_operator().map_or("", ComparisonOperator::as_str).to_owned(),
            missing_data: found.treat_missing_data().unwrap_or("missing").to_owned(),
            actions,
        },
    }
}

/// A state that this crate does not know counts as unknown, never as good.
fn state_from_sdk(found: Option<&StateValue>, reason: String) -> AlarmState {
    match found {
        Some(StateValue::Ok) => AlarmState::Ok { reason },
        Some(StateValue::Alarm) => AlarmState::Alarm { reason },
        _ => AlarmState::InsufficientData { reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(found: Option<&str>, expected: fn(String) -> AlarmState) {
        let state = found.map(StateValue::from);
        assert_eq!(state_from_sdk(state.as_ref(), "why".to_owned()), expected("why".to_owned()));
    }

    #[test]
    fn only_the_state_ok_is_good() {
        check(Some("OK"), |reason| AlarmState::Ok { reason });
        check(Some("ALARM"), |reason| AlarmState::Alarm { reason });
        check(Some("INSUFFICIENT_DATA"), |reason| AlarmState::InsufficientData { reason });
        check(Some("SOMETHING_NEW"), |reason| AlarmState::InsufficientData { reason });
        check(None, |reason| AlarmState::InsufficientData { reason });
    }
}
