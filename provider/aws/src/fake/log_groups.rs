//! Log groups of the AWS in memory.

use async_trait::async_trait;

use super::refusal::Refusal;
use super::world::{State, World, arn};
use crate::{Error, LogGroup, LogGroups, NewLogGroup, Service, Tags};

fn find<'a>(state: &'a mut State, name: &str) -> Result<&'a mut LogGroup, Refusal> {
    let missing = || Refusal::not_found("ResourceNotFoundException", "the specified log group");
    state.log_groups.get_mut(name).ok_or_else(missing)
}

#[async_trait]
impl LogGroups for World {
    async fn create(&self, new: &NewLogGroup) -> Result<(), Error> {
        self.call(Service::Logs, "CreateLogGroup", &new.name, |state| {
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
        self.call(Service::Logs, "DescribeLogGroups", &names.join(","), |state| {
            Ok(names.iter().filter_map(|name| state.log_groups.get(name)).cloned().collect())
        })
    }

    async fn set_retention(&self, name: &str, days: Option<u32>) -> Result<(), Error> {
        let operation = if days.is_some() { "PutRetentionPolicy" } else { "DeleteRetentionPolicy" };
        self.call(Service::Logs, operation, name, |state| {
            find(state, name)?.retention_days = days;
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
        self.read_tags(Service::Logs, "ListTagsForResource", arn)
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        self.add_tags(Service::Logs, "TagResource", arn, tags)
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        self.remove_tags(Service::Logs, "UntagResource", arn, keys)
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
