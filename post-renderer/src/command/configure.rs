//! Where the configuration comes from, weakest first: environment, stream, files, texts.

use super::arguments::Common;
use crate::configuration::{Configuration, Layer};
use crate::finding::Finding;
use crate::render::{ErrorKind, RenderError};
use std::path::Path;

/// Environment variable with the path of a configuration file.
const VARIABLE: &str = "IPSY_POST_RENDER_CONFIG";

/// Reads and lays over each other all configurations but the stream's, which the rendering reads itself. Nothing if
/// there is none, and has to be.
pub(super) fn configure(common: &Common) -> Result<Option<Configuration>, RenderError> {
    let mut layers = Vec::new();
    let mut findings = Vec::new();
    let variable = std::env::var_os(VARIABLE).filter(|path| !path.is_empty());
    let files = variable.iter().map(Path::new).chain(common.config.iter().map(std::path::PathBuf::as_path));
    for path in files {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => add(Layer::from_yaml(&text, &name), &mut layers, &mut findings),
            Err(error) => findings.push(
                Finding::error("configuration-unreadable", format!("`{name}` cannot be read: {error}"))
                    .help("give the path of a PostRenderConfig with `--config`"),
            ),
        }
    }
    for text in &common.config_json {
        add(Layer::from_yaml(text, "--config-json"), &mut layers, &mut findings);
    }
    if findings.is_empty() && layers.is_empty() && !common.allow_unconfigured {
        return Ok(None);
    }
    if !findings.is_empty() {
        return Err(RenderError { kind: ErrorKind::Configuration, findings });
    }
    Configuration::from_layers(layers)
        .map(Some)
        .map_err(|findings| RenderError { kind: ErrorKind::Configuration, findings })
}

/// What is told where the stream brings no configuration either.
pub(super) fn unconfigured() -> RenderError {
    let finding = Finding::error("unconfigured", "there is no configuration").help(format!(
        "give one with `--config FILE`, `--config-json TEXT`, the variable {VARIABLE} or a ConfigMap labelled \
         `ipsy.dev/post-render-config: \"true\"` in the stream; or say `--allow-unconfigured`"
    ));
    RenderError { kind: ErrorKind::Configuration, findings: vec![finding] }
}

fn add(layer: Result<Layer, Vec<Finding>>, layers: &mut Vec<Layer>, findings: &mut Vec<Finding>) {
    match layer {
        Ok(layer) => layers.push(layer),
        Err(mut found) => findings.append(&mut found),
    }
}
