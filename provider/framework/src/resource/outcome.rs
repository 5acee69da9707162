//! What a resource or a data source returns.

use crate::{Diagnostic, Diagnostics, Private, Value};

/// The result of a call: the state of the object, if it exists, and messages for the user. A failure may have both.
///
/// ```
/// use provider_framework::{Diagnostic, Outcome, Private, Value};
///
/// let mut private = Private::new();
/// private.set("etag", "v1")?;
/// let server = Value::object([("name", Value::from("web"))]);
/// let outcome = Outcome::of(server)
///     .with_private(private)
///     .with(Diagnostic::warning("Slow disk", "The server uses the cheapest disk."));
/// assert!(outcome.state.is_some() && !outcome.diagnostics.has_errors());
/// assert!(Outcome::gone().state.is_none());
/// assert!(Outcome::failed(Diagnostic::error("No disk", "The quota is used up.")).diagnostics.has_errors());
/// # Ok::<(), Diagnostic>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The state of the object; `None` if it does not exist.
    pub state: Option<Value>,
    /// What to remember; `None` keeps what was remembered.
    pub private: Option<Private>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

impl Outcome {
    /// The object exists, in this state.
    pub fn of(state: Value) -> Self {
        Self { state: Some(state), ..Self::default() }
    }

    /// The object does not exist.
    pub fn gone() -> Self {
        Self::default()
    }

    /// Nothing was achieved.
    pub fn failed(diagnostics: impl Into<Diagnostics>) -> Self {
        Self { diagnostics: diagnostics.into(), ..Self::default() }
    }

    /// The same outcome with something to remember.
    #[must_use]
    pub fn with_private(mut self, private: Private) -> Self {
        self.private = Some(private);
        self
    }

    /// The same outcome with more messages.
    #[must_use]
    pub fn with(mut self, diagnostics: impl Into<Diagnostics>) -> Self {
        self.diagnostics.extend(diagnostics.into());
        self
    }
}

impl From<Result<Value, Diagnostic>> for Outcome {
    fn from(result: Result<Value, Diagnostic>) -> Self {
        result.map_or_else(Self::failed, Self::of)
    }
}
