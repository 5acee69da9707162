//! Log groups of the AWS in memory.

use async_trait::async_trait;

use super::refusal::{Refusal, check_tags, is_name};
use super::world::{State, World, arn};
use crate::{Error, LogGroup, LogGroups, NewLogGroup, Service, Tags};

const INVALID: &str = "InvalidParameterException";

fn find<'a>(state: &'a mut State, name: &str) -> Result<&'a mut LogGroup, Refusal> {
    state.log_groups.get_mut(name).ok_or_else(missing)
}

fn missing() -> Refusal {
    Refusal::not_found("ResourceNotFoundException", "the specified log group")
}

fn tags_of<'a>(state: &'a mut State, arn: &str) -> Result<&'a mut Tags, Refusal> {
    if !state.log_groups.values().any(|group| group.arn == arn) {
        return Err(missing());
    }
    Ok(state.tags.entry(arn.to_owned()).or_default())
}

#[async_trait]
impl LogGroups for World {
    async fn create(&self, new: &NewLogGroup) -> Result<(), Error> {
        self.call(Service::Logs, "CreateLogGroup", &new.name, |state| {
            if !is_name(&new.name, 1, 512, "_-/.#") {
                return Err(Refusal::invalid(
                    INVALID,
                    format!("'{}' is not a valid log group name", new.name),
                ));
            }
            check_tags(INVALID, &new.tags)?;
            if state.log_groups.contains_key(&new.name) {
                return Err(Refusal::exists("ResourceAlreadyExistsException", "the specified log group"));
            }
            let group = LogGroup {
                name: new.name.clone(),
                arn: arn("logs", &format!("log-group:{}", new.name)),
                retention_days: None,
                kms_key: new.kms_key.clone(),
            };
            state.tags.insert(group.arn.clone(), new.tags.clone());
            state.log_groups.insert(new.name.clone(), group);
            Ok(())
        })
    }

    async fn describe(&self, prefix: &str) -> Result<Vec<LogGroup>, Error> {
        self.call(Service::Logs, "DescribeLogGroups", prefix, |state| {
            Ok(state.log_groups.values().filter(|group| group.name.starts_with(prefix)).cloned().collect())
        })
    }

    async fn by_names(&self, names: &[String]) -> Result<Vec<LogGroup>, Error> {
        let mut all = Vec::new();
        for piece in names.chunks(50) {
            all.extend(self.call(Service::Logs, "DescribeLogGroups", &piece.join(","), |state| {
                Ok(piece.iter().filter_map(|name| state.log_groups.get(name)).cloned().collect::<Vec<_>>())
            })?);
        }
        Ok(all)
    }

    async fn set_retention(&self, name: &str, days: Option<u32>) -> Result<(), Error> {
        let operation = if days.is_some() { "PutRetentionPolicy" } else { "DeleteRetentionPolicy" };
        self.call(Service::Logs, operation, name, |state| {
            let group = find(state, name)?;
            if let Some(days) = days.filter(|days| !LogGroup::RETENTION_DAYS.contains(days)) {
                return Err(Refusal::invalid(INVALID, format!("a retention of {days} days is not offered")));
            }
            group.retention_days = days;
            Ok(())
        })
    }

    async fn set_kms_key(&self, name: &str, key_arn: Option<&str>) -> Result<(), Error> {
        let operation = if key_arn.is_some() { "AssociateKmsKey" } else { "DisassociateKmsKey" };
        self.call(Service::Logs, operation, name, |state| {
            find(state, name)?.kms_key = key_arn.map(str::to_owned);
            Ok(())
        })
    }

    async fn tags(&self, arn: &str) -> Result<Tags, Error> {
        self.call(Service::Logs, "ListTagsForResource", arn, |state| tags_of(state, arn).cloned())
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        self.call(Service::Logs, "TagResource", arn, |state| {
            check_tags(INVALID, tags)?;
            tags_of(state, arn)?.extend(tags.clone());
            Ok(())
        })
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        self.call(Service::Logs, "UntagResource", arn, |state| {
            tags_of(state, arn)?.retain(|key, _| !keys.contains(key));
            Ok(())
        })
    }

    async fn delete(&self, name: &str) -> Result<(), Error> {
        self.call(Service::Logs, "DeleteLogGroup", name, |state| {
            if let Some(group) = state.log_groups.remove(name) {
                state.tags.remove(&group.arn);
            }
            Ok(())
        })
    }
}
