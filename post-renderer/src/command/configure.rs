//! Where the configuration comes from, weakest first: environment, files (one may be stdin), texts.

use super::arguments::Common;
use super::files::{is_stdin, read_text, read_text_from};
use super::sources::STDIN;
use super::{beside, files};
use crate::configuration::{Configuration, Layer};
use crate::finding::Finding;
use crate::render::{ErrorKind, RenderError};
use crate::settings::{read_layer, read_layer_with_files};
use std::io::Read;
use std::path::PathBuf;

/// Environment variable with the path of a configuration file.
const VARIABLE: &str = "IPSY_POST_RENDER_CONFIG";

/// Reads all configurations and lays them over each other. No configuration at all is an error, unless the arguments
/// allow it. `files` are those of the manifests.
pub(super) fn configure(
    common: &Common,
    files: &[PathBuf],
    stdin: &mut dyn Read,
) -> Result<Configuration, RenderError> {
    check_stdin(common, files)?;
    let mut layers = Vec::new();
    let mut findings = Vec::new();
    let variable = configuration_variable();
    for path in variable.iter().chain(&common.config) {
        let is_stdin = is_stdin(path);
        let name = if is_stdin { STDIN.to_owned() } else { path.display().to_string() };
        match if is_stdin { read_text_from(&mut *stdin) } else { read_text(path) } {
            Ok(text) => {
                let folder = files::folder_of(path);
                let layer = read_layer_with_files(&text, &name, &|file| beside::read(folder, file));
                add(layer, &mut layers, &mut findings);
            }
            Err(error) => findings.push(
                Finding::error("configuration-unreadable", format!("`{name}` cannot be read: {error}"))
                    .help("give the path of a PostRenderConfig with `--config`"),
            ),
        }
    }
    for text in &common.config_json {
        add(read_layer(text, "--config-json"), &mut layers, &mut findings);
    }
    if findings.is_empty() && layers.is_empty() && !common.allow_unconfigured {
        return Err(unconfigured());
    }
    if !findings.is_empty() {
        return Err(RenderError { kind: ErrorKind::Configuration, findings });
    }
    Configuration::from_layers(layers)
        .map_err(|findings| RenderError { kind: ErrorKind::Configuration, findings })
}

/// Refuses arguments by which stdin would be read more than once.
fn check_stdin(common: &Common, files: &[PathBuf]) -> Result<(), RenderError> {
    let configurations = common.config.iter().filter(|path| is_stdin(path)).count();
    let manifests = if files.is_empty() { 1 } else { files.iter().filter(|path| is_stdin(path)).count() };
    let message = match (configurations, manifests) {
        (0, _) | (1, 0) => return Ok(()),
        (1, _) => "stdin cannot be both the configuration (`--config -`) and the manifests",
        _ => "`--config -` is given more than once",
    };
    let finding = Finding::error("stdin-twice", message)
        .help("give the configuration as a file, or the manifests as files of `check`, `diff` or `explain`");
    Err(RenderError { kind: ErrorKind::Configuration, findings: vec![finding] })
}

/// The path of a configuration file that the environment names.
pub(super) fn configuration_variable() -> Option<PathBuf> {
    std::env::var_os(VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn unconfigured() -> RenderError {
    let finding = Finding::error("unconfigured", "no configuration").help(format!(
        "give one with `--config FILE`, `--config-json TEXT` or the variable {VARIABLE}, or pass manifests through \
         unchanged with `--allow-unconfigured`"
    ));
    RenderError { kind: ErrorKind::Configuration, findings: vec![finding] }
}

fn add(layer: Result<Layer, Vec<Finding>>, layers: &mut Vec<Layer>, findings: &mut Vec<Finding>) {
    match layer {
        Ok(layer) => layers.push(layer),
        Err(mut found) => findings.append(&mut found),
    }
}
