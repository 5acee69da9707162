//! Whose an AWS object is. Everything that ipsy makes carries tags that say so; what carries none, or those of
//! another app, is never touched.

use std::collections::BTreeSet;

use ipsy_aws::{TaggedObjects, Tags, one_line};
use serde_json::{Value, json};

use super::ComponentKey;
use crate::app::names::Identity;

const MANAGED: &str = "ipsy:managed";
const APP: &str = "ipsy:app";
const ENVIRONMENT: &str = "ipsy:environment";
/// Key of the tag that holds the component of the app.
pub(crate) const COMPONENT: &str = "ipsy:component";
/// Key of the tag that names the resource instance that holds the object.
const OWNER: &str = "ipsy:owner";
/// Key of the tag that names the location of that resource's state.
const ORIGIN: &str = "ipsy:origin";
/// Key of the tag of what was left on purpose, by `retain`.
const RETAINED: &str = "ipsy:retained";
/// Key of the tag with the time when a destroy of the app began: it is on the object that is deleted last.
const DELETING: &str = "ipsy:deleting";
/// All keys that mark ownership.
pub(crate) const MARKS: [&str; 8] = [MANAGED, APP, ENVIRONMENT, COMPONENT, OWNER, ORIGIN, RETAINED, DELETING];

/// Tags of an app's objects: those of ownership, the provider's defaults, the app's own; and which tags others
/// may set without being undone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TagPolicy {
    pub(crate) default_tags: Tags,
    pub(crate) ignored_keys: BTreeSet<String>,
    pub(crate) ignored_prefixes: BTreeSet<String>,
}

/// The resource instance of Terraform that holds an app.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Holder {
    /// Its random id; empty where none is known.
    pub(crate) id: String,
    /// Where its state is.
    pub(crate) origin: String,
    /// Whether the app takes its objects from any earlier holder: it was imported.
    pub(crate) takes_over: bool,
}

/// The tags of one app's objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ownership {
    identity: Identity,
    policy: TagPolicy,
    app_tags: Tags,
    holder: Holder,
}

impl Ownership {
    /// `app_tags` win over the policy's defaults; nothing wins over ownership.
    pub(crate) fn new(identity: Identity, policy: TagPolicy, app_tags: Tags, holder: Holder) -> Self {
        Self { identity, policy, app_tags, holder }
    }

    /// The app.
    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// All tags of the app's `component`.
    pub(crate) fn tags(&self, component: &ComponentKey) -> Tags {
        let mut tags = self.policy.default_tags.clone();
        tags.extend(self.app_tags.clone());
        tags.retain(|key, _| !self.ignores(key));
        for (key, value) in [
            (MANAGED, "true"),
            (APP, &self.identity.app),
            (ENVIRONMENT, &self.identity.environment),
            (COMPONENT, &component.to_string()),
            (OWNER, &self.holder.id),
            (ORIGIN, &self.holder.origin),
        ] {
            if !value.is_empty() {
                tags.insert(key.to_owned(), value.to_owned());
            }
        }
        tags
    }

    /// The tags as properties show them: configured tags only. Ownership is not a property of the app.
    pub(crate) fn shown(&self) -> Value {
        let mut tags = self.policy.default_tags.clone();
        tags.extend(self.app_tags.clone());
        tags.retain(|key, _| !self.ignores(key));
        json!(tags)
    }

    /// The tags that count when what is there is compared with what is wanted. Marks of ownership count only where
    /// they are wrong: what was imported carries none until its next change, which is not a difference. That of a destroy
    /// which was interrupted is wrong, and so is the owner id of a takeover which was.
    pub(crate) fn observed(&self, tags: &Tags) -> Value {
        let marked_well = self.marks(tags) && tags.contains_key(COMPONENT);
        let is_wrong = |key: &str| key == DELETING || key == OWNER && self.is_lost(tags);
        let counted: Tags = tags
            .iter()
            .filter(|(key, _)| !(self.ignores(key) || marked_well && is_mark(key) && !is_wrong(key)))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        json!(counted)
    }

    /// Whether this holder holds an object with these tags.
    pub(crate) fn owns(&self, tags: &Tags) -> bool {
        self.marks(tags) && (self.holder.takes_over || self.has_made(tags))
    }

    /// Whether this very holder has written these tags.
    pub(crate) fn has_made(&self, tags: &Tags) -> bool {
        self.marks(tags) && owner_id(tags).is_some_and(|id| id == self.holder.id)
    }

    /// The objects of a list whose tags this very holder has written.
    pub(crate) fn made<'a>(&'a self, all: &'a TaggedObjects) -> impl Iterator<Item = (&'a str, Tags)> {
        all.with_tag(OWNER, &self.holder.id).filter(|(_, tags)| self.has_made(tags))
    }

    /// Whether another resource instance holds an object with these tags, as an object of this app.
    pub(crate) fn is_lost(&self, tags: &Tags) -> bool {
        self.marks(tags) && owner_id(tags).is_some() && !self.owns(tags)
    }

    /// Whether an object with these tags is what an earlier run from the same state, or `retain`, has left: no other state
    /// can know of it.
    pub(crate) fn is_leftover(&self, tags: &Tags) -> bool {
        let same_origin = tags.get(ORIGIN).is_some_and(|origin| *origin == self.holder.origin);
        self.marks(tags) && (same_origin && owner_id(tags).is_some() || tags.contains_key(RETAINED))
    }

    /// Whether an object with these tags was left on purpose.
    pub(crate) fn is_retained(&self, tags: &Tags) -> bool {
        self.marks(tags) && tags.contains_key(RETAINED)
    }

    /// Whether another resource has begun to delete the app whose object has these tags.
    pub(crate) fn is_deleted_by_another(&self, tags: &Tags) -> bool {
        is_deleting(tags) && !self.has_made(tags)
    }

    /// The id of the holder, empty where none is known.
    pub(crate) fn holder_id(&self) -> &str {
        &self.holder.id
    }

    /// The tag that the objects of this very holder carry.
    pub(crate) fn own_mark(&self) -> Tags {
        Tags::from([(OWNER.to_owned(), self.holder.id.clone())])
    }

    /// Whether an object with these tags belongs to this app, under any holder.
    pub(crate) fn marks(&self, tags: &Tags) -> bool {
        let is = |key: &str, value: &str| tags.get(key).is_some_and(|found| found == value);
        is(MANAGED, "true") && is(APP, &self.identity.app) && is(ENVIRONMENT, &self.identity.environment)
    }

    /// What has to change on an object with tags `found` so that it carries those of `component`: tags to set,
    /// keys to remove.
    pub(crate) fn difference(&self, component: &ComponentKey, found: &Tags) -> (Tags, Vec<String>) {
        let mut wanted = self.tags(component);
        if let Some(origin) = found.get(ORIGIN).filter(|_| self.has_made(found)) {
            // Machines that share a state need not agree on where it is.
            wanted.insert(ORIGIN.to_owned(), origin.clone());
        }
        if self.holder.id.is_empty() {
            let owner = [OWNER, ORIGIN].into_iter().filter_map(|key| found.get_key_value(key));
            wanted.extend(owner.map(|(key, value)| (key.clone(), value.clone())));
        }
        let removed =
            found.keys().filter(|key| !wanted.contains_key(*key) && !self.ignores(key)).cloned().collect();
        let set = wanted.into_iter().filter(|(key, value)| found.get(key) != Some(value)).collect();
        (set, removed)
    }

    fn ignores(&self, key: &str) -> bool {
        self.policy.ignores(key)
    }
}

impl TagPolicy {
    /// Whether others may set the tag `key` without being undone. Ownership tags are never ignored.
    pub(crate) fn ignores(&self, key: &str) -> bool {
        let ignored = self.ignored_keys.contains(key)
            || self.ignored_prefixes.iter().any(|prefix| key.starts_with(prefix.as_str()));
        ignored && !is_mark(key)
    }
}

/// Whether `key` is one of the tags that mark ownership.
pub(crate) fn is_mark(key: &str) -> bool {
    MARKS.contains(&key)
}

/// The app that an object with these tags belongs to.
pub(crate) fn owner_of(tags: &Tags) -> Option<Identity> {
    Some(Identity { app: tags.get(APP)?.clone(), environment: tags.get(ENVIRONMENT)?.clone() })
}

/// The tag that every object of ipsy carries.
pub(crate) fn every_object() -> Tags {
    Tags::from([(MANAGED.to_owned(), "true".to_owned())])
}

/// Whether an object with these tags was left on purpose when its app was destroyed.
pub(crate) fn is_left_on_purpose(tags: &Tags) -> bool {
    tags.contains_key(RETAINED)
}

/// The owner id among tags.
pub(crate) fn owner_id(tags: &Tags) -> Option<&str> {
    tags.get(OWNER).map(String::as_str)
}

/// The tags of what stays on purpose.
pub(crate) fn retained() -> Tags {
    Tags::from([(RETAINED.to_owned(), "true".to_owned())])
}

/// The tags of an app whose destroy begins at `time`.
pub(crate) fn deleting(time: String) -> Tags {
    Tags::from([(DELETING.to_owned(), time)])
}

/// Whether a destroy of the app whose object has these tags has begun.
pub(crate) fn is_deleting(tags: &Tags) -> bool {
    tags.contains_key(DELETING)
}

/// How a message describes the tags of an object that is not ours.
pub(crate) fn describe(tags: &Tags) -> String {
    let text = match (tags.get(APP), tags.get(ENVIRONMENT)) {
        (Some(app), Some(environment)) => {
            let holder = match (owner_id(tags), tags.get(ORIGIN)) {
                (Some(id), Some(origin)) => {
                    format!(", which a resource with the owner id `{id}` holds, made from `{origin}`")
                }
                (Some(id), None) => format!(", which a resource with the owner id `{id}` holds"),
                _ => String::new(),
            };
            let end = tags.get(DELETING).map(|time| format!("; its destroy has begun at {time}"));
            format!("it belongs to the ipsy app `{environment}/{app}`{holder}{}", end.unwrap_or_default())
        }
        _ if tags.is_empty() => "it carries no tags".to_owned(),
        _ => {
            let list: Vec<String> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
            format!("it carries the tags {}", list.join(", "))
        }
    };
    // Anyone who may write tags writes them.
    one_line(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infrastructure::role;

    fn ownership() -> Ownership {
        let policy = TagPolicy {
            default_tags: Tags::from([("owner".into(), "platform".into()), ("kept".into(), "1".into())]),
            ignored_keys: BTreeSet::from(["kept".into()]),
            ignored_prefixes: BTreeSet::from(["scanner:".into()]),
        };
        let identity = Identity { app: "checkout".into(), environment: "prod".into() };
        let holder = Holder { id: "a1".into(), origin: "here".into(), takes_over: false };
        Ownership::new(identity, policy, Tags::from([("owner".into(), "payments".into())]), holder)
    }

    #[test]
    fn the_app_wins_over_defaults_and_ignored_tags_are_never_written() {
        let tags = ownership().tags(&role::KEY);
        assert_eq!(tags["owner"], "payments");
        assert_eq!(tags["ipsy:component"], "role");
        assert!(!tags.contains_key("kept"));
    }

    #[test]
    fn what_others_may_set_is_left_alone() {
        let mut found = ownership().tags(&role::KEY);
        found.insert("scanner:last".into(), "monday".into());
        found.insert("stray".into(), "1".into());
        found.insert("owner".into(), "another-team".into());
        let (set, removed) = ownership().difference(&role::KEY, &found);
        assert_eq!(set, Tags::from([("owner".into(), "payments".into())]));
        assert_eq!(removed, ["stray"]);
    }

    #[test]
    fn what_was_imported_differs_only_by_wrong_marks() {
        let ownership = ownership();
        let mut found =
            Tags::from([("owner".into(), "payments".into()), ("scanner:last".into(), "1".into())]);
        assert_eq!(ownership.observed(&found), ownership.shown());
        found.insert("ipsy:app".into(), "checkout".into());
        assert_ne!(ownership.observed(&found), ownership.shown(), "half marked");
        assert_eq!(ownership.observed(&ownership.tags(&role::KEY)), ownership.shown());
    }

    #[test]
    fn only_the_holder_owns_and_only_its_own_state_finds_leftovers() {
        let ours = ownership();
        let mut tags = ours.tags(&role::KEY);
        assert!(ours.owns(&tags) && !ours.is_lost(&tags) && ours.is_leftover(&tags));
        tags.insert("ipsy:owner".into(), "b2".into());
        assert!(!ours.owns(&tags) && ours.is_lost(&tags) && ours.is_leftover(&tags));
        tags.insert("ipsy:origin".into(), "there".into());
        assert!(!ours.is_leftover(&tags));
        assert!(describe(&tags).contains("`b2`") && describe(&tags).contains("`there`"));
        tags.extend(retained());
        assert!(ours.is_leftover(&tags), "kept on purpose");
        tags.insert("ipsy:app".into(), "search".into());
        assert!(!ours.is_leftover(&tags) && !ours.is_lost(&tags));
    }

    #[test]
    fn who_takes_over_owns_what_others_held_and_marks_it_as_its_own() {
        let theirs = ownership().tags(&role::KEY);
        let mut ours = ownership();
        ours.holder = Holder { id: "c3".into(), origin: "there".into(), takes_over: true };
        assert!(ours.owns(&theirs) && !ours.is_lost(&theirs));
        let (set, removed) = ours.difference(&role::KEY, &theirs);
        let expected =
            [("ipsy:origin", "there"), ("ipsy:owner", "c3")].map(|(key, value)| (key.into(), value.into()));
        assert_eq!((set, removed), (Tags::from(expected), Vec::new()));
    }

    #[test]
    fn another_environment_is_another_owner() {
        let mut tags = ownership().tags(&role::KEY);
        assert!(ownership().owns(&tags));
        tags.insert("ipsy:environment".into(), "dev".into());
        assert!(!ownership().owns(&tags));
        assert!(describe(&tags).contains("dev/checkout"));
    }
}
