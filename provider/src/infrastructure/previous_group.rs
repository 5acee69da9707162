//! The target group that a backend had before it got another one. It serves until the new one does: it stays
//! unchanged in the rule until then, and is then deleted.

use std::collections::BTreeSet;

use async_trait::async_trait;
use ipsy_aws::{Aws, Error, ErrorKind, Service, Tags};
use serde_json::{Value, json};

use super::obstacle::{Obstacle, foreign_rules};
use super::ownership::{Ownership, is_mark};
use super::target_group;
use super::{Component, ComponentKey, Facts, Observed, Stage};
use crate::app::deletion::Deletion;
use crate::app::traffic::{Previous, previous_name};

/// The property with the cluster of its pods, where that is not the backend's.
pub(crate) const CLUSTER: &str = "cluster";

/// The group before, of one backend.
pub(crate) struct PreviousGroup {
    pub(crate) aws: Aws,
    pub(crate) ownership: Ownership,
    pub(crate) backend: String,
    pub(crate) previous: Previous,
}

/// The key under which the group that `backend` had before is known.
pub(crate) fn key(backend: &str) -> ComponentKey {
    target_group::key(&previous_name(backend))
}

#[async_trait]
impl Component for PreviousGroup {
    fn key(&self) -> ComponentKey {
        key(&self.backend)
    }

    fn identity(&self) -> String {
        self.previous.target_group_name.clone()
    }

    fn title(&self) -> String {
        format!("target group `{}`", self.previous.target_group_name)
    }

    fn stage(&self) -> Stage {
        Stage::Foundation
    }

    fn ownership(&self) -> &Ownership {
        &self.ownership
    }

    fn desired(&self) -> Value {
        self.previous.properties.clone()
    }

    async fn observe(&self, _known_arn: Option<&str>) -> Result<Option<Observed>, Error> {
        let name = &self.previous.target_group_name;
        let mut found = target_group::look(&self.aws, &self.ownership, name).await?;
        // AWS does not know it, and the state has to.
        if let (Some(found), Some(cluster)) = (&mut found, &self.previous.cluster) {
            found.properties[CLUSTER] = json!(cluster);
        }
        Ok(found)
    }

    async fn create(&self, _facts: &Facts) -> Result<Observed, Error> {
        let message = "it was to serve until its successor does, and was deleted meanwhile; plan again";
        let name = &self.previous.target_group_name;
        Err(Error::new(ErrorKind::NotFound, Service::Elb, "DescribeTargetGroups", name, message))
    }

    async fn change(&self, _observed: &Observed, _facts: &Facts) -> Result<(), Error> {
        Ok(())
    }

    /// Writes the marks of ownership only: without them the app would not know later that the group is its own.
    async fn tag(&self, observed: &Observed, tags: &Tags) -> Result<(), Error> {
        let marks: Tags = tags
            .iter()
            .filter(|(key, _)| is_mark(key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        if marks.is_empty() { Ok(()) } else { self.aws.target_groups.tag(&observed.arn, &marks).await }
    }

    async fn untag(&self, _observed: &Observed, _keys: &[String]) -> Result<(), Error> {
        Ok(())
    }

    async fn obstacle(
        &self,
        _observed: &Observed,
        own: &BTreeSet<String>,
        _deletion: &Deletion,
    ) -> Result<Option<Obstacle>, Error> {
        foreign_rules(&self.aws, &self.previous.target_group_name, own).await
    }

    async fn delete(&self, observed: &Observed, _deletion: &Deletion) -> Result<(), Error> {
        self.aws.target_groups.delete(&observed.arn).await
    }
}
