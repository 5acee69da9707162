//! Progress messages of a task, on standard output.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::time::Instant;

/// Where progress is told. Lines are written as a whole and at once.
#[derive(Clone, Copy, Debug)]
pub struct Console {
    quiet: bool,
    colour: bool,
}

impl Console {
    /// Prints progress on standard output, coloured on a terminal.
    pub fn standard() -> Self {
        let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { quiet: false, colour }
    }

    /// Prints nothing: for tests, whose failures carry the output.
    pub fn quiet() -> Self {
        Self { quiet: true, colour: false }
    }

    /// Begins a step and returns it, so that its end can be told with the time it took.
    pub fn step(self, title: impl Display) -> Step {
        self.write(&self.painted("1", &format!("==> {title}")));
        Step { started: Instant::now(), console: self }
    }

    /// One line of what happens in a step.
    pub fn say(self, line: impl Display) {
        self.write(&format!("    {line}"));
    }

    /// A text of several lines, as it is.
    pub fn show(self, text: &str) {
        for line in text.lines() {
            self.write(&format!("    {line}"));
        }
    }

    /// A difference, coloured as `git diff` does.
    pub fn show_diff(self, diff: &str) {
        for line in diff.lines() {
            let code = match line.as_bytes().first() {
                Some(b'+') => "32",
                Some(b'-') => "31",
                Some(b'@') => "36",
                _ => "0",
            };
            self.write(&format!("    {}", self.painted(code, line)));
        }
    }

    fn painted(self, code: &str, text: &str) -> String {
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn write(self, line: &str) {
        if self.quiet {
            return;
        }
        // If standard output is closed, the task continues and cleans up.
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }
}

/// A step under way.
#[must_use = "the end of a step reports its duration"]
#[derive(Debug)]
pub struct Step {
    started: Instant,
    console: Console,
}

impl Step {
    /// Prints the result, with the time it took.
    pub fn done(self, result: impl Display) {
        let seconds = self.started.elapsed().as_secs_f64();
        self.console.say(format!("{result} ({seconds:.1} s)"));
    }
}
