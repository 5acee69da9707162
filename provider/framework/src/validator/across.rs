//! Rules across the arguments and blocks of one body: for `check` of a [`Schema`](crate::Schema) or of a
//! [`Block`](crate::Block). A block counts as set when there is at least one of it; what is unknown may be set or not.

use crate::{Path, Problem, Value};

/// At most one of these arguments or blocks may be set.
///
/// ```
/// use provider_framework::{Value, validator::conflicts};
///
/// let config = |set: &[&str]| {
///     let value = |name| if set.contains(&name) { Value::from("x") } else { Value::Null };
///     Value::object(["file", "text"].map(|name| (name, value(name))))
/// };
/// let rule = conflicts(["file", "text"]);
/// assert!(rule(&config(&["file"])).is_ok());
/// assert!(rule(&config(&[])).is_ok());
/// assert!(rule(&config(&["file", "text"])).is_err());
/// ```
pub fn conflicts<const N: usize>(
    names: [&'static str; N],
) -> impl Fn(&Value) -> Result<(), Problem> + Send + Sync + 'static {
    move |body| at_most_one(body, &names)
}

/// Exactly one of these arguments or blocks must be set.
///
/// ```
/// use provider_framework::{Value, validator::exactly_one};
///
/// let config = |set: &[&str]| {
///     let value = |name| if set.contains(&name) { Value::from("x") } else { Value::Null };
///     Value::object(["file", "text"].map(|name| (name, value(name))))
/// };
/// let rule = exactly_one(["file", "text"]);
/// assert!(rule(&config(&["file"])).is_ok());
/// assert!(rule(&config(&[])).is_err());
/// assert!(rule(&config(&["file", "text"])).is_err());
/// ```
pub fn exactly_one<const N: usize>(
    names: [&'static str; N],
) -> impl Fn(&Value) -> Result<(), Problem> + Send + Sync + 'static {
    move |body| {
        at_most_one(body, &names)?;
        one_at_least(body, &names, "Exactly one")
    }
}

/// At least one of these arguments or blocks must be set.
///
/// ```
/// use provider_framework::{Value, validator::at_least_one};
///
/// let config = |set: &[&str]| {
///     let value = |name| if set.contains(&name) { Value::from("x") } else { Value::Null };
///     Value::object(["file", "text"].map(|name| (name, value(name))))
/// };
/// let rule = at_least_one(["file", "text"]);
/// assert!(rule(&config(&["file"])).is_ok());
/// assert!(rule(&config(&[])).is_err());
/// ```
pub fn at_least_one<const N: usize>(
    names: [&'static str; N],
) -> impl Fn(&Value) -> Result<(), Problem> + Send + Sync + 'static {
    move |body| one_at_least(body, &names, "At least one")
}

/// These arguments or blocks must be set together or not at all.
///
/// ```
/// use provider_framework::{Value, validator::together};
///
/// let config = |set: &[&str]| {
///     let value = |name| if set.contains(&name) { Value::from("x") } else { Value::Null };
///     Value::object(["file", "text"].map(|name| (name, value(name))))
/// };
/// let rule = together(["file", "text"]);
/// assert!(rule(&config(&["file", "text"])).is_ok());
/// assert!(rule(&config(&["file"])).is_err());
/// ```
pub fn together<const N: usize>(
    names: [&'static str; N],
) -> impl Fn(&Value) -> Result<(), Problem> + Send + Sync + 'static {
    move |body| {
        let set = names.iter().find(|name| presence(body, name) == Presence::Set);
        let missing = names.iter().find(|name| presence(body, name) == Presence::Absent);
        match (set, missing) {
            (Some(set), Some(missing)) => {
                let detail =
                    format!("`{set}` needs `{missing}` as well. Set all of {}, or none.", list(&names));
                Err(Problem::new("Missing argument", detail).at(Path::root(*set)))
            }
            _ => Ok(()),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    Set,
    Absent,
    Unknown,
}

fn presence(body: &Value, name: &str) -> Presence {
    let value = body.attribute(name);
    match value.bare() {
        Value::Null => Presence::Absent,
        Value::Unknown => Presence::Unknown,
        Value::List(blocks) | Value::Set(blocks) if blocks.is_empty() => Presence::Absent,
        Value::Map(blocks) if blocks.is_empty() => Presence::Absent,
        _ => Presence::Set,
    }
}

fn at_most_one(body: &Value, names: &[&str]) -> Result<(), Problem> {
    let set: Vec<&str> = names.iter().copied().filter(|name| presence(body, name) == Presence::Set).collect();
    match set.as_slice() {
        [first, second, ..] => {
            let detail =
                format!("`{second}` cannot be set together with `{first}`. Set only one of {}.", list(names));
            Err(Problem::new("Conflicting arguments", detail).at(Path::root(*second)))
        }
        _ => Ok(()),
    }
}

fn one_at_least(body: &Value, names: &[&str], how_many: &str) -> Result<(), Problem> {
    if names.iter().any(|name| presence(body, name) != Presence::Absent) {
        return Ok(());
    }
    Err(Problem::new("Missing argument", format!("{how_many} of {} must be set.", list(names))))
}

fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::{at_least_one, conflicts, exactly_one, together};
    use crate::Value;

    fn body(a: Value, b: Value) -> Value {
        Value::object([("a", a), ("b", b)])
    }

    #[test]
    fn conflicts_need_two_known_arguments() {
        let rule = conflicts(["a", "b"]);
        assert!(rule(&body("x".into(), "y".into())).is_err());
        assert!(rule(&body("x".into(), Value::Unknown)).is_ok());
        assert!(rule(&body(Value::Null, Value::Null)).is_ok());
    }

    #[test]
    fn exactly_one_means_neither_none_nor_both() {
        let rule = exactly_one(["a", "b"]);
        let problem = rule(&body("x".into(), "y".into())).unwrap_err();
        assert_eq!(problem.path.to_string(), "b");
        let problem = rule(&body(Value::Null, Value::List(Vec::new()))).unwrap_err();
        assert_eq!(problem.detail, "Exactly one of `a`, `b` must be set.");
        assert!(rule(&body(Value::Null, Value::Unknown)).is_ok());
        assert!(rule(&body(Value::Null, Value::List(vec![Value::Null]))).is_ok());
    }

    #[test]
    fn at_least_one_may_be_a_block() {
        let rule = at_least_one(["a", "b"]);
        assert!(rule(&body(Value::Null, Value::Set(vec![Value::Unknown]))).is_ok());
        assert!(rule(&body(Value::Null, Value::map([] as [(&str, Value); 0]))).is_err());
    }

    #[test]
    fn together_means_all_or_none() {
        let rule = together(["a", "b"]);
        assert!(rule(&body(Value::Null, Value::Null)).is_ok());
        assert!(rule(&body("x".into(), Value::Unknown)).is_ok());
        assert_eq!(rule(&body("x".into(), Value::Null)).unwrap_err().path.to_string(), "a");
    }
}
