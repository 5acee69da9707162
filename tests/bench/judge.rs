//! A client of the independent judge (`tests/tools-modules/judge`), which decides with Kubernetes' own libraries
//! whether rendered manifests keep the standards.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ChildStdout, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::process::{Process, Running};

/// The judge, running until this is dropped.
#[derive(Debug)]
pub struct Judge {
    running: Running,
    answers: BufReader<ChildStdout>,
}

/// The judge's decision about one rendering.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// Broken standards and unexpected changes; none if the output is clean.
    pub findings: Vec<Finding>,
    /// Parts of the output that Kubernetes refuses to read.
    pub unreadable: Vec<String>,
}

/// A broken standard or an unexpected change.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Id of the rule.
    pub rule: String,
    /// API version, kind, namespace and name.
    pub object: String,
    /// Path of the field, where there is one.
    #[serde(default)]
    pub field: String,
    /// Description of the problem.
    pub message: String,
}

impl Judge {
    /// Starts the program.
    pub fn start(program: &Path) -> Result<Self> {
        let process = Process::new(program).arg("serve");
        let mut running = process.start(Stdio::piped(), Stdio::inherit())?;
        let answers = running.child.stdout.take().context("the judge has no standard output")?;
        Ok(Self { running, answers: BufReader::new(answers) })
    }

    /// Asks whether `output` keeps the standards of `configuration` and otherwise equals `input`.
    pub fn decide(&mut self, configuration: &[u8], input: &[u8], output: &[u8]) -> Result<Verdict> {
        let questions = self.running.child.stdin.as_mut().context("the judge has no standard input")?;
        writeln!(questions, "{} {} {}", configuration.len(), input.len(), output.len())?;
        for text in [configuration, input, output] {
            questions.write_all(text)?;
        }
        questions.flush()?;
        let mut answer = String::new();
        if self.answers.read_line(&mut answer)? == 0 {
            bail!("the judge ended without an answer");
        }
        serde_json::from_str(&answer).with_context(|| format!("the judge answered {answer}"))
    }
}
