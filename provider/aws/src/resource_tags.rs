//! Tags of objects of many services at once, as AWS gathers them.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::{Error, Tags};

/// The tagging service, which has the tags of (nearly) all services' objects by ARN. It learns of a change some
/// seconds late, so use it to detect that nothing has changed, never for a decision.
#[async_trait]
pub trait ResourceTags: Send + Sync {
    /// Tags by ARN, a hundred ARNs in a call. What has no tags, or is not known yet, is left out.
    async fn by_arns(&self, arns: &[String]) -> Result<BTreeMap<String, Tags>, Error>;

    /// Tags by ARN of every object that carries all of these tags. IAM roles are not among them. Many apps share a list, which
    /// can have thousands of objects.
    async fn with_tags(&self, tags: &Tags) -> Result<Arc<BTreeMap<String, Tags>>, Error>;
}
