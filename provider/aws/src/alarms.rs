//! `CloudWatch` alarms, read only: whether something that guards a rollout has gone off.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::Error;

/// Alarms, addressed by name: a name is unique in account and region, whatever the kind of alarm.
#[async_trait]
pub trait Alarms: Send + Sync {
    /// The state of each of these alarms, by name, a hundred in a call, be they on metrics or on other
    /// alarms. A missing one is left out.
    async fn states(&self, names: &[String]) -> Result<BTreeMap<String, AlarmState>, Error>;
}

/// The state of an alarm, with AWS's reason for people: `Threshold Crossed: 1 datapoint …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlarmState {
    /// What it watches is as it should be.
    Ok {
        /// Why AWS thinks so.
        reason: String,
    },
    /// It has gone off.
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
