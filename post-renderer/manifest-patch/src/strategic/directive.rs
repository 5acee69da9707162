//! Directives of a strategic merge: their names, and what they must look like. All of this is known before any object.

use crate::nearest::nearest;
use crate::problem::Problem;
use serde_json::{Map, Value};
use yaml_edit::member_name;

pub(super) const PATCH: &str = "$patch";
pub(super) const RETAIN_KEYS: &str = "$retainKeys";
pub(super) const ELEMENT_ORDER: &str = "$setElementOrder/";
pub(super) const DELETE_PRIMITIVES: &str = "$deleteFromPrimitiveList/";

/// Checks every directive of a patch. Fields are relative to what holds the patch.
pub(crate) fn check_directives(patch: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    check(patch, "patch", &mut problems);
    problems
}

fn check(value: &Value, field: &str, problems: &mut Vec<Problem>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let name = member_name(key);
                let below =
                    if name.starts_with('[') { format!("{field}{name}") } else { format!("{field}.{name}") };
                if !key.starts_with('$') {
                    check(member, &below, problems);
                } else if let Err(problem) = check_one(key, member, members) {
                    problems.push(problem.field(below));
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                check(item, &format!("{field}[{index}]"), problems);
            }
        }
        _ => {}
    }
}

fn check_one(key: &str, value: &Value, patch: &Map<String, Value>) -> Result<(), Problem> {
    let problem = |message: String| Problem::new("patch-directive", message);
    if key == PATCH {
        let known = ["merge", "replace", "delete"];
        let found = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        if known.contains(&found.as_str()) {
            return Ok(());
        }
        let hint =
            nearest(&found, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        return Err(problem(format!("`$patch` must be `merge`, `replace` or `delete`; got `{found}`{hint}")));
    }
    if key == RETAIN_KEYS {
        return retained(value, patch).map(|_| ()).map_err(problem);
    }
    let list = key.strip_prefix(ELEMENT_ORDER).or_else(|| key.strip_prefix(DELETE_PRIMITIVES));
    match list {
        Some("") => Err(problem(format!("`{key}` must name a list, such as `{key}finalizers`"))),
        Some(_) if value.is_array() => Ok(()),
        Some(_) => Err(problem(format!("`{key}` must be a list"))),
        None => Err(unknown(key)),
    }
}

fn unknown(key: &str) -> Problem {
    let (name, list) = key.split_once('/').map_or((key, ""), |(name, list)| (name, list));
    let known = [PATCH, RETAIN_KEYS, "$setElementOrder", "$deleteFromPrimitiveList"];
    let hint = nearest(name, known).map_or_else(String::new, |near| {
        let slash = if near.ends_with("Order") || near.ends_with("List") { "/" } else { "" };
        format!("; did you mean `{near}{slash}{list}`?")
    });
    Problem::new("patch-directive", format!("`{key}` is not a directive of a strategic merge{hint}"))
        .help("directives are `$patch`, `$retainKeys`, `$setElementOrder/LIST` and `$deleteFromPrimitiveList/LIST`; to write a member of this name, use a JSON 6902 patch")
}

/// The names of `$retainKeys`. What the patch sets must be among them; `null` deletes, so it need not.
pub(super) fn retained<'v>(value: &'v Value, patch: &Map<String, Value>) -> Result<Vec<&'v str>, String> {
    let names: Option<Vec<&str>> =
        value.as_array().and_then(|items| items.iter().map(Value::as_str).collect());
    let Some(names) = names else {
        return Err(format!("`{RETAIN_KEYS}` must be a list of names"));
    };
    let stray = patch
        .iter()
        .find(|(key, member)| !key.starts_with('$') && !member.is_null() && !names.contains(&key.as_str()));
    match stray {
        Some((key, _)) => Err(format!("the patch sets `{key}`, which its `{RETAIN_KEYS}` does not keep")),
        None => Ok(names),
    }
}

/// The value of `$patch` in a mapping of a patch.
pub(super) fn directive(patch: &Map<String, Value>) -> Option<&str> {
    patch.get(PATCH).and_then(Value::as_str)
}

pub(super) fn is_deletion(value: &Value) -> bool {
    value.as_object().and_then(directive) == Some("delete")
}

/// `- $patch: replace` alone, which speaks of the list that it is in.
pub(super) fn is_replacement_mark(value: &Value) -> bool {
    value.as_object().is_some_and(|members| members.len() == 1 && directive(members) == Some("replace"))
}

/// The first directive anywhere in a list, as it is written.
pub(super) fn first_directive(value: &Value) -> Option<String> {
    match value {
        Value::Object(members) => members.iter().find_map(|(key, member)| match member.as_str() {
            Some(text) if key == PATCH => Some(format!("{key}: {text}")),
            _ if key.starts_with('$') => Some(key.clone()),
            _ => first_directive(member),
        }),
        Value::Array(items) => items.iter().find_map(first_directive),
        _ => None,
    }
}
