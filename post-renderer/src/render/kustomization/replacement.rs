//! One target of a replacement: the value, once it is known, and the fields that get it.

use super::sources::SourceValue;
use crate::configuration::{FieldOptions, Replacement, ReplacementSource, ReplacementTarget};
use crate::field_path::{Impossible, Step, create, enter, find, node_at, parse, show, text_at};
use crate::settings::wrong_path;
use crate::target::Matcher;
use manifest_patch::{Failure, Identity, Problem};
use serde_json::Value;
use yaml_edit::{Kind, NodeId, Scalar, Tree};

/// The field of a replacement that names none.
const DEFAULT_PATH: &str = "metadata.name";

/// A replacement for one target.
pub(in crate::render) struct ReplacementStep {
    /// Where the value comes from, until it is known.
    pub(super) source: Option<Source>,
    pub(super) value: Option<SourceValue>,
    reject: Vec<Matcher>,
    paths: Vec<Vec<Step>>,
    options: FieldOptions,
}

/// A source, ready to be found.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) wanted: ReplacementSource,
    pub(super) path: Vec<Step>,
}

impl ReplacementStep {
    /// Compiles one target of a replacement. The problem's field is relative to the target.
    pub(super) fn new(
        replacement: &Replacement,
        target: &ReplacementTarget,
        reject: Vec<Matcher>,
    ) -> Result<Self, Problem> {
        let read = |path: &str| parse(path).map_err(|reason| wrong_path(path, &reason));
        let source = match &replacement.source {
            Some(wanted) => {
                let path = read(wanted.field_path.as_deref().unwrap_or(DEFAULT_PATH))?;
                Some(Source { wanted: wanted.clone(), path })
            }
            None => None,
        };
        let paths = target.field_paths.iter().map(|path| read(path));
        let mut paths = paths.collect::<Result<Vec<_>, Problem>>()?;
        if paths.is_empty() {
            paths.push(read(DEFAULT_PATH)?);
        }
        let value = replacement.source_value.as_deref().map(SourceValue::text);
        Ok(Self { source, value, reject, paths, options: target.options.clone() })
    }

    /// Copies the value into the fields of an object.
    pub(in crate::render) fn apply(
        &self,
        tree: &mut Tree<'_>,
        root: NodeId,
        identity: &Identity,
        namespace: Option<&str>,
    ) -> Result<(), Failure> {
        // Without a value its source failed, which is reported.
        let Some(value) = &self.value else { return Ok(()) };
        if self.reject.iter().any(|reject| reject.matches(identity, namespace, tree, root)) {
            return Ok(());
        }
        if value.is_secret && !(identity.kind == "Secret" && identity.group.is_empty()) {
            let problem = Problem::new(
                "kustomization-replacement",
                "the value comes from the data of a Secret, which must not be copied to another kind of object",
            );
            let problem = problem.help("refer to the Secret by `secretKeyRef` instead");
            return Err(Failure::Patch(Box::new(problem)));
        }
        self.paths.iter().try_for_each(|path| self.set(tree, root, path, value))
    }

    fn set(
        &self,
        tree: &mut Tree<'_>,
        root: NodeId,
        path: &[Step],
        value: &SourceValue,
    ) -> Result<(), Failure> {
        let places = find(tree, root, path);
        if places.is_empty() {
            return if self.options.create {
                self.create(tree, root, path, value)
            } else {
                Err(missing(path))
            };
        }
        for place in places {
            let new = node_at(tree, root, &place).map(|node| self.new_value(tree, node, path, value));
            if let Some(new) = new.transpose()?
                && let Some(node) = enter(tree, root, &place)?
            {
                tree.replace(node, &new)?;
            }
        }
        Ok(())
    }

    fn create(
        &self,
        tree: &mut Tree<'_>,
        root: NodeId,
        path: &[Step],
        value: &SourceValue,
    ) -> Result<(), Failure> {
        let new = match (self.options.delimiter.is_empty(), &value.text) {
            (true, Some(text)) if is_text(path) => Value::from(text.as_str()),
            (true, _) => value.value.clone(),
            (false, Some(text)) => Value::from(self.part_replaced("", text)),
            (false, None) => return Err(problem(path, "a part of a text cannot be a mapping or list")),
        };
        create(tree, root, path, &new).map_err(|impossible| match impossible {
            Impossible::Document(fault) => Failure::Document(fault),
            Impossible::Path(reason) => problem(path, &reason),
        })
    }

    /// What a field that exists becomes: a scalar keeps its type.
    fn new_value(
        &self,
        tree: &Tree<'_>,
        node: NodeId,
        path: &[Step],
        value: &SourceValue,
    ) -> Result<Value, Failure> {
        let is_scalar = tree.node(tree.follow(node)).kind == Kind::Scalar;
        if self.options.delimiter.is_empty() {
            if !is_scalar {
                return Ok(value.value.clone());
            }
            let Some(text) = &value.text else {
                return Err(problem(path, "the field has a scalar, but the source is a mapping or list"));
            };
            return typed(tree, node, text, &value.value).map_err(|reason| problem(path, &reason));
        }
        match (text_at(tree, node), &value.text) {
            (Some(old), Some(new)) => {
                let new = self.part_replaced(&old, new);
                typed(tree, node, &new, &Value::from(new.as_str())).map_err(|reason| problem(path, &reason))
            }
            _ => Err(problem(path, "`delimiter` needs a scalar in the source and in the field")),
        }
    }

    /// The text with one of its parts replaced; an index outside adds a part.
    fn part_replaced(&self, old: &str, new: &str) -> String {
        let mut parts: Vec<&str> = old.split(&self.options.delimiter).collect();
        match usize::try_from(self.options.index) {
            Err(_) => parts.insert(0, new),
            Ok(index) => match parts.get_mut(index) {
                Some(part) => *part = new,
                None => parts.push(new),
            },
        }
        parts.join(&self.options.delimiter)
    }
}

/// A text as a value of the type that a field has.
fn typed(tree: &Tree<'_>, node: NodeId, text: &str, value: &Value) -> Result<Value, String> {
    let wrong = |wanted: &str| Err(format!("the field has a {wanted}, but the value is of another type"));
    match tree.scalar(node) {
        Some(Scalar::Bool(_)) => text.parse().map(Value::Bool).or_else(|_| wrong("boolean")),
        Some(Scalar::Null) | None => Ok(value.clone()),
        Some(Scalar::String(_)) => Ok(Value::from(text)),
        Some(_) => match serde_json::from_str::<serde_json::Number>(text) {
            Ok(number) => Ok(Value::Number(number)),
            Err(_) if value.is_number() => Ok(value.clone()),
            Err(_) => wrong("number"),
        },
    }
}

/// Whether Kubernetes wants a text in the field, so that a number or boolean is created as a text. `data` is that of a
/// `ConfigMap` or `Secret`.
fn is_text(path: &[Step]) -> bool {
    let names: Vec<&str> = path.iter().map(name).collect();
    matches!(
        names.as_slice(),
        [.., "metadata", "labels" | "annotations", _]
            | [.., "matchLabels" | "nodeSelector", _]
            | [.., "env", _, "value"]
            | ["data" | "stringData" | "binaryData", _]
    )
}

/// The name of a member; empty for an item of a list.
fn name(step: &Step) -> &str {
    match step {
        Step::Member(name) => name,
        Step::Index(_) | Step::Matching { .. } | Step::Every => "",
    }
}

fn problem(path: &[Step], message: &str) -> Failure {
    Failure::Patch(Box::new(Problem::new("kustomization-replacement", message).field(show(path))))
}

fn missing(path: &[Step]) -> Failure {
    let problem = Problem::new("kustomization-replacement", "field not found in the target")
        .field(show(path))
        .help("check the path, create the field with `options: {create: true}`, or `reject` this object");
    Failure::Patch(Box::new(problem))
}
