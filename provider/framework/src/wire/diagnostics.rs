//! Diagnostics and paths on the wire.

use proto::tfplugin5 as tf;
use tf::attribute_path::{Step as WireStep, step::Selector};

use crate::{Diagnostic, Diagnostics, Path, Severity, path::Step};

pub(crate) fn to_wire(diagnostics: Diagnostics) -> Vec<tf::Diagnostic> {
    diagnostics.into_sorted().iter().map(diagnostic).collect()
}

fn diagnostic(diagnostic: &Diagnostic) -> tf::Diagnostic {
    let severity = match diagnostic.severity {
        Severity::Error => tf::diagnostic::Severity::Error,
        Severity::Warning => tf::diagnostic::Severity::Warning,
    };
    tf::Diagnostic {
        severity: severity.into(),
        summary: printable(&diagnostic.summary),
        detail: printable(&diagnostic.detail),
        attribute: diagnostic.path.as_ref().filter(|path| !path.is_empty()).map(path_to_wire),
    }
}

/// Terraform prints messages unchanged, and a terminal obeys control characters: only line ends pass.
fn printable(text: &str) -> String {
    text.chars().filter(|character| *character == '\n' || !character.is_control()).collect()
}

pub(crate) fn path_to_wire(path: &Path) -> tf::AttributePath {
    let steps = path.steps().iter().map(|step| {
        let selector = match step {
            Step::Attribute(name) => Selector::AttributeName(name.clone()),
            Step::Key(key) => Selector::ElementKeyString(key.clone()),
            Step::Index(index) => Selector::ElementKeyInt(*index),
        };
        WireStep { selector: Some(selector) }
    });
    tf::AttributePath { steps: steps.collect() }
}

/// The path that [`path_to_wire`] wrote.
pub(crate) fn path_from_wire(path: &tf::AttributePath) -> Path {
    let steps = path.steps.iter().filter_map(|step| match step.selector.as_ref()? {
        Selector::AttributeName(name) => Some(Step::Attribute(name.clone())),
        Selector::ElementKeyString(key) => Some(Step::Key(key.clone())),
        Selector::ElementKeyInt(index) => Some(Step::Index(*index)),
    });
    steps.collect::<Vec<_>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_never_reach_a_terminal() {
        let wire = to_wire(Diagnostic::error("a\u{1b}[2Jb\u{7}", "first\r\nsecond\u{9b}1A").into());
        assert_eq!(wire[0].summary, "a[2Jb");
        assert_eq!(wire[0].detail, "first\nsecond1A");
    }
}
