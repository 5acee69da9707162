//! Kubernetes' label selectors, whole grammar: `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1`.

/// A parsed selector: all requirements must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    requirements: Vec<Requirement>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    key: String,
    operator: Operator,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Operator {
    Exists,
    DoesNotExist,
    In(Vec<String>),
    NotIn(Vec<String>),
    GreaterThan(i64),
    LessThan(i64),
}

/// Whether a text may be the key of a label or annotation: a name, perhaps behind a DNS subdomain and a slash.
/// (Written out, because a counted repetition such as `{0,251}` takes milliseconds to compile at every start.)
pub fn is_label_key(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_name(name),
        None => is_name(text),
    }
}

/// Whether a text may be the value of a label.
pub fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_name(text)
}

/// At most 63 letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit.
fn is_name(text: &str) -> bool {
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// RFC 1123's: at most 253 small letters, digits, `-` and `.`, each part beginning and ending with one of the
/// first two.
fn is_subdomain(text: &str) -> bool {
    let inner = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_part = |part: &str| {
        let bytes = part.as_bytes();
        bytes.first().is_some_and(inner)
            && bytes.last().is_some_and(inner)
            && bytes.iter().all(|byte| inner(byte) || *byte == b'-')
    };
    text.len() <= 253 && text.split('.').all(is_part)
}

impl Selector {
    /// Parses a selector. The error describes the problem. `for_labels` demands that values may be label
    /// values; values of annotations are free.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut requirements = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let (requirement, after) = requirement(rest)?;
            requirements.push(requirement);
            rest = after.trim_start();
            match rest.strip_prefix(',') {
                Some(after) if after.trim().is_empty() => return Err("it ends with a comma".to_owned()),
                Some(after) => rest = after.trim_start(),
                None if rest.is_empty() => {}
                None => {
                    return Err(format!("`{rest}` is not understood; requirements are separated by commas"));
                }
            }
        }
        Ok(Self { requirements })
    }

    /// Whether the selector demands anything of this key.
    pub fn names(&self, key: &str) -> bool {
        self.requirements.iter().any(|requirement| requirement.key == key)
    }

    /// Whether labels that `value` looks up satisfy all requirements.
    pub fn matches<'v>(&self, mut value: impl FnMut(&str) -> Option<std::borrow::Cow<'v, str>>) -> bool {
        self.requirements.iter().all(|requirement| {
            let found = value(&requirement.key);
            match (&requirement.operator, found) {
                (Operator::Exists, found) => found.is_some(),
                (Operator::DoesNotExist, found) => found.is_none(),
                (Operator::In(values), Some(found)) => values.iter().any(|value| *value == found),
                (Operator::NotIn(values), Some(found)) => values.iter().all(|value| *value != found),
                (Operator::NotIn(_), None) => true,
                (Operator::In(_) | Operator::GreaterThan(_) | Operator::LessThan(_), None) => false,
                (Operator::GreaterThan(bound), Some(found)) => {
                    found.parse::<i64>().is_ok_and(|found| found > *bound)
                }
                (Operator::LessThan(bound), Some(found)) => {
                    found.parse::<i64>().is_ok_and(|found| found < *bound)
                }
            }
        })
    }
}

fn requirement(text: &str) -> Result<(Requirement, &str), String> {
    if let Some(rest) = text.strip_prefix('!') {
        let (key, rest) = word(rest.trim_start());
        return Ok((Requirement { key: checked_key(key)?, operator: Operator::DoesNotExist }, rest));
    }
    let (key, rest) = word(text);
    let key = checked_key(key)?;
    let after = rest.trim_start();
    for (sign, equal) in [("==", true), ("!=", false), ("=", true)] {
        if let Some(rest) = after.strip_prefix(sign) {
            let (value, rest) = word(rest.trim_start());
            let values = vec![checked_value(value)?];
            let operator = if equal { Operator::In(values) } else { Operator::NotIn(values) };
            return Ok((Requirement { key, operator }, rest));
        }
    }
    for sign in ['>', '<'] {
        if let Some(rest) = after.strip_prefix(sign) {
            let (value, rest) = word(rest.trim_start());
            let bound =
                value.parse().map_err(|_| format!("`{value}` after `{sign}` is not a whole number"))?;
            let operator = if sign == '>' { Operator::GreaterThan(bound) } else { Operator::LessThan(bound) };
            return Ok((Requirement { key, operator }, rest));
        }
    }
    let (operator, behind) = word(after);
    if matches!(operator, "in" | "notin") {
        let list = behind
            .trim_start()
            .strip_prefix('(')
            .ok_or_else(|| format!("a list `(…)` is missing behind `{operator}`"))?;
        let (values, rest) = list.split_once(')').ok_or("the list is not closed with `)`")?;
        let values: Result<Vec<String>, String> =
            values.split(',').map(|value| checked_value(value.trim())).collect();
        let operator = if operator == "in" { Operator::In(values?) } else { Operator::NotIn(values?) };
        return Ok((Requirement { key, operator }, rest));
    }
    Ok((Requirement { key, operator: Operator::Exists }, rest))
}

fn word(text: &str) -> (&str, &str) {
    text.split_at(text.find([' ', ',', '=', '!', '<', '>', '(', ')']).unwrap_or(text.len()))
}

fn checked_key(key: &str) -> Result<String, String> {
    if is_label_key(key) { Ok(key.to_owned()) } else { Err(format!("`{key}` is not a valid label key")) }
}

fn checked_value(value: &str) -> Result<String, String> {
    if is_label_value(value) {
        Ok(value.to_owned())
    } else {
        Err(format!("`{value}` is not a valid label value"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    fn check(selector: &str, matches: bool) {
        let labels = |key: &str| match key {
            "app" => Some(Cow::Borrowed("web")),
            "tier" => Some(Cow::Borrowed("")),
            "n" => Some(Cow::Borrowed("5")),
            _ => None,
        };
        assert_eq!(Selector::parse(selector).unwrap().matches(labels), matches, "{selector}");
    }

    #[test]
    fn the_whole_grammar_is_understood() {
        for selector in [
            "",
            "app",
            "app=web",
            "app == web",
            "app!=db",
            "x!=1",
            "app in (web, db)",
            "app notin (db)",
            "!x",
            "! x",
            "n>4",
            "n<6",
            "tier=",
            "app=web,n",
            " app , !x ",
            "x notin (a)",
        ] {
            check(selector, true);
        }
        for selector in [
            "x",
            "app=db",
            "app!=web",
            "app in (db)",
            "app notin (web,db)",
            "!app",
            "n>5",
            "x>1",
            "app,x",
            "app>1",
            "tier in (a)",
        ] {
            check(selector, false);
        }
    }

    #[test]
    fn keys_and_values_are_those_of_kubernetes() {
        let long = "a".repeat(63);
        for key in ["a", "A.b_c-1", "app.kubernetes.io/name", "a-b.c/9", &long, &format!("x/{long}")] {
            assert!(is_label_key(key), "{key}");
        }
        for key in
            ["", "-a", "a-", "a/", "/a", "a/b/c", "A/b", "a..b/c", "a-.b/c", "é", "a b", &format!("a{long}")]
        {
            assert!(!is_label_key(key), "{key}");
        }
        assert!(is_label_key(&format!("{}/n", "a".repeat(253))));
        assert!(!is_label_key(&format!("{}/n", "a".repeat(254))));
        assert!(
            is_label_value("") && is_label_value("1.2_x") && !is_label_value("a/b") && !is_label_value("_a")
        );
    }

    #[test]
    fn an_invalid_selector_is_refused() {
        for selector in
            ["=a", "a=b,", ",a", "a in", "a in (b", "a b", "a=b c", "a>b", "a=-", "a//b", "!", "in (a)"]
        {
            assert!(Selector::parse(selector).is_err(), "{selector}");
        }
    }
}
