//! Whose an AWS object is. Everything that ipsy makes carries tags that say so; what carries none, or those of
//! another app, is never touched.

use std::collections::BTreeSet;

use ipsy_aws::Tags;
use serde_json::{Value, json};

use crate::app::names::Identity;

const MANAGED: &str = "ipsy:managed";
const APP: &str = "ipsy:app";
const ENVIRONMENT: &str = "ipsy:environment";
const COMPONENT: &str = "ipsy:component";

/// Tags of an app's objects: those of ownership, the provider's defaults, the app's own; and which tags others
/// may set without being undone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TagPolicy {
    pub(crate) default_tags: Tags,
    pub(crate) ignored_keys: BTreeSet<String>,
    pub(crate) ignored_prefixes: BTreeSet<String>,
}

/// The tags of one app's objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ownership {
    identity: Identity,
    policy: TagPolicy,
    app_tags: Tags,
}

impl Ownership {
    /// `app_tags` win over the policy's defaults; nothing wins over ownership.
    pub(crate) fn new(identity: Identity, policy: TagPolicy, app_tags: Tags) -> Self {
        Self { identity, policy, app_tags }
    }

    /// The app.
    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// All tags of the app's `component`.
    pub(crate) fn tags(&self, component: &str) -> Tags {
        let mut tags = self.policy.default_tags.clone();
        tags.extend(self.app_tags.clone());
        tags.retain(|key, _| !self.ignores(key));
        for (key, value) in [
            (MANAGED, "true"),
            (APP, &self.identity.app),
            (ENVIRONMENT, &self.identity.environment),
            (COMPONENT, component),
        ] {
            tags.insert(key.to_owned(), value.to_owned());
        }
        tags
    }

    /// The tags that count when what is there is compared with what is wanted.
    pub(crate) fn observed(&self, tags: &Tags) -> Value {
        let counted: Tags = tags
            .iter()
            .filter(|(key, _)| !self.ignores(key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        json!(counted)
    }

    /// Whether an object with these tags belongs to this app.
    pub(crate) fn owns(&self, tags: &Tags) -> bool {
        let is = |key: &str, value: &str| tags.get(key).is_some_and(|found| found == value);
        is(MANAGED, "true") && is(APP, &self.identity.app) && is(ENVIRONMENT, &self.identity.environment)
    }

    /// What has to change on an object with tags `found` so that it carries those of `component`: tags to set,
    /// keys to remove.
    pub(crate) fn difference(&self, component: &str, found: &Tags) -> (Tags, Vec<String>) {
        let wanted = self.tags(component);
        let removed =
            found.keys().filter(|key| !wanted.contains_key(*key) && !self.ignores(key)).cloned().collect();
        let set = wanted.into_iter().filter(|(key, value)| found.get(key) != Some(value)).collect();
        (set, removed)
    }

    fn ignores(&self, key: &str) -> bool {
        let own = [MANAGED, APP, ENVIRONMENT, COMPONENT].contains(&key);
        let ignored = self.policy.ignored_keys.contains(key)
            || self.policy.ignored_prefixes.iter().any(|prefix| key.starts_with(prefix.as_str()));
        ignored && !own
    }
}

/// How a message describes the tags of an object that is not ours.
pub(crate) fn describe(tags: &Tags) -> String {
    match (tags.get(APP), tags.get(ENVIRONMENT)) {
        (Some(app), Some(environment)) => format!("it belongs to the ipsy app `{environment}/{app}`"),
        _ if tags.is_empty() => "it carries no tags".to_owned(),
        _ => {
            let list: Vec<String> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
            format!("it carries the tags {}", list.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ownership() -> Ownership {
        let policy = TagPolicy {
            default_tags: Tags::from([("owner".into(), "platform".into()), ("kept".into(), "1".into())]),
            ignored_keys: BTreeSet::from(["kept".into()]),
            ignored_prefixes: BTreeSet::from(["scanner:".into()]),
        };
        let identity = Identity { app: "checkout".into(), environment: "prod".into() };
        Ownership::new(identity, policy, Tags::from([("owner".into(), "payments".into())]))
    }

    #[test]
    fn the_app_wins_over_defaults_and_ignored_tags_are_never_written() {
        let tags = ownership().tags("role");
        assert_eq!(tags["owner"], "payments");
        assert_eq!(tags["ipsy:component"], "role");
        assert!(!tags.contains_key("kept"));
    }

    #[test]
    fn what_others_may_set_is_left_alone() {
        let mut found = ownership().tags("role");
        found.insert("scanner:last".into(), "monday".into());
        found.insert("stray".into(), "1".into());
        found.insert("owner".into(), "nobody".into());
        let (set, removed) = ownership().difference("role", &found);
        assert_eq!(set, Tags::from([("owner".into(), "payments".into())]));
        assert_eq!(removed, ["stray"]);
    }

    #[test]
    fn another_environment_is_another_owner() {
        let mut tags = ownership().tags("role");
        assert!(ownership().owns(&tags));
        tags.insert("ipsy:environment".into(), "dev".into());
        assert!(!ownership().owns(&tags));
        assert!(describe(&tags).contains("dev/checkout"));
    }
}
