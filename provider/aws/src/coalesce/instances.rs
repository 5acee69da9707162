//! EC2 instances and Auto Scaling groups: those who ask for the list at the same time share it.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use super::batcher::Batcher;
use super::kept::Answers;
use crate::{AutoScalingGroup, Error, Fleet, Instances};

#[derive(Clone)]
pub(super) struct Coalesced {
    inner: Arc<dyn Instances>,
    together: Batcher<(), Vec<AutoScalingGroup>>,
    groups: Answers<(), Vec<AutoScalingGroup>>,
}

impl Coalesced {
    pub(super) fn new(inner: Arc<dyn Instances>) -> Self {
        let together = Batcher::of(1, &inner, |instances, _| async move {
            Ok(BTreeMap::from([((), instances.auto_scaling_groups().await?)]))
        });
        Self { inner, together, groups: Answers::exact() }
    }

    /// The same from a list that is kept for some seconds.
    pub(super) fn refreshing(&self) -> Self {
        Self { groups: Answers::kept(), ..self.clone() }
    }
}

#[async_trait]
impl Instances for Coalesced {
    async fn auto_scaling_group(&self, name: &str) -> Result<Option<AutoScalingGroup>, Error> {
        self.inner.auto_scaling_group(name).await
    }

    async fn auto_scaling_groups(&self) -> Result<Vec<AutoScalingGroup>, Error> {
        let together = async { Ok(self.together.get_one(()).await?.unwrap_or_default()) };
        self.groups.read((), together).await
    }

    async fn fleet(&self, instance_ids: &[String]) -> Result<Fleet, Error> {
        self.inner.fleet(instance_ids).await
    }

    async fn role_of_profile(&self, profile: &str) -> Result<Option<String>, Error> {
        self.inner.role_of_profile(profile).await
    }
}
