//! The tagging service in memory. It learns of changes at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use super::world::World;
use crate::{Error, ResourceTags, Service, TaggedObjects, Tags};

#[async_trait]
impl ResourceTags for World {
    async fn by_arns(&self, arns: &[String]) -> Result<BTreeMap<String, Tags>, Error> {
        self.call(Service::Tagging, "GetResources", &arns.join(","), |state| {
            Ok(state
                .tags
                .iter()
                .filter(|(arn, tags)| arns.contains(arn) && !tags.is_empty())
                .map(|(arn, tags)| (arn.clone(), tags.clone()))
                .collect())
        })
    }

    async fn with_tags(&self, tags: &Tags) -> Result<Arc<TaggedObjects>, Error> {
        let object: Vec<String> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
        self.call(Service::Tagging, "GetResources", &object.join(","), |state| {
            let carries = |found: &Tags| tags.iter().all(|(key, value)| found.get(key) == Some(value));
            let found = state.tags.iter().filter(|(_, found)| carries(found));
            Ok(Arc::new(found.map(|(arn, found)| (arn.clone(), found.clone())).collect()))
        })
    }
}
