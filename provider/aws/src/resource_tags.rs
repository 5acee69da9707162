//! Tags of objects of many services at once, as AWS gathers them.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use indexmap::IndexSet;

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
/// of texts, the tags of a thousand apps take several times as much memory.
#[derive(Debug, Default)]
pub struct TaggedObjects {
    by_arn: BTreeMap<Box<str>, Box<[Tag]>>,
    texts: IndexSet<Box<str>>,
}

/// Key and value, by their places among the texts.
type Tag = (u32, u32);

impl TaggedObjects {
    /// The tags of one object, `None` if it is not here.
    pub fn tags(&self, arn: &str) -> Option<Tags> {
        self.by_arn.get(arn).map(|tags| self.owned(tags))
    }

    /// All objects by ARN, with their tags.
    pub fn all(&self) -> impl Iterator<Item = (&str, Tags)> {
        self.by_arn.iter().map(|(arn, tags)| (arn.as_ref(), self.owned(tags)))
    }

    /// The objects that carry a tag, by ARN, with all their tags.
    pub fn with_tag(&self, key: &str, value: &str) -> impl Iterator<Item = (&str, Tags)> {
        let wanted = self.place(key).zip(self.place(value));
        let found = self.by_arn.iter().filter(move |(_, tags)| wanted.is_some_and(|tag| tags.contains(&tag)));
        found.map(|(arn, tags)| (arn.as_ref(), self.owned(tags)))
    }

    fn place(&self, text: &str) -> Option<u32> {
        u32::try_from(self.texts.get_index_of(text)?).ok()
    }

    fn owned(&self, tags: &[Tag]) -> Tags {
        let text = |place: u32| self.texts.get_index(place as usize).map(|text| text.as_ref().to_owned());
        tags.iter().filter_map(|&(key, value)| text(key).zip(text(value))).collect()
    }

    /// The place of a text, which is added if it is new.
    fn added(&mut self, text: String) -> u32 {
        let (place, _) = self.texts.insert_full(text.into());
        u32::try_from(place).expect("an account has fewer than four billion tags")
    }
}

impl Extend<(String, Tags)> for TaggedObjects {
    fn extend<Objects: IntoIterator<Item = (String, Tags)>>(&mut self, objects: Objects) {
        for (arn, tags) in objects {
            let tags = tags.into_iter().map(|(key, value)| (self.added(key), self.added(value))).collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(app: &str) -> Tags {
        [("app", app), ("team", "payments")].map(|(key, value)| (key.to_owned(), value.to_owned())).into()
    }

    #[test]
    fn objects_keep_their_tags() {
        let objects: TaggedObjects = ["a", "b", "c"]
            .map(|arn| (arn.to_owned(), tags(if arn == "b" { "shop" } else { "checkout" })))
            .into_iter()
            .collect();
        assert_eq!(objects.tags("b"), Some(tags("shop")));
        assert_eq!(objects.tags("d"), None);
        assert_eq!(objects.all().map(|(arn, _)| arn).collect::<Vec<_>>(), ["a", "b", "c"]);
        let found: Vec<_> = objects.with_tag("app", "checkout").collect();
        assert_eq!(found, [("a", tags("checkout")), ("c", tags("checkout"))]);
        assert_eq!(objects.with_tag("team", "checkout").count(), 0);
    }

    #[test]
    fn the_same_text_is_held_once() {
        let objects: TaggedObjects =
            ["a", "b"].map(|arn| (arn.to_owned(), tags("checkout"))).into_iter().collect();
        assert_eq!(objects.texts.len(), 4);
    }
}
