//! The result of `check` as `JUnit` XML: a test suite per stream, a test case per object.
//!
//! An object fails on errors, and with `--strict` also on warnings and changes. A finding about no object belongs to a
//! test case named after its document, or `stream`.

use super::{Checked, Checks};
use crate::finding::{Finding, Severity};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

/// One test case.
struct Case<'c> {
    /// `Deployment/web`
    name: String,
    document: Option<usize>,
    findings: Vec<&'c Finding>,
}

/// Writes one document for all streams.
pub(super) fn write(checks: &Checks, stream: &mut dyn Write) -> io::Result<()> {
    let suites: Vec<(&str, Vec<Case<'_>>)> =
        checks.streams.iter().map(|checked| (checked.title(), cases(checked))).collect();
    let fails = |case: &&Case<'_>| case.failures(checks.fails_from).next().is_some();
    let all = || suites.iter().flat_map(|(_, cases)| cases);
    writeln!(stream, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    let (tests, failures) = (all().count(), all().filter(fails).count());
    writeln!(stream, r#"<testsuites name="ipsy-post-renderer" tests="{tests}" failures="{failures}">"#)?;
    for (title, cases) in &suites {
        let (title, tests, failures) = (escaped(title), cases.len(), cases.iter().filter(fails).count());
        writeln!(
            stream,
            r#"  <testsuite name="{title}" tests="{tests}" failures="{failures}" errors="0" skipped="0">"#
        )?;
        for case in cases {
            write_case(case, &title, checks.fails_from, stream)?;
        }
        writeln!(stream, "  </testsuite>")?;
    }
    writeln!(stream, "</testsuites>")
}

/// The objects of a stream in their order, then what belongs to none.
fn cases(checked: &Checked) -> Vec<Case<'_>> {
    let mut cases: Vec<Case<'_>> = checked
        .objects
        .iter()
        .map(|object| Case {
            name: object.object.clone(),
            document: Some(object.document),
            findings: Vec::new(),
        })
        .collect();
    let mut indices: BTreeMap<(Option<usize>, String), usize> = BTreeMap::new();
    for (index, case) in cases.iter().enumerate() {
        indices.entry((case.document, case.name.clone())).or_insert(index);
    }
    for finding in &checked.findings {
        let place = &finding.location;
        let name = match (&place.object, place.document) {
            (Some(object), _) => object.clone(),
            (None, Some(document)) => format!("document {document}"),
            (None, None) => "stream".to_owned(),
        };
        let index = *indices.entry((place.document, name.clone())).or_insert(cases.len());
        match cases.get_mut(index) {
            Some(case) => case.findings.push(finding),
            None => cases.push(Case { name, document: place.document, findings: vec![finding] }),
        }
    }
    cases
}

impl Case<'_> {
    fn failures(&self, from: Severity) -> impl Iterator<Item = &&Finding> {
        self.findings.iter().filter(move |finding| finding.severity >= from)
    }
}

/// Writes a test case; several failures become one element, since readers expect one at most.
fn write_case(case: &Case<'_>, suite: &str, fails_from: Severity, stream: &mut dyn Write) -> io::Result<()> {
    let name = escaped(&case.name);
    if case.findings.is_empty() {
        return writeln!(stream, r#"    <testcase classname="{suite}" name="{name}"/>"#);
    }
    writeln!(stream, r#"    <testcase classname="{suite}" name="{name}">"#)?;
    let failures: Vec<&&Finding> = case.failures(fails_from).collect();
    if let Some(first) = failures.first() {
        let (id, message, text) =
            (escaped(&first.id), escaped(&first.message), texts(failures.iter().copied()));
        writeln!(stream, r#"      <failure type="{id}" message="{message}">{text}</failure>"#)?;
    }
    let others: Vec<&&Finding> =
        case.findings.iter().filter(|finding| finding.severity < fails_from).collect();
    if !others.is_empty() {
        writeln!(stream, "      <system-out>{}</system-out>", texts(others.iter().copied()))?;
    }
    writeln!(stream, "    </testcase>")
}

fn texts<'f>(findings: impl Iterator<Item = &'f &'f Finding>) -> String {
    let mut text = String::new();
    for finding in findings {
        let _ = writeln!(text, "{finding}");
    }
    escaped(text.trim_end())
}

/// Text as XML 1.0 takes it, in attributes as well as between tags.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(character),
            // XML 1.0 has no way to write these.
            '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            control if control.is_control() => escaped.push(char::REPLACEMENT_CHARACTER),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_for_xml() {
        assert_eq!(escaped("a<b & \"c\"\u{1b}\n\u{ffff}"), "a&lt;b &amp; &quot;c&quot;\u{fffd}\n\u{fffd}");
    }
}
