//! Where work that takes long reports how far it is.

use std::fmt;
use std::sync::Arc;

/// Takes lines for the person who waits. Without a listener they are dropped.
#[derive(Clone, Default)]
pub(crate) struct Report(Option<Arc<dyn Fn(String) + Send + Sync>>);

impl Report {
    /// Hands each line to `listener`.
    pub(crate) fn to(listener: impl Fn(String) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(listener)))
    }

    /// Reports a line.
    pub(crate) fn line(&self, line: impl Into<String>) {
        if let Some(listener) = &self.0 {
            listener(line.into());
        }
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Report")
    }
}
