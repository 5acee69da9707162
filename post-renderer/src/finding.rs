//! What is told to a person: one finding is one thing that is wrong, where it is, why, and what to do about it.

mod place;

use manifest_patch::Problem;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; changes nothing.
    Note,
    /// Something that the platform's rules do not like, but let pass.
    Warning,
    /// The rendering fails.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// Where a finding is. Every part is optional, since some findings are about a whole stream.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Location {
    /// The file or option that the text came from (`standards.yaml`, `--config-json`, `stdin`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Number of the document in its stream, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<usize>,
    /// Line in the whole text, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Column in characters, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// The Kubernetes object, as `Deployment/web` or `Deployment/shop/web`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// The field, as `spec.template.spec.containers[0].image`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The source line itself, so that a report can underline the place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Where in `text` the column is, if `text` is a part of the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caret: Option<usize>,
}

/// One thing that a person should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule that speaks, in kebab case (`setting-unmatched`), stable over releases.
    pub id: String,
    /// How much it weighs.
    pub severity: Severity,
    /// Where it is.
    #[serde(default)]
    pub location: Location,
    /// What is wrong, and why.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub help: Option<String>,
}

impl Finding {
    /// A finding that makes the rendering fail.
    pub fn error(id: &str, message: impl Into<String>) -> Self {
        Self::new(id, Severity::Error, message)
    }

    /// A finding that lets the rendering pass.
    pub fn warning(id: &str, message: impl Into<String>) -> Self {
        Self::new(id, Severity::Warning, message)
    }

    /// A finding of the given weight, without a place yet.
    pub fn new(id: &str, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            id: id.to_owned(),
            severity,
            location: Location::default(),
            message: message.into(),
            help: None,
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the field that it is about.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.location.field = Some(field.into());
        self
    }

    /// Adds the object that it is about.
    #[must_use]
    pub fn object(mut self, object: impl Into<String>) -> Self {
        self.location.object = Some(object.into());
        self
    }

    /// Adds the place in the source text.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        let Location { object, field, .. } = std::mem::take(&mut self.location);
        self.location = location;
        self.location.object = self.location.object.or(object);
        self.location.field = self.location.field.or(field);
        self
    }
}

impl fmt::Display for Finding {
    /// A report for people: headline, place, the source line underlined, help.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}[{}]: ", self.severity, self.id)?;
        let place = &self.location;
        match (&place.object, &place.field) {
            (Some(object), Some(field)) => write!(formatter, "{object}: {field}: ")?,
            (Some(one), None) | (None, Some(one)) => write!(formatter, "{one}: ")?,
            (None, None) => {}
        }
        formatter.write_str(&self.message)?;
        let mut parts = Vec::new();
        if let Some(source) = &place.source {
            parts.push(source.clone());
        }
        if let Some(document) = place.document {
            parts.push(format!("document {document}"));
        }
        match (place.line, place.column) {
            (Some(line), Some(column)) => parts.push(format!("line {line}, column {column}")),
            (Some(line), None) => parts.push(format!("line {line}")),
            _ => {}
        }
        if !parts.is_empty() {
            write!(formatter, "\n  --> {}", parts.join(", "))?;
        }
        if let (Some(text), Some(line)) = (&place.text, place.line) {
            let number = line.to_string();
            write!(formatter, "\n  {number} | {text}")?;
            if let Some(column) = place.caret.or(place.column) {
                // Tabs stay tabs, so that the mark stands below its place however wide they are.
                let above = text.chars().map(|character| if character == '\t' { '\t' } else { ' ' });
                let indent: String =
                    above.chain(std::iter::repeat(' ')).take(column.saturating_sub(1)).collect();
                write!(formatter, "\n  {:width$}{indent}^", "", width = number.len() + 3)?;
            }
        }
        if let Some(help) = &self.help {
            write!(formatter, "\n  help: {help}")?;
        }
        Ok(())
    }
}

impl From<Problem> for Finding {
    /// An error with the problem's own field and advice.
    fn from(problem: Problem) -> Self {
        let mut finding = Self::error(problem.id, problem.message);
        finding.location.field = problem.field;
        finding.help = problem.help;
        finding
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_underlines_the_place() {
        let finding = Finding::error("bad-yaml", "a tab cannot indent")
            .at(Location {
                source: Some("stdin".into()),
                document: Some(2),
                line: Some(12),
                column: Some(3),
                text: Some("a:\tb".into()),
                ..Location::default()
            })
            .help("use blanks");
        assert_eq!(
            finding.to_string(),
            "error[bad-yaml]: a tab cannot indent\n  --> stdin, document 2, line 12, column 3\n  12 | a:\tb\n         ^\n  help: use blanks"
        );
    }
}
