//! What AWS refuses of tags, told at plan: a create would otherwise fail half-way, at the first service that is strict.

use std::collections::BTreeMap;

use ipsy_aws::Tags;
use provider_framework::{Diagnostic, Diagnostics, Path};

use crate::infrastructure::ownership::MARKS;

/// The most tags of one object, on every service.
const MOST: usize = 50;
/// Longest key and value.
const KEY_LENGTH: usize = 128;
const VALUE_LENGTH: usize = 256;

/// Checks the tags of an app, those of the provider's `default_tags` included.
pub(super) fn check(default_tags: &Tags, app_tags: &Tags, diagnostics: &mut Diagnostics) {
    let mut all = default_tags.clone();
    all.extend(app_tags.clone());
    for (summary, detail) in problems(&all) {
        diagnostics.push(Diagnostic::error(summary, detail).at(Path::root("tags")));
    }
}

fn problems(tags: &Tags) -> Vec<(String, String)> {
    let mut problems = Vec::new();
    let mut by_letters: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (key, value) in tags {
        by_letters.entry(key.to_lowercase()).or_default().push(key);
        if let Some(reason) = wrong_key(key).or_else(|| wrong_value(value)) {
            problems.push((
                format!("AWS does not take the tag `{}`", key.escape_debug()),
                format!("{reason} Correct it in `tags`, or in the provider's `default_tags`."),
            ));
        }
    }
    for mark in MARKS.iter().filter(|mark| !tags.contains_key(**mark)) {
        by_letters.entry(mark.to_lowercase()).or_default().push(mark);
    }
    for keys in by_letters.values().filter(|keys| keys.len() > 1) {
        problems.push((
            format!("The tags `{}` differ only in case", keys.join("` and `")),
            "IAM refuses a role with both, although other services take them. Write the key the same way in `tags` and \
             in the provider's `default_tags`, where one then wins over the other. Tags that begin with `ipsy:` are set by \
             ipsy."
                .to_owned(),
        ));
    }
    let most = MOST - MARKS.len();
    if tags.len() > most {
        problems.push((
            format!("{} tags are too many", tags.len()),
            format!(
                "AWS takes {MOST} on an object, and ipsy needs {} for itself: at most {most} remain for `tags` and the \
                 provider's `default_tags` together.",
                MARKS.len()
            ),
        ));
    }
    problems
}

fn wrong_key(key: &str) -> Option<String> {
    if key.to_lowercase().starts_with("aws:") {
        return Some("Keys that start with `aws:` are AWS' own.".to_owned());
    }
    if key.is_empty() || key.chars().count() > KEY_LENGTH {
        return Some(format!("A key has 1 to {KEY_LENGTH} characters."));
    }
    (!key.chars().all(is_allowed)).then(|| format!("A key has {ALLOWED}."))
}

fn wrong_value(value: &str) -> Option<String> {
    if value.chars().count() > VALUE_LENGTH {
        return Some(format!("A value has at most {VALUE_LENGTH} characters."));
    }
    (!value.chars().all(is_allowed)).then(|| format!("A value has {ALLOWED}."))
}

const ALLOWED: &str = "letters, digits, blanks and `_ . : / = + - @`";

fn is_allowed(sign: char) -> bool {
    sign.is_alphanumeric() || sign == ' ' || "_.:/=+-@".contains(sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tags: &[(&str, &str)], expected: &[&str]) {
        let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let found: Vec<String> = problems(&tags).into_iter().map(|(summary, _)| summary).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_aws_takes_passes() {
        check(&[("cost-center", "cc 42"), ("Straße", "a@b.example/x=1"), ("empty", "")], &[]);
    }

    #[test]
    fn what_any_service_refuses_is_named() {
        check(
            &[("Environment", "dev"), ("environment", "dev")],
            &["The tags `Environment` and `environment` differ only in case"],
        );
        check(&[("IPSY:App", "search")], &["The tags `IPSY:App` and `ipsy:app` differ only in case"]);
        check(&[("AWS:x", "1")], &["AWS does not take the tag `AWS:x`"]);
        check(&[("a", "{}")], &["AWS does not take the tag `a`"]);
        check(&[("a\n", "1")], &["AWS does not take the tag `a\\n`"]);
        check(&[("", "1")], &["AWS does not take the tag ``"]);
        check(&[("a", &"x".repeat(257))], &["AWS does not take the tag `a`"]);
    }

    #[test]
    fn ipsy_needs_some_tags_for_itself() {
        let many: Vec<String> = (0..50).map(|number| format!("key{number}")).collect();
        let tags: Vec<(&str, &str)> = many.iter().map(|key| (key.as_str(), "")).collect();
        check(&tags, &["50 tags are too many"]);
        check(&tags[..42], &[]);
    }
}
