//! From a written setting to a patch that can be applied: shape, directives, operations and pointers checked.

use super::json6902::{Action, Operation};
use super::pointer::Pointer;
use super::{Body, Patch, PatchOptions};
use crate::nearest::nearest;
use crate::problem::Problem;
use serde_json::{Map, Value};
use yaml_edit::Tree;

/// Compiles a patch: a mapping, a list of operations, or either as YAML text. The problems' fields are relative to
/// what holds the patch (`patch[0].op`).
pub fn compile(patch: &Value, options: PatchOptions) -> Result<Patch, Vec<Problem>> {
    let parsed;
    let value = match patch {
        Value::String(text) => {
            parsed = parse(text)?;
            &parsed
        }
        other => other,
    };
    let patch = |body| Patch { body, options };
    match value {
        Value::Object(members) if members.is_empty() => Err(vec![shape("the patch is empty")]),
        Value::Object(members) => Ok(patch(Body::Merge(members.clone()))),
        Value::Array(items) => operations(items, options.lenient).map(|items| patch(Body::Operations(items))),
        _ => Err(vec![shape("the patch is neither a mapping (strategic merge) nor a sequence (JSON 6902)")]),
    }
}

fn shape(message: &str) -> Problem {
    Problem::new("patch-shape", message)
        .field("patch")
        .help("write a mapping such as `spec: {…}`, or a list of operations such as `- {op: remove, path: /spec/replicas}`")
}

fn parse(text: &str) -> Result<Value, Vec<Problem>> {
    let documents: Vec<_> = yaml_edit::documents(text).collect();
    let [range] = documents.as_slice() else {
        let message =
            if documents.is_empty() { "the patch is empty" } else { "the patch has more than one document" };
        return Err(vec![shape(message)]);
    };
    let body = text.get(range.clone()).unwrap_or_default();
    let tree = yaml_edit::read(body, Tree::default()).map_err(|fault| {
        let before = body.get(..fault.offset).unwrap_or(body);
        let line = before.matches('\n').count() + 1;
        vec![
            Problem::new(
                "patch-syntax",
                format!("the patch is no YAML: {} (line {line} of the patch)", fault.message),
            )
            .field("patch"),
        ]
    })?;
    tree.value(tree.root())
        .map_err(|_| vec![shape("the patch's aliases expand to more than a million values")])
}

fn operations(items: &[Value], lenient: bool) -> Result<Vec<Operation>, Vec<Problem>> {
    let mut compiled = Vec::new();
    let mut problems = Vec::new();
    for (index, item) in items.iter().enumerate() {
        match operation(index, item, lenient) {
            Ok(operation) => compiled.push(operation),
            Err(mut found) => problems.append(&mut found),
        }
    }
    if problems.is_empty() { Ok(compiled) } else { Err(problems) }
}

fn operation(index: usize, item: &Value, lenient: bool) -> Result<Operation, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut complain = |field: &str, message: String| {
        problems.push(Problem::new("patch-operation", message).field(format!("patch[{index}]{field}")));
    };
    let Some(members) = item.as_object() else {
        complain("", "an operation is a mapping with `op` and `path`".to_owned());
        return Err(problems);
    };
    for key in members.keys().filter(|key| !matches!(key.as_str(), "op" | "path" | "from" | "value")) {
        complain(&format!(".{key}"), format!("an operation has no `{key}`"));
    }
    let path = pointer(members, "path", lenient, &mut complain);
    let needs_from = matches!(members.get("op").and_then(Value::as_str), Some("move" | "copy"));
    let from = if needs_from { pointer(members, "from", lenient, &mut complain) } else { None };
    let value = members.get("value").cloned();
    let missing_value = value.is_none();
    let value = value.unwrap_or(Value::Null);
    let action = match members.get("op").and_then(Value::as_str) {
        Some(name @ ("add" | "replace" | "test")) => {
            if missing_value && !(lenient && name == "add") {
                complain(".value", format!("`{name}` needs a `value` (which may be `null`)"));
            }
            Some(match name {
                "add" => Action::Add(value),
                "replace" => Action::Replace(value),
                _ => Action::Test(value),
            })
        }
        Some("remove") => Some(Action::Remove),
        Some("move") => from.clone().map(Action::Move),
        Some("copy") => from.clone().map(Action::Copy),
        Some(other) => {
            let known = nearest(other, ["add", "remove", "replace", "move", "copy", "test"]);
            let hint = known.map_or(String::new(), |known| format!("; did you mean `{known}`?"));
            complain(".op", format!("`{other}` is no operation{hint}"));
            None
        }
        None => {
            complain(".op", "the operation lacks its `op`".to_owned());
            None
        }
    };
    if let (Some(Action::Move(from)), Some(path)) = (&action, &path)
        && from.is_above(path)
    {
        complain(".path", format!("`{from}` cannot be moved into itself"));
    }
    match (action, path) {
        (Some(action), Some(path)) if problems.is_empty() => Ok(Operation { index, path, action }),
        _ => Err(problems),
    }
}

fn pointer(
    members: &Map<String, Value>,
    name: &str,
    lenient: bool,
    complain: &mut impl FnMut(&str, String),
) -> Option<Pointer> {
    let Some(text) = members.get(name).and_then(Value::as_str) else {
        complain(&format!(".{name}"), format!("the operation lacks its `{name}`"));
        return None;
    };
    match Pointer::parse(text, lenient) {
        Ok(pointer) => Some(pointer),
        Err(message) => {
            complain(&format!(".{name}"), message);
            None
        }
    }
}
