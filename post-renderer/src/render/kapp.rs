//! `--deployer kapp`: Helm hooks become change groups and rules, `ConfigMaps` versions if asked, and a kapp Config
//! keeps what an autoscaler chose. kapp itself runs no hooks.

use crate::autoscalers::Owners;
use crate::configuration::Kapp as Settings;
use crate::finding::{Finding, Severity};
use crate::manifest::{HOOK, objects};
use manifest_patch::Identity;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use yaml_edit::{Fault, NodeId, Tree};

const GROUP: &str = "kapp.k14s.io";
const CHANGE_GROUP: &str = "kapp.k14s.io/change-group";
const UPDATE_STRATEGY: &str = "kapp.k14s.io/update-strategy";
const CHANGE_RULE: &str = "kapp.k14s.io/change-rule.ipsy";
/// Name of the added Config, by which a second rendering knows it.
const NAME: &str = "ipsy-post-renderer";

/// What a stream has that kapp must be told of.
#[derive(Debug, Default)]
pub(super) struct Kapp {
    settings: Settings,
    before: BTreeSet<i64>,
    after: BTreeSet<i64>,
    has_config: bool,
    /// API groups and kinds of objects whose replicas an autoscaler owns.
    owned: BTreeSet<(String, String)>,
}

/// When a hook runs in Helm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Before,
    After,
    /// Only on delete, rollback or test: kapp has no such time.
    Never,
}

impl Kapp {
    /// Looks through the documents of a stream.
    pub(super) fn of<'s>(
        bodies: impl Iterator<Item = &'s str>,
        settings: &Settings,
        owners: &Owners,
    ) -> Self {
        let mut found = Self { settings: settings.clone(), ..Self::default() };
        found.owned = owners.kinds();
        for body in bodies {
            // What cannot be read is reported by the rendering itself.
            let Ok(tree) = yaml_edit::read(body, Tree::default()) else { continue };
            for id in objects(&tree).unwrap_or_default() {
                let identity = Identity::of(&tree, id);
                found.has_config |= is_config(&identity) && identity.name == NAME;
                match hook(&tree, id) {
                    Some((Phase::Before, weight)) => found.before.insert(weight),
                    Some((Phase::After, weight)) => found.after.insert(weight),
                    _ => false,
                };
            }
        }
        found
    }

    /// Writes the annotations of one object. Returns a remark where the object has no place in kapp and is removed.
    pub(super) fn apply(
        &self,
        tree: &mut Tree<'_>,
        id: NodeId,
        identity: &Identity,
    ) -> Result<Option<Finding>, Fault> {
        let mut wanted: Vec<(&str, String)> = Vec::new();
        match hook(tree, id).filter(|_| self.settings.hooks) {
            Some((Phase::Never, _)) => {
                let message = "the hook runs only on delete, rollback or test, which kapp does not have: it is left out";
                let finding = Finding::new("kapp-hook", Severity::Warning, message).object(identity.label());
                return Ok(Some(finding.help("run it by hand, or make it an object of its own")));
            }
            Some((Phase::Before, weight)) => {
                wanted.push((CHANGE_GROUP, group("pre", rank(&self.before, weight))));
                if let Some(below) = rank(&self.before, weight).checked_sub(1) {
                    wanted.push((CHANGE_RULE, format!("upsert after upserting {}", group("pre", below))));
                }
            }
            Some((Phase::After, weight)) => {
                let rank = rank(&self.after, weight);
                wanted.push((CHANGE_GROUP, group("post", rank)));
                let below =
                    rank.checked_sub(1).map_or("ipsy.dev/app".to_owned(), |below| group("post", below));
                wanted.push((CHANGE_RULE, format!("upsert after upserting {below}")));
            }
            None => {
                let versioned =
                    self.settings.versioned && matches!(identity.kind.as_str(), "ConfigMap" | "Secret");
                if versioned && identity.group.is_empty() {
                    wanted.push(("kapp.k14s.io/versioned", String::new()));
                }
            }
        }
        if wanted.iter().any(|(key, _)| *key == CHANGE_GROUP)
            && matches!(identity.kind.as_str(), "Job" | "Pod")
        {
            wanted.extend(runs(runs_on_upgrade(tree, id)));
        }
        if !wanted.is_empty() {
            let map = tree.mapping(id, &["metadata", "annotations"])?;
            for (key, value) in wanted {
                tree.set(map, key, &Value::String(value))?;
            }
        }
        Ok(None)
    }

    /// The Config to append, if there is anything to say.
    pub(super) fn config(&self) -> Option<String> {
        let replicas = self.settings.rebase_replicas && !self.owned.is_empty();
        let hooks = self.settings.hooks && !(self.before.is_empty() && self.after.is_empty());
        if self.has_config || !(replicas || hooks) {
            return None;
        }
        let mut text =
            format!("---\napiVersion: {GROUP}/v1alpha1\nkind: Config\nmetadata:\n  name: {NAME}\n");
        let _ = write_config(self, replicas, hooks, &mut text);
        Some(text)
    }
}

/// What waits for hooks: all but hooks, and but what kapp makes before all else, hooks included. To make that wait
/// for them would be a cycle, which kapp refuses.
const WORKLOADS: &str = "  resourceMatchers:
  - andMatcher:
      matchers:
      - notMatcher: {matcher: {hasAnnotationMatcher: {keys: [helm.sh/hook]}}}
      - notMatcher: {matcher: {apiGroupKindMatcher: {apiGroup: \"\", kind: Namespace}}}
      - notMatcher:
          matcher: {apiGroupKindMatcher: {apiGroup: apiextensions.k8s.io, kind: CustomResourceDefinition}}";

fn write_config(kapp: &Kapp, replicas: bool, hooks: bool, text: &mut String) -> std::fmt::Result {
    if replicas {
        writeln!(
            text,
            "rebaseRules:\n- path: [spec, replicas]\n  type: copy\n  sources: [existing, new]\n  resourceMatchers:"
        )?;
        for (group, kind) in &kapp.owned {
            let (group, kind) = (word(group), word(kind));
            writeln!(
                text,
                "  - andMatcher:\n      matchers:\n      - apiGroupKindMatcher: {{apiGroup: {group}, kind: {kind}}}"
            )?;
            writeln!(text, "      - emptyFieldMatcher: {{path: [spec, replicas]}}")?;
        }
    }
    if hooks {
        let matcher = "  resourceMatchers:\n  - notMatcher:\n      matcher:\n        hasAnnotationMatcher: {keys: [helm.sh/hook]}";
        writeln!(text, "changeGroupBindings:\n- name: ipsy.dev/app\n{matcher}")?;
        if let Some(last) = kapp.before.len().checked_sub(1) {
            writeln!(
                text,
                "changeRuleBindings:\n- rules: [\"upsert after upserting {}\"]\n{WORKLOADS}",
                group("pre", last)
            )?;
        }
    }
    Ok(())
}

/// A text of a chart in a flow mapping: plain where it is a word, else in quotes.
fn word(text: &str) -> Cow<'_, str> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    if is_plain && text.starts_with(|first: char| first.is_ascii_alphabetic()) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(Value::from(text).to_string())
    }
}

/// Whether an object is a setting of kapp's own, which never reaches the cluster.
pub(super) fn is_config(identity: &Identity) -> bool {
    identity.group == GROUP && identity.kind == "Config"
}

fn group(phase: &str, rank: usize) -> String {
    format!("ipsy.dev/{phase}-hooks-{rank}")
}

/// When what runs to its end runs again. Helm recreates the Jobs and Pods of upgrade hooks at every upgrade: kapp
/// does so with a nonce, which makes them differ each time. Those of install hooks run once.
fn runs(on_upgrade: bool) -> Vec<(&'static str, String)> {
    if on_upgrade {
        vec![(UPDATE_STRATEGY, "always-replace".to_owned()), ("kapp.k14s.io/nonce", String::new())]
    } else {
        vec![(UPDATE_STRATEGY, "skip".to_owned())]
    }
}

fn runs_on_upgrade(tree: &Tree<'_>, id: NodeId) -> bool {
    let events = tree.at(id, &["metadata", "annotations", HOOK]).and_then(|events| tree.string(events));
    events.is_some_and(|events| events.split(',').any(|event| event.trim().ends_with("-upgrade")))
}

fn rank(weights: &BTreeSet<i64>, weight: i64) -> usize {
    weights.range(..weight).count()
}

fn hook(tree: &Tree<'_>, id: NodeId) -> Option<(Phase, i64)> {
    let annotations = tree.at(id, &["metadata", "annotations"])?;
    let events = tree.string_at(annotations, HOOK)?;
    let weight = tree
        .string_at(annotations, "helm.sh/hook-weight")
        .and_then(|weight| weight.parse().ok())
        .unwrap_or(0);
    let has = |wanted: [&str; 2]| events.split(',').any(|event| wanted.contains(&event.trim()));
    let phase = if has(["pre-install", "pre-upgrade"]) {
        Phase::Before
    } else if has(["post-install", "post-upgrade"]) {
        Phase::After
    } else {
        Phase::Never
    };
    Some((phase, weight))
}
