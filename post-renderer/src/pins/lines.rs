//! Lines of files, with those joined that a backslash continues.

use std::collections::BTreeSet;

/// A line of text, or several that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Number of the first one, from 1.
    pub(super) number: usize,
    pub(super) text: String,
}

/// The lines without comments, each joined with those that a backslash continues.
pub(super) fn joined(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut is_continued = false;
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.starts_with('#') || trimmed.starts_with("//") {
            continue;
        }
        let (part, continues) = match trimmed.strip_suffix('\\') {
            Some(part) => (part.trim_end(), true),
            None => (trimmed, false),
        };
        match lines.last_mut() {
            Some(last) if is_continued => {
                last.text.push(' ');
                last.text.push_str(part);
            }
            _ => lines.push(Line { number: index + 1, text: part.to_owned() }),
        }
        is_continued = continues;
    }
    lines
}

/// Numbers of lines with an exception and its reason: `pins: allow REASON` at their end or in a comment line above.
pub(super) fn allowed(text: &str) -> BTreeSet<usize> {
    let mut numbers = BTreeSet::new();
    for (index, line) in text.lines().enumerate() {
        let reason = line.split_once("pins: allow ").map(|(_, reason)| reason.trim());
        if reason.is_some_and(|reason| !reason.is_empty()) {
            let is_comment = line.trim_start().starts_with(['#', '/']);
            numbers.insert(if is_comment { index + 2 } else { index + 1 });
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn continued_lines_are_one_line() {
        let text = "RUN a && \\\n    # why\n    b\nRUN c\n";
        let lines = joined(text);
        assert_eq!(lines[0], Line { number: 1, text: "RUN a && b".to_owned() });
        assert_eq!(lines[1].number, 4);
    }

    #[test]
    fn an_exception_needs_a_reason() {
        assert_eq!(allowed("x\n# pins: allow the mirror keeps one version\ny\n"), BTreeSet::from([3]));
        assert!(allowed("# pins: allow \n").is_empty());
    }
}
