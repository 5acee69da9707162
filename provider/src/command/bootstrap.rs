//! `bootstrap`: the files of `data.ipsy_bootstrap` without HCL, from options, a file or questions.

mod files;
mod migration;
pub(super) mod options;
mod questions;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use ipsy_post_renderer::Severity;
use serde_json::{Map, Value};

use super::fleet;
use super::terminal::Terminal;
use super::{DONE, PROGRAM, REFUSED, USAGE};
use crate::app::bootstrap::{self, BootstrapConfig};
use crate::app::problem::{Place, Problem, Problems, place_text};
use crate::app::standards::StandardsDocument;

/// What ends the command early, as lines for the user.
struct Stop {
    code: u8,
    lines: Vec<String>,
}

impl Stop {
    fn usage(line: impl Into<String>) -> Self {
        Self { code: USAGE, lines: vec![line.into()] }
    }

    fn refused(line: impl Into<String>) -> Self {
        Self { code: REFUSED, lines: vec![line.into()] }
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::refused(error.to_string())
    }
}

/// Runs with the arguments after `bootstrap`; gives the exit code.
pub(super) async fn run(arguments: impl Iterator<Item = OsString>, terminal: &mut Terminal<'_>) -> u8 {
    let name = OsString::from(format!("{PROGRAM} bootstrap"));
    let matches = match options::command().try_get_matches_from(std::iter::once(name).chain(arguments)) {
        Ok(matches) => matches,
        Err(message) => {
            terminal.show(message.to_string().trim_end());
            return if message.use_stderr() { USAGE } else { DONE };
        }
    };
    match make(&matches, terminal).await {
        Ok(()) => DONE,
        Err(Stop { code, lines }) => {
            for line in lines {
                terminal.show(line);
            }
            code
        }
    }
}

async fn make(matches: &ArgMatches, terminal: &mut Terminal<'_>) -> Result<(), Stop> {
    let standards = standards(matches.get_one::<PathBuf>("standards"))?;
    let mut arguments = options::given(matches).map_err(Stop::usage)?;
    if let Some(source) = options::source(matches) {
        read_setup(matches, &source, &mut arguments, terminal).await?;
    }
    if terminal.interactive && !matches.get_flag("no-input") {
        questions::ask(&mut arguments, &standards, terminal)?;
    }
    let (files, problems) = files_of(&arguments, &standards)?;
    let (warnings, errors): (Vec<&Problem>, Vec<&Problem>) =
        problems.0.iter().partition(|problem| problem.warning);
    if !errors.is_empty() {
        return Err(Stop { code: REFUSED, lines: errors.into_iter().map(line).collect() });
    }
    for warning in warnings {
        terminal.show(format!("warning: {}", line(warning)));
    }
    let folder = matches.get_one::<PathBuf>("directory").map_or(Path::new("."), PathBuf::as_path);
    let choice = files::Choice {
        only_show: matches.get_flag("dry-run"),
        agreed: matches.get_flag("yes"),
        overwrite: matches.get_flag("overwrite"),
    };
    files::write(folder, &files, choice, terminal)
}

/// Takes over what the app runs on today.
async fn read_setup(
    matches: &ArgMatches,
    source: &fleet::Source,
    arguments: &mut Map<String, Value>,
    terminal: &mut Terminal<'_>,
) -> Result<(), Stop> {
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let region = arguments.get("region").and_then(Value::as_str);
    let aws = fleet::connect(region).await.map_err(Stop::refused)?;
    let setup = fleet::read(&aws, source, text("from-listener-rule")).await.map_err(Stop::refused)?;
    let last = arguments.get("environment").and_then(Value::as_array).and_then(|all| all.last());
    let last = last.and_then(|environment| environment["name"].as_str());
    let environment = text("from-environment").or(last).unwrap_or("prod").to_owned();
    migration::fill(arguments, &setup, &environment);
    terminal.show(format!(
        "`{}` becomes the backend `ec2` of `{environment}` with all requests; the cluster begins with none.",
        setup.target_group.name
    ));
    for remark in &setup.remarks {
        terminal.show(format!("- {remark}"));
    }
    Ok(())
}

/// The files of the project, with the problems of the arguments.
fn files_of(
    arguments: &Map<String, Value>,
    standards: &StandardsDocument,
) -> Result<(BTreeMap<String, String>, Problems), Stop> {
    let mut problems = Problems::default();
    for missing in options::missing(arguments) {
        problems.error(&missing, format!("`{missing}` is missing"), "It has no default.");
    }
    let config = serde_json::from_value::<BootstrapConfig>(Value::Object(arguments.clone()));
    let config = config.map_err(|error| Stop::usage(format!("The arguments cannot be read: {error}")))?;
    let files = bootstrap::files(&config, standards, true, &mut problems);
    Ok((files, problems))
}

/// The arguments that are wrong or missing.
fn problem_places(
    arguments: &Map<String, Value>,
    standards: &StandardsDocument,
) -> Result<Vec<Vec<Place>>, Stop> {
    let (_, problems) = files_of(arguments, standards)?;
    Ok(problems.0.into_iter().filter(|problem| !problem.warning).map(|problem| problem.place).collect())
}

fn line(problem: &Problem) -> String {
    format!("{}: {}. {}", option_text(&problem.place), problem.summary, problem.detail)
}

/// An argument as the options name it.
fn option_text(place: &[Place]) -> String {
    match place {
        [Place::Attribute(name)] => format!("--{}", name.replace('_', "-")),
        [Place::Attribute(block), Place::Index(index), rest @ ..] => {
            format!("--{block} (number {}) {}", index + 1, place_text(rest))
        }
        place => place_text(place),
    }
}

fn standards(path: Option<&PathBuf>) -> Result<StandardsDocument, Stop> {
    let Some(path) = path else { return Ok(StandardsDocument::default()) };
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Stop::usage(format!("--standards: `{name}` cannot be read: {error}")))?;
    StandardsDocument::from_yaml(&text, &name).map_err(|findings| {
        let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
        Stop { code: USAGE, lines: errors.map(ToString::to_string).collect() }
    })
}

#[cfg(test)]
mod tests;
