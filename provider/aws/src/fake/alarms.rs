//! `CloudWatch` alarms of the AWS in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::Fake;
use super::world::{World, arn};
use crate::{Alarm, AlarmSettings, AlarmState, Alarms, Error, Service, Tags};

impl Fake {
    /// Makes an alarm, or sets its state.
    pub fn set_alarm(&self, name: &str, alarm: AlarmState) {
        self.world.with_state(|state| state.alarms.insert(name.to_owned(), alarm));
    }
}

#[async_trait]
impl Alarms for World {
    async fn states(&self, names: &[String]) -> Result<BTreeMap<String, AlarmState>, Error> {
        self.call(Service::CloudWatch, "DescribeAlarms", &names.join(","), |state| {
            let found = names.iter().filter_map(|name| state.alarms.get_key_value(name));
            Ok(found.map(|(name, alarm)| (name.clone(), alarm.clone())).collect())
        })
    }

    async fn by_names(&self, names: &[String]) -> Result<Vec<Alarm>, Error> {
        self.call(Service::CloudWatch, "DescribeAlarms", &names.join(","), |state| {
            Ok(names.iter().filter_map(|name| state.metric_alarms.get(name)).cloned().collect())
        })
    }

    async fn create(&self, settings: &AlarmSettings, tags: &Tags) -> Result<(), Error> {
        self.call(Service::CloudWatch, "PutMetricAlarm", &settings.name, |state| {
            let alarm = alarm(settings);
            state.tags.insert(alarm.arn.clone(), tags.clone());
            let reason = "Unchecked: Initial alarm creation".to_owned();
            state.alarms.entry(settings.name.clone()).or_insert(AlarmState::InsufficientData { reason });
            state.metric_alarms.insert(settings.name.clone(), alarm);
            Ok(())
        })
    }

    async fn replace(&self, settings: &AlarmSettings) -> Result<(), Error> {
        self.call(Service::CloudWatch, "PutMetricAlarm", &settings.name, |state| {
            state.metric_alarms.insert(settings.name.clone(), alarm(settings));
            Ok(())
        })
    }

    async fn tags(&self, arn: &str) -> Result<Tags, Error> {
        self.read_tags(Service::CloudWatch, "ListTagsForResource", arn)
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        self.add_tags(Service::CloudWatch, "TagResource", arn, tags)
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        self.remove_tags(Service::CloudWatch, "UntagResource", arn, keys)
    }

    async fn delete(&self, name: &str) -> Result<(), Error> {
        self.call(Service::CloudWatch, "DeleteAlarms", name, |state| {
            if let Some(alarm) = state.metric_alarms.remove(name) {
                state.tags.remove(&alarm.arn);
            }
            state.alarms.remove(name);
            Ok(())
        })
    }
}

fn alarm(settings: &AlarmSettings) -> Alarm {
    Alarm { arn: arn("cloudwatch", &format!("alarm:{}", settings.name)), settings: settings.clone() }
}
