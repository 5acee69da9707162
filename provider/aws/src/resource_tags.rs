//! Tags of objects of many services at once, as AWS gathers them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;

use crate::{Error, Tags};

/// The tagging service, which has the tags of (nearly) all services' objects by ARN. It learns of a change some
/// seconds late, so use it to detect that nothing has changed, never for a decision.
#[async_trait]
pub trait ResourceTags: Send + Sync {
    /// Tags by ARN, a hundred ARNs in a call. What has no tags, or is not known yet, is left out.
    async fn by_arns(&self, arns: &[String]) -> Result<BTreeMap<String, Tags>, Error>;

    /// Every object that carries all of these tags. IAM roles are not among them. Many apps share a list, which can have
    /// thousands of objects.
    async fn with_tags(&self, tags: &Tags) -> Result<Arc<TaggedObjects>, Error>;
}

/// Objects and their tags, by ARN. Much the same keys and values stand at all objects, so each text is held once: as maps
/// of texts, the tags of a thousand apps take three times as much memory.
#[derive(Debug, Default)]
pub struct TaggedObjects {
    by_arn: BTreeMap<Box<str>, Box<[(Arc<str>, Arc<str>)]>>,
    texts: BTreeSet<Arc<str>>,
}

impl TaggedObjects {
    /// The tags of one object, `None` if it is not here.
    pub fn tags(&self, arn: &str) -> Option<Tags> {
        self.by_arn.get(arn).map(|tags| owned(tags))
    }

    /// All objects by ARN, with their tags.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Tags)> {
        self.by_arn.iter().map(|(arn, tags)| (arn.as_ref(), owned(tags)))
    }

    /// The objects that carry a tag, by ARN, with all their tags.
    pub fn with_tag(&self, key: &str, value: &str) -> impl Iterator<Item = (&str, Tags)> {
        let carries =
            move |tags: &[(Arc<str>, Arc<str>)]| tags.iter().any(|(k, v)| **k == *key && **v == *value);
        let found = self.by_arn.iter().filter(move |(_, tags)| carries(tags));
        found.map(|(arn, tags)| (arn.as_ref(), owned(tags)))
    }

    /// A text that is held once.
    fn shared(&mut self, text: String) -> Arc<str> {
        if let Some(shared) = self.texts.get(text.as_str()) {
            return shared.clone();
        }
        let shared: Arc<str> = text.into();
        self.texts.insert(shared.clone());
        shared
    }
}

impl Extend<(String, Tags)> for TaggedObjects {
    fn extend<Objects: IntoIterator<Item = (String, Tags)>>(&mut self, objects: Objects) {
        for (arn, tags) in objects {
            let tags = tags.into_iter().map(|(key, value)| (self.shared(key), self.shared(value))).collect();
            self.by_arn.insert(arn.into(), tags);
        }
    }
}

impl FromIterator<(String, Tags)> for TaggedObjects {
    fn from_iter<Objects: IntoIterator<Item = (String, Tags)>>(objects: Objects) -> Self {
        let mut all = Self::default();
        all.extend(objects);
        all
    }
}

fn owned(tags: &[(Arc<str>, Arc<str>)]) -> Tags {
    tags.iter().map(|(key, value)| (key.as_ref().to_owned(), value.as_ref().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(app: &str) -> Tags {
        [("app", app), ("team", "payments")].map(|(key, value)| (key.to_owned(), value.to_owned())).into()
    }

    #[test]
    fn objects_keep_their_tags() {
        let all: TaggedObjects = ["a", "b", "c"]
            .map(|arn| (arn.to_owned(), tags(if arn == "b" { "shop" } else { "checkout" })))
            .into_iter()
            .collect();
        assert_eq!(all.tags("b"), Some(tags("shop")));
        assert_eq!(all.tags("d"), None);
        assert_eq!(all.iter().map(|(arn, _)| arn).collect::<Vec<_>>(), ["a", "b", "c"]);
        let found: Vec<_> = all.with_tag("app", "checkout").collect();
        assert_eq!(found, [("a", tags("checkout")), ("c", tags("checkout"))]);
        assert_eq!(all.with_tag("team", "checkout").count(), 0);
    }

    #[test]
    fn the_same_text_is_held_once() {
        let all: TaggedObjects =
            ["a", "b"].map(|arn| (arn.to_owned(), tags("checkout"))).into_iter().collect();
        let texts = |arn: &str| all.by_arn[arn].iter().map(|(key, value)| (key.as_ptr(), value.as_ptr()));
        assert!(texts("a").eq(texts("b")));
    }
}
