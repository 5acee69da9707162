//! `CloudWatch` alarms: those that guard a rollout are asked for their state, and some are made for it.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use crate::{Error, Tags};

/// Alarms, addressed by name: a name is unique in account and region, whatever the kind of alarm.
#[async_trait]
pub trait Alarms: Send + Sync {
    /// The state of each of these alarms, by name, a hundred in a call, be they on metrics or on other
    /// alarms. A missing one is left out.
    async fn states(&self, names: &[String]) -> Result<BTreeMap<String, AlarmState>, Error>;

    /// The alarms on one metric of these names that exist; a missing one is left out.
    async fn by_names(&self, names: &[String]) -> Result<Vec<Alarm>, Error>;

    /// Makes an alarm with tags.
    ///
    /// AWS replaces an alarm of the same name, even of another owner: look with [`Alarms::by_names`] first.
    async fn create(&self, settings: &AlarmSettings, tags: &Tags) -> Result<(), Error>;

    /// Replaces all settings of an alarm; its tags stay.
    async fn replace(&self, settings: &AlarmSettings) -> Result<(), Error>;

    /// Tags of an alarm. Empty if it is not there.
    async fn tags(&self, arn: &str) -> Result<Tags, Error>;

    /// Adds or overwrites tags.
    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error>;

    /// Removes tags by key; a missing key is not an error.
    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error>;

    /// Deletes an alarm. Succeeds if it does not exist.
    async fn delete(&self, name: &str) -> Result<(), Error>;
}

/// An alarm as AWS has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarm {
    /// The ARN.
    pub arn: String,
    /// Everything else.
    pub settings: AlarmSettings,
}

/// What an alarm on one metric watches, and what it does.
#[derive(Clone, Debug, PartialEq)]
pub struct AlarmSettings {
    /// The name.
    pub name: String,
    /// What it is good for, for people.
    pub description: String,
    /// Such as `AWS/ApplicationELB`.
    pub namespace: String,
    /// Such as `HTTPCode_Target_5XX_Count`.
    pub metric: String,
    /// Dimensions that distinguish the metric from others of its name.
    pub dimensions: BTreeMap<String, String>,
    /// `Sum`, `Average`, `Maximum`, `Minimum`, `SampleCount`, or a percentile such as `p95`.
    pub statistic: String,
    /// Seconds of one data point.
    pub period_seconds: u32,
    /// Data points that are looked at.
    pub evaluation_periods: u32,
    /// How many of them must be beyond the threshold.
    pub datapoints_to_alarm: u32,
    /// The threshold.
    pub threshold: f64,
    /// Such as `GreaterThanThreshold`.
    pub comparison: String,
    /// `notBreaching`, `breaching`, `ignore` or `missing`.
    pub missing_data: String,
    /// ARNs to notify when the alarm starts and ends, such as SNS topics.
    pub actions: BTreeSet<String>,
}

/// The state of an alarm, with AWS's reason for people: `Threshold Crossed: 1 datapoint …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlarmState {
    /// What it watches is as it should be.
    Ok {
        /// Why AWS thinks so.
        reason: String,
    },
    /// The alarm is in state ALARM.
    Alarm {
        /// Why AWS thinks so.
        reason: String,
    },
    /// There is not enough data to tell, as for an alarm that was made just now.
    InsufficientData {
        /// Why AWS thinks so.
        reason: String,
    },
}
