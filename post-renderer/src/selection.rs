//! Which labels the selectors of a stream read, so that no standard changes what they select.
//!
//! ```text
//! NetworkPolicy/deny   podSelector: {matchLabels: {team: books}}
//! Deployment/ledger    pods labelled `team: books`; the standard wants `team: payments`
//!                      selected before, not after: `team` keeps its value
//! ```

mod population;
mod requirements;

use crate::manifest::objects;
use crate::namespace::Scope;
use manifest_patch::Identity;
use population::Population;
use requirements::Requirements;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use yaml_edit::{Tree, may_hold};

/// Searching a document for more labels than this costs more than reading it.
const MOST_SEARCHED: usize = 32;

/// The selectors of a stream that read one of the labels in question.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    /// Each with the first object that it is in, as `Service/web`.
    selectors: Vec<(Selector, String)>,
    /// Selectors by a label that must be there for them to match.
    by_label: BTreeMap<(String, String), Vec<usize>>,
    /// Selectors that demand no label of known value.
    open: Vec<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Selector {
    population: Population,
    /// The namespace that it is limited to; `None` where it may reach any.
    namespace: Option<String>,
    requirements: Requirements,
}

/// Whose labels would change.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'s> {
    /// The object that the labels are in.
    pub(crate) identity: &'s Identity,
    /// Where it is deployed to.
    pub(crate) scope: Scope<'s>,
    /// Whether the labels are those of pods.
    pub(crate) is_pod: bool,
}

/// A label that must stay as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// Key of the label.
    pub(crate) key: String,
    /// The object that selects by it, as `Service/web`.
    pub(crate) selecting: String,
    /// Whether the selector matches today. It would stop to match; otherwise it would begin to.
    pub(crate) matches: bool,
}

impl Selection {
    /// Collects the selectors in the documents of a stream that read a label with one of the keys.
    pub(crate) fn of<'s>(
        bodies: impl Iterator<Item = &'s str>,
        keys: &BTreeMap<String, String>,
        namespace: Option<&str>,
    ) -> Self {
        let may_select = |body: &&str| {
            ["elector", "subsets"].iter().any(|word| may_hold(body, word))
                && (keys.len() > MOST_SEARCHED || keys.keys().any(|key| may_hold(body, key)))
        };
        let mut found = BTreeMap::new();
        for body in bodies.filter(may_select) {
            // What cannot be read is reported by the rendering itself.
            let Ok(tree) = yaml_edit::read(body, Tree::default()) else { continue };
            for id in objects(&tree).unwrap_or_default() {
                let identity = Identity::of(&tree, id);
                // A schema describes selectors, but holds none.
                if identity.kind == "CustomResourceDefinition" {
                    continue;
                }
                let Ok(Value::Object(members)) = tree.value(id) else { continue };
                let mut place = Place { identity: &identity, namespace, path: Vec::new() };
                collect(&members, &mut place, &mut found);
            }
        }
        found.retain(|selector: &Selector, _| selector.requirements.keys().any(|key| keys.contains_key(key)));
        Self::index(found)
    }

    /// Indexes each selector by the label that the fewest of them demand, so that looking for those that matter to an
    /// object takes no longer in a longer stream.
    fn index(selectors: BTreeMap<Selector, String>) -> Self {
        let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (key, values) in selectors.keys().flat_map(|selector| selector.requirements.equalities()) {
            for value in values {
                *counts.entry((key, value)).or_default() += 1;
            }
        }
        let mut by_label: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
        let mut open = Vec::new();
        for (index, selector) in selectors.keys().enumerate() {
            let cost = |(key, values): &(&str, &[String])| -> usize {
                values.iter().filter_map(|value| counts.get(&(*key, value.as_str()))).sum()
            };
            let Some((key, values)) = selector.requirements.equalities().min_by_key(cost) else {
                open.push(index);
                continue;
            };
            for value in values {
                by_label.entry((key.to_owned(), value.clone())).or_default().push(index);
            }
        }
        Self { selectors: selectors.into_iter().collect(), by_label, open }
    }

    /// Whether no selector reads any of the labels.
    pub(crate) fn is_empty(&self) -> bool {
        self.selectors.is_empty()
    }

    /// Takes the labels out of `wanted` that would change which selectors match `labels`, and returns them.
    pub(crate) fn hold(
        &self,
        subject: &Subject<'_>,
        labels: &BTreeMap<String, String>,
        wanted: &mut BTreeMap<String, String>,
    ) -> Vec<Held> {
        let candidates = self.candidates(subject, labels, wanted);
        let mut held: BTreeMap<String, Held> = BTreeMap::new();
        // A label that stays may make another one change a verdict; each round takes at least one out.
        loop {
            let before = held.len();
            for (selector, object) in &candidates {
                let requirements = &selector.requirements;
                let matches = requirements.match_labels(|key| labels.get(key).map(String::as_str));
                let after = |key: &str| wanted.get(key).or_else(|| labels.get(key)).map(String::as_str);
                if matches == requirements.match_labels(after) {
                    continue;
                }
                for key in requirements.keys() {
                    if let Some((key, _)) = wanted.remove_entry(key) {
                        let selecting = object.clone();
                        held.insert(key.clone(), Held { key, selecting, matches });
                    }
                }
            }
            if held.len() == before {
                return held.into_values().collect();
            }
        }
    }

    /// The selectors that may match the labels as they are or as they would be, in a stable order.
    fn candidates(
        &self,
        subject: &Subject<'_>,
        labels: &BTreeMap<String, String>,
        wanted: &BTreeMap<String, String>,
    ) -> Vec<&(Selector, String)> {
        let indexed = labels
            .iter()
            .chain(wanted)
            .filter_map(|(key, value)| self.by_label.get(&(key.clone(), value.clone())));
        let indices: BTreeSet<usize> = indexed.flatten().chain(&self.open).copied().collect();
        let selectors = indices.into_iter().filter_map(|index| self.selectors.get(index));
        selectors.filter(|(selector, _)| selector.reaches(subject)).collect()
    }
}

impl Selector {
    /// Whether the selector may select the subject, if its labels match.
    fn reaches(&self, subject: &Subject<'_>) -> bool {
        let is_of_kind = match self.population {
            Population::Pods => subject.is_pod,
            Population::Kinds(kinds) => !subject.is_pod && kinds.contains(&subject.identity.kind.as_str()),
            Population::Anything => true,
        };
        is_of_kind
            && self
                .namespace
                .as_deref()
                .is_none_or(|namespace| Scope::Namespace(namespace).meets(subject.scope))
    }
}

/// Where in an object a value is.
struct Place<'p> {
    identity: &'p Identity,
    namespace: Option<&'p str>,
    path: Vec<&'p str>,
}

/// Adds the selectors among the members of a mapping, and below them.
fn collect<'p>(
    members: &'p Map<String, Value>,
    place: &mut Place<'p>,
    found: &mut BTreeMap<Selector, String>,
) {
    for (key, value) in members {
        if let Some(population) = Population::of(key, &place.path, place.identity) {
            let namespace = namespace(key, members, place);
            for requirements in items(value).iter().filter_map(Requirements::of) {
                let selector = Selector { population, namespace: namespace.clone(), requirements };
                found.entry(selector).or_insert_with(|| place.identity.label());
            }
        }
        place.path.push(key);
        for item in items(value).iter().filter_map(Value::as_object) {
            collect(item, place, found);
        }
        place.path.pop();
    }
}

/// The items of a list, or the one value that is not a list.
fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

/// The namespace that a selector is limited to: that of its object, unless a member beside it names others.
fn namespace(key: &str, members: &Map<String, Value>, place: &Place<'_>) -> Option<String> {
    let names_others =
        |other: &String| other != key && (other == "namespaces" || other.ends_with("amespaceSelector"));
    match Scope::of(place.identity, place.namespace) {
        Scope::Namespace(namespace)
            if !members.keys().any(names_others) && !key.ends_with("amespaceSelector") =>
        {
            Some(namespace.to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
