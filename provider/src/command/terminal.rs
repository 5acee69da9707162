//! The conversation with the user.

use std::fmt::Display;
use std::io::{BufRead, Result, Write};

/// Where questions are asked and results are shown.
pub(super) struct Terminal<'a> {
    pub(super) input: &'a mut dyn BufRead,
    pub(super) output: &'a mut dyn Write,
    /// Whether a person can answer.
    pub(super) interactive: bool,
}

impl Terminal<'_> {
    /// Shows a line; ignores a closed reader.
    pub(super) fn show(&mut self, line: impl Display) {
        let _ = writeln!(self.output, "{line}");
    }

    /// The answer to `question`, without spaces around it; `None` at the end of the input.
    pub(super) fn ask(&mut self, question: &str) -> Result<Option<String>> {
        write!(self.output, "{question} ")?;
        self.output.flush()?;
        let mut line = String::new();
        if self.input.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        Ok(Some(line.trim().to_owned()))
    }

    /// Whether the user agrees; silence does not.
    pub(super) fn agrees(&mut self, question: &str) -> Result<bool> {
        let answer = self.ask(&format!("{question} [y/N]"))?.unwrap_or_default();
        Ok(["y", "yes"].contains(&answer.to_lowercase().as_str()))
    }
}
