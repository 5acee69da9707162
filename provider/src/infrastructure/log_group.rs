//! The app's log group in `CloudWatch`.

use async_trait::async_trait;
use ipsy_aws::{Aws, Error, NewLogGroup, Tags};
use serde_json::{Value, json};

use super::ownership::Ownership;
use super::{Component, ComponentKey, Facts, Kind, Observed, Stage, differs};
use crate::app::deletion::Deletion;
use crate::app::logs::Logs;

/// Key and ownership component of a log group.
pub(crate) const KEY: ComponentKey = ComponentKey::only(Kind::LogGroup);

/// The log group of an app.
pub(crate) struct LogGroup {
    pub(crate) aws: Aws,
    pub(crate) ownership: Ownership,
    pub(crate) logs: Logs,
}

impl LogGroup {
    fn name(&self) -> String {
        self.logs.group_name.clone()
    }

    fn retention(&self) -> Option<u32> {
        u32::try_from(self.logs.retention_days).ok().filter(|days| *days > 0)
    }
}

#[async_trait]
impl Component for LogGroup {
    fn key(&self) -> ComponentKey {
        KEY
    }

    fn identity(&self) -> String {
        self.name()
    }

    fn title(&self) -> String {
        format!("log group `{}`", self.name())
    }

    fn stage(&self) -> Stage {
        Stage::Foundation
    }

    fn ownership(&self) -> &Ownership {
        &self.ownership
    }

    fn desired(&self) -> Value {
        json!({
            "kms_key_arn": self.logs.kms_key_arn,
            "name": self.name(),
            "retention_days": self.retention(),
            "tags": self.ownership.shown(),
        })
    }

    async fn observe(&self, _known_arn: Option<&str>) -> Result<Option<Observed>, Error> {
        let Some(group) = self.aws.log_groups.get(&self.name()).await? else { return Ok(None) };
        let tags = self.aws.log_groups.tags(&group.arn).await?;
        let properties = json!({
            "kms_key_arn": group.kms_key,
            "name": group.name,
            "retention_days": group.retention_days,
            "tags": self.ownership.observed(&tags),
        });
        Ok(Some(Observed { arn: group.arn, properties, tags, value: None }))
    }

    async fn create(&self, _facts: &Facts) -> Result<Observed, Error> {
        let tags = self.ownership.tags(&KEY);
        let group =
            NewLogGroup { name: self.name(), kms_key: self.logs.kms_key_arn.clone(), tags: tags.clone() };
        self.aws.log_groups.create(&group).await?;
        self.aws.log_groups.set_retention(&self.name(), self.retention()).await?;
        Ok(Observed { arn: String::new(), properties: self.desired(), tags, value: None })
    }

    async fn change(&self, observed: &Observed, _facts: &Facts) -> Result<(), Error> {
        let desired = self.desired();
        if differs(&observed.properties, &desired, "retention_days") {
            self.aws.log_groups.set_retention(&self.name(), self.retention()).await?;
        }
        if differs(&observed.properties, &desired, "kms_key_arn") {
            self.aws.log_groups.set_kms_key(&self.name(), self.logs.kms_key_arn.as_deref()).await?;
        }
        Ok(())
    }

    async fn tag(&self, observed: &Observed, tags: &Tags) -> Result<(), Error> {
        self.aws.log_groups.tag(&observed.arn, tags).await
    }

    async fn untag(&self, observed: &Observed, keys: &[String]) -> Result<(), Error> {
        self.aws.log_groups.untag(&observed.arn, keys).await
    }

    async fn delete(&self, _observed: &Observed, _deletion: &Deletion) -> Result<(), Error> {
        self.aws.log_groups.delete(&self.name()).await
    }
}
