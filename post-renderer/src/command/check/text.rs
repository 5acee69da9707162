//! The result of `check` for people.

use super::{Checks, Summary};
use crate::command::report;
use std::fmt;
use std::io::{self, Write};

/// Writes all findings and the summary.
pub(super) fn write(checks: &Checks, colored: bool, stream: &mut dyn Write) -> io::Result<()> {
    report::show(checks.findings(), colored, stream)?;
    writeln!(stream, "{}", checks.summary())
}

impl fmt::Display for Summary {
    /// `12 objects, 3 errors, 2 warnings, 5 would change`
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted =
            |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
        write!(
            formatter,
            "{}, {}, {}, {} would change",
            counted(self.objects, "object"),
            counted(self.errors, "error"),
            counted(self.warnings, "warning"),
            self.would_change
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summary_counts_in_words() {
        let summary = Summary { objects: 12, errors: 3, warnings: 1, notes: 9, would_change: 5 };
        assert_eq!(summary.to_string(), "12 objects, 3 errors, 1 warning, 5 would change");
    }
}
