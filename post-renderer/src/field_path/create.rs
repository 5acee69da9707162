//! Creates the field at a path, with what is missing on the way.

use super::find::{enter, find};
use super::{Step, show};
use serde_json::{Map, Value};
use yaml_edit::{Fault, Kind, NONE, NodeId, Scalar, Tree};

/// Why a field cannot be created.
pub(crate) enum Impossible {
    /// The object has something else on the way.
    Path(String),
    /// The document cannot be edited there.
    Document(Fault),
}

impl From<Fault> for Impossible {
    fn from(fault: Fault) -> Self {
        Self::Document(fault)
    }
}

/// Sets the fields at a path that are missing. `*` reaches only the items that exist.
pub(crate) fn create(
    tree: &mut Tree<'_>,
    root: NodeId,
    path: &[Step],
    value: &Value,
) -> Result<(), Impossible> {
    // The longest part of the path that exists, perhaps at several places.
    let is_there = |tree: &Tree<'_>, length: &usize| {
        !find(tree, root, path.get(..*length).unwrap_or_default()).is_empty()
    };
    let length = (0..path.len()).rev().find(|length| is_there(tree, length)).unwrap_or(0);
    let (existing, missing) = path.split_at(length);
    for place in find(tree, root, existing) {
        let Some(parent) = enter(tree, root, &place)? else { continue };
        add(tree, parent, missing, value).map_err(|problem| match problem {
            Impossible::Path(reason) if !place.is_empty() => {
                Impossible::Path(format!("`{}` {reason}", show(&place)))
            }
            other => other,
        })?;
    }
    Ok(())
}

/// Adds the missing part of a path to its parent.
fn add(tree: &mut Tree<'_>, parent: NodeId, missing: &[Step], value: &Value) -> Result<(), Impossible> {
    let Some((first, rest)) = missing.split_first() else { return Ok(()) };
    let value = built(rest, value)?;
    let is_null = tree.scalar(parent) == Some(Scalar::Null);
    match (first, tree.node(parent).kind) {
        (Step::Member(name), Kind::Mapping) => {
            tree.set(parent, name, &value)?;
        }
        (Step::Matching { .. }, Kind::Sequence) => {
            let item = item(first, value)?;
            tree.insert(parent, NONE, &item)?;
        }
        (Step::Member(_) | Step::Matching { .. }, _) if is_null => {
            let value = built(missing, &value)?;
            tree.replace(parent, &value)?;
        }
        (Step::Index(_) | Step::Every, _) => return Err(Impossible::Path("has no such item".to_owned())),
        (Step::Member(_), _) => return Err(Impossible::Path("is not a mapping".to_owned())),
        (Step::Matching { .. }, _) => return Err(Impossible::Path("is not a list".to_owned())),
    }
    Ok(())
}

/// The value with the mappings and lists of the path around it.
fn built(path: &[Step], value: &Value) -> Result<Value, Impossible> {
    path.iter().rev().try_fold(value.clone(), |inner, step| match step {
        Step::Member(name) => Ok(Value::Object(Map::from_iter([(name.clone(), inner)]))),
        Step::Matching { .. } => Ok(Value::Array(vec![item(step, inner)?])),
        Step::Index(_) | Step::Every => {
            let reason = format!("lacks `{}`, and an item without a name cannot be created", show(path));
            Err(Impossible::Path(reason))
        }
    })
}

/// A new list item that a step names.
fn item(step: &Step, inner: Value) -> Result<Value, Impossible> {
    let Step::Matching { key, value } = step else { return Ok(inner) };
    match inner {
        Value::Object(mut members) if !key.is_empty() => {
            members.shift_insert(0, key.clone(), Value::from(value.as_str()));
            Ok(Value::Object(members))
        }
        inner if key.is_empty() => Ok(inner),
        _ => Err(Impossible::Path(format!("has no item `[{key}={value}]` with members"))),
    }
}
