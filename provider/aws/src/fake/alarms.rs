//! `CloudWatch` alarms of the AWS in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::world::World;
use crate::{AlarmState, Alarms, Error, Service};

impl World {
    pub(super) fn set_alarm(&self, name: &str, alarm: AlarmState) {
        self.with_state(|state| state.alarms.insert(name.to_owned(), alarm));
    }
}

#[async_trait]
impl Alarms for World {
    async fn states(&self, names: &[String]) -> Result<BTreeMap<String, AlarmState>, Error> {
        let mut all = BTreeMap::new();
        for piece in names.chunks(100) {
            all.extend(self.call(Service::CloudWatch, "DescribeAlarms", &piece.join(","), |state| {
                let found = piece.iter().filter_map(|name| state.alarms.get_key_value(name));
                Ok(found.map(|(name, alarm)| (name.clone(), alarm.clone())).collect::<Vec<_>>())
            })?);
        }
        Ok(all)
    }
}
