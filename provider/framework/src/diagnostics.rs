//! What a person is told: errors and warnings as data, each with the place it is about.

use std::{error::Error, iter::successors};

use crate::Path;

/// Whether an operation failed.
///
/// ```
/// use provider_framework::{Diagnostic, Diagnostics, Severity};
///
/// let mut diagnostics = Diagnostics::new();
/// diagnostics.push(Diagnostic::warning("Old version", "Version 1 is supported until the end of the year."));
/// let warnings = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Warning);
/// assert_eq!(warnings.count(), 1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The operation failed.
    Error,
    /// The operation continued, but the user should know.
    Warning,
}

/// One message to the user of Terraform.
///
/// ```
/// use provider_framework::{Diagnostic, Path, Severity};
///
/// let error = Diagnostic::error("Port is taken", "Port 80 belongs to `web`. Choose another one.").at(Path::root("port"));
/// assert_eq!(error.severity, Severity::Error);
/// assert_eq!(error.path, Some(Path::root("port")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// Whether this is an error or a warning.
    pub severity: Severity,
    /// One line: what is wrong.
    pub summary: String,
    /// Why, and what to do about it. May have several lines.
    pub detail: String,
    /// The attribute or block that it is about; Terraform shows its lines in the configuration.
    pub path: Option<Path>,
}

impl Diagnostic {
    /// An error about no attribute in particular.
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: Severity::Error, summary: summary.into(), detail: detail.into(), path: None }
    }

    /// A warning about no attribute in particular.
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, summary: summary.into(), detail: detail.into(), path: None }
    }

    /// The same message about the attribute or block at `path`.
    #[must_use]
    pub fn at(mut self, path: Path) -> Self {
        self.path = Some(path);
        self
    }

    /// A fault of the provider's own code, worded so that users do not search their configuration for it.
    pub(crate) fn bug(detail: impl AsRef<str>) -> Self {
        Self::error(
            "The provider made a mistake",
            format!("{} This is a bug in the provider; please report it to its developers.", detail.as_ref()),
        )
    }
}

/// An error with the text of `error`, and with the texts of its sources as the detail. Where the user can do something
/// about it, [`Diagnostic::error`] with what to do is better.
///
/// ```
/// use provider_framework::Diagnostic;
///
/// fn read() -> Result<String, Diagnostic> {
///     Ok(std::fs::read_to_string("/no/such/file")?)
/// }
///
/// assert_eq!(read().unwrap_err().summary, "No such file or directory (os error 2)");
/// ```
impl<E: Error> From<E> for Diagnostic {
    fn from(error: E) -> Self {
        let sources = successors(error.source(), |&error| error.source());
        let detail: Vec<String> = sources.map(ToString::to_string).collect();
        Self::error(error.to_string(), detail.join(": "))
    }
}

/// All messages of one call. A message that is already there is not added again.
///
/// ```
/// use provider_framework::{Diagnostic, Diagnostics};
///
/// let mut diagnostics = Diagnostics::new();
/// assert!(diagnostics.is_empty());
/// diagnostics.push(Diagnostic::warning("Old version", "Version 1 ends this year."));
/// assert!(!diagnostics.has_errors());
/// let size = diagnostics.take(Err::<u32, _>(Diagnostic::error("No size", "The server did not answer.")));
/// assert_eq!((size, diagnostics.len()), (None, 2));
/// assert!(diagnostics.has_errors());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// No messages.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds one message.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.0.contains(&diagnostic) {
            self.0.push(diagnostic);
        }
    }

    /// Whether at least one message is an error.
    pub fn has_errors(&self) -> bool {
        self.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether it has no messages.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many messages there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The messages in the order in which they came.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// The value of a success. The message of a failure is added.
    pub fn take<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|diagnostic| self.push(diagnostic)).ok()
    }

    /// The messages in the order in which people are to read them: errors before warnings, then by place,
    /// and otherwise as they came.
    pub(crate) fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.0.sort_by(|left, right| (left.severity, &left.path).cmp(&(right.severity, &right.path)));
        self.0
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        let mut all = Self::new();
        all.extend(diagnostics);
        all
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, Diagnostics};
    use crate::Path;

    #[test]
    fn the_same_message_is_told_once() {
        let mut diagnostics = Diagnostics::new();
        diagnostics.extend([Diagnostic::error("a", "b"), Diagnostic::error("a", "b")]);
        assert_eq!(diagnostics.len(), 1);
    }

    #[test]
    fn errors_come_first_then_places_then_order_of_arrival() {
        let diagnostics: Diagnostics = [
            Diagnostic::warning("w", ""),
            Diagnostic::error("2", "").at(Path::root("b")),
            Diagnostic::error("1", "").at(Path::root("a")),
            Diagnostic::error("3", "").at(Path::root("b")),
            Diagnostic::error("0", ""),
        ]
        .into_iter()
        .collect();
        let summaries: Vec<String> =
            diagnostics.into_sorted().into_iter().map(|diagnostic| diagnostic.summary).collect();
        assert_eq!(summaries, ["0", "1", "2", "3", "w"]);
    }
}
