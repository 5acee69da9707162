//! From a written setting to a patch that can be applied: shape, directives, operations and texts checked.

mod operation;

use crate::label_text::{Null, keep_written_text, require_text};
use crate::problem::Problem;
use crate::strategic;
use crate::{Body, Patch, PatchOptions};
use serde_json::{Map, Value};
use yaml_edit::Tree;

/// Compiles a patch: a mapping, a list of operations, or either as YAML text. An empty text, mapping or list compiles
/// to a patch that changes nothing ([`Patch::is_empty`]). The problems' fields are relative to what holds the patch
/// (`patch[0].op`).
pub fn compile(patch: &Value, options: PatchOptions) -> Result<Patch, Vec<Problem>> {
    let value = match patch {
        Value::String(text) => parse(text)?,
        other => other.clone(),
    };
    let body = match value {
        Value::Null => Body::Merge(Map::new()),
        Value::Object(members) => merge(Value::Object(members))?,
        Value::Array(items) => Body::Operations(operation::compile_all(&items, options.lenient)?),
        _ => return Err(vec![shape("the patch must be a mapping (strategic merge) or a list (JSON 6902)")]),
    };
    Ok(Patch { body, options, written_for: None })
}

fn merge(mut value: Value) -> Result<Body, Vec<Problem>> {
    let mut problems = strategic::check_directives(&value);
    require_text(&mut value, Null::Deletes, &mut Vec::new(), "patch", &mut problems);
    match value {
        Value::Object(members) if problems.is_empty() => Ok(Body::Merge(members)),
        _ => Err(problems),
    }
}

fn shape(message: &str) -> Problem {
    Problem::new("patch-shape", message)
        .field("patch")
        .help("write a mapping such as `spec: {…}`, or a list of operations such as `- {op: remove, path: /spec/replicas}`")
}

fn parse(text: &str) -> Result<Value, Vec<Problem>> {
    let documents: Vec<_> = yaml_edit::documents(text).collect();
    let range = match documents.as_slice() {
        [] => return Ok(Value::Null),
        [range] => range,
        _ => {
            return Err(vec![
                Problem::new("patch-shape", "the patch must be one document; it has several")
                    .field("patch")
                    .help("write one setting for each document"),
            ]);
        }
    };
    let body = text.get(range.clone()).unwrap_or_default();
    let tree = yaml_edit::read(body, Tree::default()).map_err(|fault| {
        let before = text.get(..range.start + fault.offset).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let message = format!("the patch is not valid YAML: {} (line {line} of the patch)", fault.message);
        vec![Problem::new("patch-syntax", message).field("patch")]
    })?;
    let mut value = tree
        .value(tree.root())
        .map_err(|_| vec![shape("the patch's aliases expand to more than a million values")])?;
    keep_written_text(&tree, tree.root(), &mut value);
    Ok(value)
}
