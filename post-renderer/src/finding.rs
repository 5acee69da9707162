//! What is told to a person: one finding is one thing that is wrong, where it is, why, and what to do about it.

mod catalog;
mod display;
mod place;
mod template;

pub use catalog::{FindingKind, finding_kinds};
use manifest_patch::Problem;
use serde::{Deserialize, Serialize};
use std::fmt;
pub(crate) use template::template;

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
    /// The chart template that the object comes from, as Helm notes it (`shop/templates/app.yaml`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
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

    /// Puts its field below a place.
    #[must_use]
    pub(crate) fn below(self, place: &str) -> Self {
        let field = format!("{place}.{}", self.location.field.as_deref().unwrap_or_default());
        self.field(field)
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

    /// The id of the rule, without the part: `resource-maximum` for `resource-maximum/memory`.
    pub fn rule(&self) -> &str {
        self.id.split_once('/').map_or(&self.id, |(rule, _)| rule)
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

impl From<Problem> for Finding {
    /// An error with the problem's own field and advice.
    fn from(problem: Problem) -> Self {
        let mut finding = Self::error(problem.id, problem.message);
        finding.location.field = problem.field;
        finding.help = problem.help;
        finding
    }
}
