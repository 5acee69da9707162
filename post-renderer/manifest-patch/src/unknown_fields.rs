//! Fields of a patch that none of the kinds it may meet has. The API server drops or refuses them, so a misspelt field
//! would have no effect.

mod advice;

use crate::json6902::{Action, Operation};
use crate::problem::Problem;
use crate::structure::{Content, Kind, fields, kubernetes_version};
use crate::{Body, Patch};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use yaml_edit::member_name;

/// The kinds of objects that a target can match.
#[derive(Clone, Debug, Default)]
pub struct PossibleKinds {
    /// The built-in kinds.
    pub built_in: Vec<&'static Kind>,
    /// Whether custom resources can match too. Only their metadata and pods are known then.
    pub custom: bool,
}

/// Types that custom resources have as well.
const SHARED_TYPES: [&str; 2] = ["ObjectMeta", "PodSpec"];

impl Patch {
    /// The fields of the patch that none of these kinds has, each once. The problems' fields are relative to what holds
    /// the patch (`patch.spec.template.spec.dnsPolcy`, `patch[0].path`).
    pub fn unknown_fields(&self, kinds: &PossibleKinds) -> Vec<Problem> {
        let place = |kind: &&'static Kind| Place {
            kind,
            content: Content::Object(kind.type_name),
            is_judged: !kinds.custom,
        };
        let kinds = &kinds.built_in;
        let mut check = Check::default();
        match &self.body {
            Body::Merge(members) => {
                let named = kinds.iter().filter(|kind| is_for(members, kind));
                let root = Path { in_patch: "patch".to_owned(), in_object: String::new() };
                check.members(members, &named.map(place).collect::<Vec<_>>(), &root, Keys::Merge);
            }
            Body::Operations(operations) => {
                let places: Vec<Place> = kinds.iter().map(place).collect();
                for operation in operations {
                    check.operation(operation, &places);
                }
            }
        }
        check.problems
    }
}

/// Whether the `apiVersion` and `kind` that a merge patch may have allow this kind.
fn is_for(members: &Map<String, Value>, kind: &Kind) -> bool {
    [("apiVersion", kind.api_version), ("kind", kind.kind)].into_iter().all(|(name, wanted)| {
        members.get(name).and_then(Value::as_str).is_none_or(|written| written == wanted)
    })
}

/// A place in the objects of a kind.
#[derive(Clone, Copy)]
struct Place {
    kind: &'static Kind,
    content: Content,
    /// Whether a member that is not known here is reported.
    is_judged: bool,
}

impl Place {
    /// Whether a mapping can be here.
    fn is_mapping(&self) -> bool {
        matches!(self.content, Content::Any | Content::Map(_) | Content::Object(_))
    }

    /// The member of a mapping.
    fn member(&self, name: &str) -> Option<Self> {
        let content = match self.content {
            Content::Any => Content::Any,
            Content::Map(values) => Content::parse(values),
            Content::Object(type_name) => fields(type_name).find(|(field, _)| *field == name)?.1,
            Content::List(_) | Content::Scalar => return None,
        };
        Some(self.with(content))
    }

    /// The elements of a list.
    fn element(&self) -> Option<Self> {
        let content = match self.content {
            Content::Any => Content::Any,
            Content::List(elements) => Content::parse(elements),
            Content::Map(_) | Content::Object(_) | Content::Scalar => return None,
        };
        Some(self.with(content))
    }

    fn with(self, content: Content) -> Self {
        let is_shared = matches!(content, Content::Object(name) if SHARED_TYPES.contains(&name));
        Self { content, is_judged: self.is_judged || is_shared, ..self }
    }
}

/// Where a value is, in the patch and in the object.
struct Path {
    /// As `patch.spec.template`, or `patch[0].value.template`.
    in_patch: String,
    /// As `spec.template`; empty for the object itself.
    in_object: String,
}

/// What the keys of a mapping are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    /// Names of members, and directives such as `$patch`.
    Merge,
    /// Names of members.
    Names,
}

#[derive(Default)]
struct Check {
    problems: Vec<Problem>,
    /// Fields of objects that were reported.
    reported: BTreeSet<String>,
}

impl Check {
    fn value(&mut self, value: &Value, places: &[Place], path: &Path, keys: Keys) {
        match value {
            Value::Object(members) => self.members(members, places, path, keys),
            Value::Array(items) => {
                let elements: Vec<Place> = places.iter().filter_map(Place::element).collect();
                for (index, item) in items.iter().enumerate() {
                    let in_patch = format!("{}[{index}]", path.in_patch);
                    let path = Path { in_patch, in_object: format!("{}[]", path.in_object) };
                    self.value(item, &elements, &path, keys);
                }
            }
            _ => {}
        }
    }

    fn members(&mut self, members: &Map<String, Value>, places: &[Place], path: &Path, keys: Keys) {
        for (key, value) in members {
            let in_patch = below(&path.in_patch, key);
            if keys == Keys::Merge && key.starts_with('$') {
                if let Some((_, list)) = key.split_once('/') {
                    self.member(list, places, &path.in_object, &in_patch);
                }
                continue;
            }
            let members = self.member(key, places, &path.in_object, &in_patch);
            let path = Path { in_patch, in_object: below(&path.in_object, key) };
            self.value(value, &members, &path, keys);
        }
    }

    /// The member of this name in each kind that has it. If none has it, it is reported.
    fn member(&mut self, name: &str, places: &[Place], parent: &str, in_patch: &str) -> Vec<Place> {
        let mappings: Vec<Place> = places.iter().copied().filter(Place::is_mapping).collect();
        let members: Vec<Place> = mappings.iter().filter_map(|place| place.member(name)).collect();
        // Where no kind has a mapping, the value has the wrong type, which is another mistake.
        let is_judged = !mappings.is_empty() && mappings.iter().all(|place| place.is_judged);
        if members.is_empty() && is_judged && self.reported.insert(below(parent, name)) {
            self.problems.push(unknown(name, &mappings, parent).field(in_patch));
        }
        members
    }

    fn operation(&mut self, operation: &Operation, places: &[Place]) {
        let place = format!("patch[{}]", operation.index);
        if let Action::Move(from) | Action::Copy(from) = &operation.action {
            self.pointer(&from.parts, places, &format!("{place}.from"));
        }
        let (places, in_object) = self.pointer(&operation.path.parts, places, &format!("{place}.path"));
        if let Action::Add(value) | Action::Replace(value) | Action::Test(value) = &operation.action {
            let path = Path { in_patch: format!("{place}.value"), in_object };
            self.value(value, &places, &path, Keys::Names);
        }
    }

    /// Where a pointer leads: in each kind, and as a path in the object.
    fn pointer(&mut self, parts: &[String], places: &[Place], in_patch: &str) -> (Vec<Place>, String) {
        let mut places = places.to_vec();
        let mut path = String::new();
        for part in parts {
            let elements: Vec<Place> = places.iter().filter_map(Place::element).collect();
            let is_index = part == "-" || part.parse::<i64>().is_ok();
            if is_index && !elements.is_empty() {
                places = elements;
                path.push_str("[]");
            } else {
                places = self.member(part, &places, &path, in_patch);
                path = below(&path, part);
            }
        }
        (places, path)
    }
}

/// A path with a member below it, as `spec.template` or `metadata.labels["a.b/c"]`.
fn below(path: &str, name: &str) -> String {
    let name = member_name(name);
    let separator = if path.is_empty() || name.starts_with('[') { "" } else { "." };
    format!("{path}{separator}{name}")
}

/// The problem of a field that no kind of `places` has at `parent`.
fn unknown(name: &str, places: &[Place], parent: &str) -> Problem {
    let of_parent = if parent.is_empty() { String::new() } else { format!("`{parent}` in ") };
    let kinds = advice::kinds(places);
    let message =
        format!("`{name}` is not a field of {of_parent}{kinds} (Kubernetes {})", kubernetes_version());
    Problem::new("patch-unknown-field", message).help(advice::advice(name, places, parent))
}

#[cfg(test)]
mod tests;
