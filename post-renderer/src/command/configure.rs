//! Where the configuration comes from, weakest first: environment, standards, files (one may be stdin), texts.

use super::arguments::Common;
use super::files::{is_stdin, read_text, read_text_from};
use super::sources::STDIN;
use super::{beside, files};
use crate::configuration::{Configuration, Layer};
use crate::finding::{Finding, Location};
use crate::render::{ErrorKind, RenderError};
use crate::scan_report::ScanReport;
use crate::settings::{read_layer, read_layer_with_files};
use crate::standards_document::StandardsDocument;
use std::fmt::Display;
use std::io::Read;
use std::path::{Path, PathBuf};

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
    if let Some(path) = configuration_variable() {
        add(read_file(&path, stdin), &mut layers, &mut findings);
    }
    if let Some(path) = common.standards_file() {
        add(read_standards(path, common.environment.as_deref()), &mut layers, &mut findings);
    }
    for path in &common.config {
        add(read_file(path, stdin), &mut layers, &mut findings);
    }
    for text in &common.config_json {
        add(read_layer(text, "--config-json").map(|layer| vec![layer]), &mut layers, &mut findings);
    }
    if findings.is_empty() && layers.is_empty() && !common.allow_unconfigured {
        return Err(unconfigured());
    }
    if !findings.is_empty() {
        return Err(RenderError { kind: ErrorKind::Configuration, findings });
    }
    let mut configuration = Configuration::from_layers(layers)
        .map_err(|findings| RenderError { kind: ErrorKind::Configuration, findings })?;
    if !common.scan_report.is_empty() {
        configuration.standards.image_scan.get_or_insert_default();
    }
    Ok(configuration)
}

/// Reads the reports of a scanner.
pub(super) fn scan_reports(common: &Common) -> Result<Vec<ScanReport>, RenderError> {
    let mut reports = Vec::new();
    let mut findings = Vec::new();
    for path in &common.scan_report {
        let name = path.display().to_string();
        match read_text(path) {
            Ok(text) => match ScanReport::from_json(&text, &name) {
                Ok(report) => reports.push(report),
                Err(finding) => findings.push(*finding),
            },
            Err(error) => {
                findings.extend(unreadable(&name, &error, "give the path of a report with `--scan-report`"));
            }
        }
    }
    if findings.is_empty() {
        Ok(reports)
    } else {
        Err(RenderError { kind: ErrorKind::Configuration, findings })
    }
}

/// The layers of a file: those of the standards document that it refers to are below its own.
fn read_file(path: &Path, stdin: &mut dyn Read) -> Result<Vec<Layer>, Vec<Finding>> {
    let is_stdin = is_stdin(path);
    let name = if is_stdin { STDIN.to_owned() } else { path.display().to_string() };
    let text = if is_stdin { read_text_from(stdin) } else { read_text(path) };
    let text = text
        .map_err(|error| unreadable(&name, &error, "give the path of a PostRenderConfig with `--config`"))?;
    let folder = files::folder_of(path);
    let layer = read_layer_with_files(&text, &name, &|file| beside::read(folder, file))?;
    let (layer, reference) = layer.split_standards();
    let Some(reference) = reference else { return Ok(vec![layer]) };
    let mut layers = read_standards(&folder.join(&reference.file), reference.environment.as_deref())?;
    layers.push(layer);
    Ok(layers)
}

fn read_standards(path: &Path, environment: Option<&str>) -> Result<Vec<Layer>, Vec<Finding>> {
    let name = path.display().to_string();
    let help = "give the path of a standards document with `--standards`, or `none`";
    let text = read_text(path).map_err(|error| unreadable(&name, &error, help))?;
    let document = StandardsDocument::from_yaml(&text, &name)?;
    let at_file =
        |finding: Finding| finding.at(Location { source: Some(name.clone()), ..Location::default() });
    document.layers(environment).map_err(|findings| findings.into_iter().map(at_file).collect())
}

fn unreadable(name: &str, error: &impl Display, help: &str) -> Vec<Finding> {
    let message = format!("`{name}` cannot be read: {error}");
    vec![Finding::error("configuration-unreadable", message).help(help)]
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
        "give one with `--config FILE`, `--config-json TEXT`, `--standards FILE` or the variable {VARIABLE}, or pass \
         manifests through unchanged with `--allow-unconfigured`"
    ));
    RenderError { kind: ErrorKind::Configuration, findings: vec![finding] }
}

fn add(read: Result<Vec<Layer>, Vec<Finding>>, layers: &mut Vec<Layer>, findings: &mut Vec<Finding>) {
    match read {
        Ok(read) => layers.extend(read),
        Err(mut found) => findings.append(&mut found),
    }
}
