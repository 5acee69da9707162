//! Rules that a single attribute or block must obey.

use std::{fmt, sync::Arc};

use crate::{Path, Value};

/// What is wrong with a value. The framework adds the place and reports all problems at once.
///
/// ```
/// use provider_framework::{Path, Problem};
///
/// let problem = Problem::new("Unknown zone", "Zones are a, b and c.").at(Path::root("zone"));
/// assert_eq!(problem.path.to_string(), "zone");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// One line: what is wrong.
    pub summary: String,
    /// Why, and what to do about it.
    pub detail: String,
    /// Where inside the checked value; empty for the value itself.
    pub path: Path,
}

impl Problem {
    /// A problem of the checked value as a whole.
    pub fn new(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { summary: summary.into(), detail: detail.into(), path: Path::EMPTY }
    }

    /// The same problem of a part of the value; `path` starts at the checked value.
    #[must_use]
    pub fn at(mut self, path: Path) -> Self {
        self.path = path;
        self
    }
}

/// A rule: a function from a value to the problem that it has.
///
/// It is never asked about null or unknown. Parts of the value may still be unknown.
///
/// ```
/// use provider_framework::{Check, Problem, Value};
///
/// let even = Check::new(|value: &Value| match value.as_i64() {
///     Some(number) if number % 2 != 0 => Err(Problem::new("Odd number", format!("{number} must be even."))),
///     _ => Ok(()),
/// });
/// assert!(even.run(&2.into()).is_ok());
/// assert_eq!(even.run(&3.into()).unwrap_err().detail, "3 must be even.");
/// ```
#[derive(Clone)]
pub struct Check(Arc<Rule>);

type Rule = dyn Fn(&Value) -> Result<(), Problem> + Send + Sync;

impl Check {
    /// A rule out of a function or closure.
    pub fn new(rule: impl Fn(&Value) -> Result<(), Problem> + Send + Sync + 'static) -> Self {
        Self(Arc::new(rule))
    }

    /// Asks the rule about a value.
    pub fn run(&self, value: &Value) -> Result<(), Problem> {
        (self.0)(value)
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Check")
    }
}
