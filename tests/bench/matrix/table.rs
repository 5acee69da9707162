//! The rows of the matrix: printed one by one as they come out, counted at the end.

use std::time::Instant;

use anyhow::{Result, ensure};

use crate::console::{Console, Step};
use crate::interrupt;

/// What was done so far.
#[derive(Debug)]
pub struct Table {
    console: Console,
    passed: usize,
    failures: Vec<String>,
}

/// What a row found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is as it should be.
    Passed,
    /// Impossible for a reason outside of ipsy. It is not counted.
    LeftOut,
}

impl Table {
    /// An empty table.
    pub fn new(console: Console) -> Self {
        console.say(format!("{:6}  {:24}  {:78}  {:>7}", "", "with", "what", "seconds"));
        Self { console, passed: 0, failures: Vec::new() }
    }

    /// Does one thing and adds its row. A failure does not keep the rest from running.
    pub fn row(&mut self, with: &str, what: &str, check: impl FnOnce() -> Result<()>) -> Result<()> {
        self.judged(with, what, || check().map(|()| Verdict::Passed))
    }

    /// Like `row`, for a row that may have nothing to check.
    pub(crate) fn judged(
        &mut self,
        with: &str,
        what: &str,
        check: impl FnOnce() -> Result<Verdict>,
    ) -> Result<()> {
        let started = Instant::now();
        let outcome = check();
        interrupt::check()?;
        let verdict = match &outcome {
            Ok(Verdict::Passed) => "passed",
            Ok(Verdict::LeftOut) => "-",
            Err(_) => "FAILED",
        };
        let seconds = started.elapsed().as_secs_f64();
        self.console.say(format!("{verdict:6}  {with:24}  {what:78}  {seconds:7.1}"));
        match outcome {
            Ok(Verdict::Passed) => self.passed += 1,
            Ok(Verdict::LeftOut) => {}
            Err(problem) => {
                self.console.show(&format!("{problem:#}"));
                self.failures.push(format!("{with}: {what}"));
            }
        }
        Ok(())
    }

    /// A remark below the rows.
    pub(super) fn say(&self, remark: &str) {
        self.console.say(remark);
    }

    /// Lists what failed, and ends the step with both numbers. An error if anything failed.
    pub fn finish(self, step: Step) -> Result<()> {
        for failure in &self.failures {
            self.console.say(format!("FAILED: {failure}"));
        }
        let failed = self.failures.len();
        step.done(format!("{} passed, {failed} failed", self.passed));
        ensure!(failed == 0, "{failed} rows failed");
        Ok(())
    }
}
