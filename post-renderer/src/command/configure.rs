//! Where the configuration comes from, weakest first: environment, files, texts.

use super::arguments::Common;
use super::files::read_text;
use super::{beside, files};
use crate::configuration::{Configuration, Layer};
use crate::finding::Finding;
use crate::render::{ErrorKind, RenderError};
use crate::settings::{read_layer, read_layer_with_files};
use std::path::PathBuf;

/// Environment variable with the path of a configuration file.
const VARIABLE: &str = "IPSY_POST_RENDER_CONFIG";

/// Reads all configurations and lays them over each other. No configuration at all is an error, unless the arguments
/// allow it.
pub(super) fn configure(common: &Common) -> Result<Configuration, RenderError> {
    let mut layers = Vec::new();
    let mut findings = Vec::new();
    let variable = configuration_variable();
    for path in variable.iter().chain(&common.config) {
        let name = path.display().to_string();
        match read_text(path) {
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
