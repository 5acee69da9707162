//! `CloudWatch` alarms on the SDK.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_cloudwatch::types::{AlarmType, StateValue};

use super::channel::Channel;
use crate::{AlarmState, Alarms, Error};

/// AWS describes at most a hundred alarms by name in a call.
const NAMES_PER_CALL: usize = 100;

pub(super) struct SdkAlarms {
    pub(super) client: aws_sdk_cloudwatch::Client,
    pub(super) channel: Channel,
}

#[async_trait]
impl Alarms for SdkAlarms {
    async fn states(&self, names: &[String]) -> Result<BTreeMap<String, AlarmState>, Error> {
        let mut all = BTreeMap::new();
        for piece in names.chunks(NAMES_PER_CALL) {
            let request = self
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
    fn only_a_state_that_says_so_is_good() {
        check(Some("OK"), |reason| AlarmState::Ok { reason });
        check(Some("ALARM"), |reason| AlarmState::Alarm { reason });
        check(Some("INSUFFICIENT_DATA"), |reason| AlarmState::InsufficientData { reason });
        check(Some("SOMETHING_NEW"), |reason| AlarmState::InsufficientData { reason });
        check(None, |reason| AlarmState::InsufficientData { reason });
    }
}
