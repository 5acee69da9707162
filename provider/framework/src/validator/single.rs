//! Rules for one value.

use std::{
    fmt::Display,
    ops::{Bound, RangeBounds},
};

use regex::Regex;

use crate::{Number, Path, Problem, Value, path::Step};

/// The number of characters of a string, or of elements of a list, set or map, must be in `bounds`.
///
/// ```
/// use provider_framework::validator::length;
///
/// assert!(length(1..=3)(&"web".into()).is_ok());
/// assert!(length(1..=3)(&"".into()).is_err());
/// ```
pub fn length(
    bounds: impl RangeBounds<usize>,
) -> impl Fn(&Value) -> Result<(), Problem> + Send + Sync + 'static {
    let bounds = (bounds.start_bound().cloned(), bounds.end_bound().cloned());
    move |value| {
        let (length, what) = match value.bare() {
            Value::String(text) => (text.chars().count(), "characters"),
            // Two unknown elements of a set may turn out to be the same.
            Value::Set(elements) if !value.is_wholly_known() && !elements.is_empty() => return Ok(()),
            Value::List(elements) | Value::Set(elements) => (elements.len(), "elements"),
            Value::Map(members) => (members.len(), "elements"),
            _ => return Ok(()),
        };
        if bounds.contains(&length) {
            return Ok(());
        }
        let detail = format!("It must have {} {what}; got {length}.", words(&bounds));
        Err(Problem::new("Invalid length", detail))
    }
}

/// The number must be in `bounds`.
///
/// ```
/// use provider_framework::validator::range;
///
/// assert!(range(1..=65535)(&80.into()).is_ok());
/// assert!(range(1..=65535)(&0.into()).is_err());
/// ```
pub fn range<N: Into<Number> + Clone>(
    bounds: impl RangeBounds<N>,
) -> impl Fn(&Value) -> Result<(), Problem> + Send + Sync + 'static {
    let number = |bound: Bound<&N>| bound.cloned().map(Into::<Number>::into);
    let bounds = (number(bounds.start_bound()), number(bounds.end_bound()));
    move |value| match value.as_number() {
        Some(number) if !bounds.contains(number) => {
            let detail = format!("It must be {}; got {number}.", words(&bounds));
            Err(Problem::new("Number out of range", detail))
        }
        _ => Ok(()),
    }
}

/// The string must match the regular expression as a whole. `meaning` describes it: "lower-case letters and dashes".
///
/// ```
/// use provider_framework::validator::pattern;
///
/// let name = pattern("[a-z-]+", "lower-case letters and dashes");
/// assert!(name(&"web-1".into()).is_err());
/// assert!(name(&"web".into()).is_ok());
/// ```
pub fn pattern(
    expression: &str,
    meaning: &str,
) -> impl Fn(&Value) -> Result<(), Problem> + Send + Sync + 'static {
    let compiled = Regex::new(&format!("^(?:{expression})$"));
    let (expression, meaning) = (expression.to_owned(), meaning.to_owned());
    move |value| {
        let Some(text) = value.as_str() else { return Ok(()) };
        match &compiled {
            Ok(compiled) if compiled.is_match(text) => Ok(()),
            Ok(_) => {
                let detail = format!("It must be {meaning} (`{expression}`); got \"{text}\".");
                Err(Problem::new("Invalid value", detail))
            }
            Err(error) => {
                let detail = format!("Its rule `{expression}` is not a valid regular expression: {error}.");
                Err(Problem::new("The provider made a mistake", detail))
            }
        }
    }
}

/// The value must be one of `choices`.
///
/// ```
/// use provider_framework::validator::one_of;
///
/// let size = one_of(["small", "large"]);
/// assert!(size(&"small".into()).is_ok());
/// assert!(size(&"medium".into()).is_err());
/// ```
pub fn one_of<V: Into<Value>>(
    choices: impl IntoIterator<Item = V>,
) -> impl Fn(&Value) -> Result<(), Problem> + Send + Sync + 'static {
    let choices: Vec<Value> = choices.into_iter().map(Into::into).collect();
    move |value| {
        if choices.contains(value.bare()) || !value.is_wholly_known() {
            return Ok(());
        }
        let names: Vec<String> = choices.iter().map(|choice| choice.to_json().to_string()).collect();
        let detail = format!("It must be one of {}; got {}.", names.join(", "), value.to_json());
        Err(Problem::new("Invalid value", detail))
    }
}

/// Every known element of a list, set or map must obey `rule`.
///
/// ```
/// use provider_framework::{Path, Value, validator::{each, range}};
///
/// let ports = Value::from(vec![80, 0]);
/// let problem = each(range(1..=65535))(&ports).unwrap_err();
/// assert_eq!(problem.path, Path::EMPTY.index(1));
/// ```
pub fn each(
    rule: impl Fn(&Value) -> Result<(), Problem> + Send + Sync + 'static,
) -> impl Fn(&Value) -> Result<(), Problem> + Send + Sync + 'static {
    move |value| {
        let known = |value: &Value| !value.bare().is_null() && !value.bare().is_unknown();
        let inside = |step: Step| {
            move |problem: Problem| Problem { path: Path::EMPTY.step(step).join(&problem.path), ..problem }
        };
        match value.bare() {
            Value::List(elements) => {
                for (index, element) in elements.iter().enumerate().filter(|(_, element)| known(element)) {
                    let index = i64::try_from(index).unwrap_or(i64::MAX);
                    rule(element).map_err(inside(Step::Index(index)))?;
                }
            }
            // Nothing inside a set has an address.
            Value::Set(elements) => elements.iter().filter(|element| known(element)).try_for_each(&rule)?,
            Value::Map(members) => {
                for (key, member) in members.iter().filter(|(_, member)| known(member)) {
                    rule(member).map_err(inside(Step::Key(key.clone())))?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Every key of a map must obey `rule`.
///
/// ```
/// use provider_framework::{Value, validator::{keys, length}};
///
/// let labels = Value::map([("team", Value::from("payments"))]);
/// assert!(keys(length(1..=63))(&labels).is_ok());
/// assert!(keys(length(1..=3))(&labels).is_err());
/// ```
pub fn keys(
    rule: impl Fn(&Value) -> Result<(), Problem> + Send + Sync + 'static,
) -> impl Fn(&Value) -> Result<(), Problem> + Send + Sync + 'static {
    move |value| {
        let Value::Map(members) = value.bare() else { return Ok(()) };
        for key in members.keys() {
            rule(&Value::from(key)).map_err(|problem| {
                let detail = format!("The key \"{key}\" is not valid. {}", problem.detail);
                Problem::new("Invalid key", detail).at(Path::EMPTY.key(key))
            })?;
        }
        Ok(())
    }
}

/// `at least 1 and at most 64`
fn words<T: Display>(bounds: &(Bound<T>, Bound<T>)) -> String {
    let low = match &bounds.0 {
        Bound::Included(low) => Some(format!("at least {low}")),
        Bound::Excluded(low) => Some(format!("more than {low}")),
        Bound::Unbounded => None,
    };
    let high = match &bounds.1 {
        Bound::Included(high) => Some(format!("at most {high}")),
        Bound::Excluded(high) => Some(format!("less than {high}")),
        Bound::Unbounded => None,
    };
    let both: Vec<String> = low.into_iter().chain(high).collect();
    both.join(" and ")
}

#[cfg(test)]
mod tests {
    use super::{each, keys, length, one_of, pattern, range};
    use crate::{Problem, Value};

    fn problem(result: Result<(), Problem>) -> String {
        result.map_or_else(|problem| problem.detail, |()| String::new())
    }

    #[test]
    fn lengths_count_characters_and_elements() {
        let rule = length(1..=3);
        assert_eq!(problem(rule(&"äöü".into())), "");
        assert_eq!(problem(rule(&"".into())), "It must have at least 1 and at most 3 characters; got 0.");
        let list = Value::List(vec![Value::Null; 4]);
        assert_eq!(problem(rule(&list)), "It must have at least 1 and at most 3 elements; got 4.");
        assert_eq!(problem(length(2..)(&Value::Set(vec![Value::Unknown]))), "");
    }

    #[test]
    fn ranges_hold_numbers() {
        assert_eq!(problem(range(1..=3)(&Value::from(3))), "");
        assert_eq!(problem(range(1..3)(&Value::from(3))), "It must be at least 1 and less than 3; got 3.");
        assert_eq!(problem(range(..=3)(&Value::from(4))), "It must be at most 3; got 4.");
    }

    #[test]
    fn patterns_match_the_whole_text() {
        let rule = pattern("[a-z]+", "lower-case letters");
        assert_eq!(problem(rule(&"abc".into())), "");
        assert_eq!(problem(rule(&"abc1".into())), "It must be lower-case letters (`[a-z]+`); got \"abc1\".");
        assert!(problem(pattern("[", "x")(&"a".into())).contains("not a valid regular expression"));
    }

    #[test]
    fn choices_are_listed() {
        let rule = one_of(["a", "b"]);
        assert_eq!(problem(rule(&"b".into())), "");
        assert_eq!(problem(rule(&"c".into())), "It must be one of \"a\", \"b\"; got \"c\".");
    }

    #[test]
    fn elements_and_keys_are_checked_with_their_places() {
        let map = Value::map([("a", Value::from(1)), ("b2", Value::from(9)), ("c", Value::Unknown)]);
        assert_eq!(each(range(..5))(&map).unwrap_err().path.to_string(), "[\"b2\"]");
        assert_eq!(keys(length(..2))(&map).unwrap_err().path.to_string(), "[\"b2\"]");
        let list = Value::List(vec![Value::from(1), Value::from(9)]);
        assert_eq!(each(range(..5))(&list).unwrap_err().path.to_string(), "[1]");
    }
}
