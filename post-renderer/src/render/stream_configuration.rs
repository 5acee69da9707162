//! A configuration that comes with the manifests: a labelled `ConfigMap`. Charts are not trusted, so it is refused
//! unless the caller allows it, and even then it can only add labels, annotations and settings.

use super::{ErrorKind, RenderError, RenderOptions, place};
use crate::configuration::Configuration;
use crate::finding::Finding;
use crate::manifest::objects;
use crate::settings::read_layer;
use yaml_edit::{NodeId, Tree, documents, may_hold};

/// Label of a `ConfigMap` that holds a configuration.
const LABEL: &str = "ipsy.dev/post-render-config";

/// What a configuration in the stream may hold.
const ALLOWED: [&str; 6] = ["apiVersion", "kind", "metadata", "labels", "annotations", "advancedSettings"];

/// Reads the configurations of a stream, each weaker than the one before it. An error where one is there and the
/// options do not allow it, or where one holds more than it may.
pub(super) fn stream_configurations(
    text: &str,
    options: &RenderOptions,
) -> Result<Vec<Configuration>, RenderError> {
    let mut found = Vec::new();
    let mut findings = Vec::new();
    for (index, range) in documents(text).enumerate() {
        let body = text.get(range.clone()).unwrap_or_default();
        if !may_hold(body, LABEL) {
            continue;
        }
        // What cannot be read is reported by the rendering itself.
        let Ok(tree) = yaml_edit::read(body, Tree::default()) else { continue };
        for object in objects(&tree).unwrap_or_default() {
            if !is_stream_configuration(&tree, object) {
                continue;
            }
            let offset = range.start + tree.offset_of(object).unwrap_or_default();
            let at = |finding: Finding| finding.at(place(text, offset, index + 1, options));
            if !options.allow_stream_config {
                findings.push(at(refused()));
            } else if object != tree.root() {
                findings.push(at(Finding::error(
                    "stream-configuration",
                    "the configuration is an item of a list",
                )
                .help("write the ConfigMap as a document of its own")));
            } else {
                read(&tree, object, &source(options, index + 1), &mut found, &mut findings);
            }
        }
    }
    if findings.is_empty() {
        Ok(found)
    } else {
        Err(RenderError { kind: ErrorKind::Configuration, findings })
    }
}

/// Whether an object is a `ConfigMap` with the label.
pub(super) fn is_stream_configuration(tree: &Tree<'_>, id: NodeId) -> bool {
    tree.string_at(id, "kind").is_some_and(|kind| kind == "ConfigMap")
        && tree.at(id, &["metadata", "labels"]).is_some_and(|labels| tree.get(labels, LABEL).is_some())
}

fn refused() -> Finding {
    let message =
        format!("the stream holds a configuration (a ConfigMap labelled `{LABEL}`), which is not allowed");
    Finding::error("stream-configuration", message)
        .help("remove it from the chart, or allow charts to add labels, annotations and settings with `--allow-stream-config`")
}

fn source(options: &RenderOptions, document: usize) -> String {
    let name = if options.source_name.is_empty() { "stdin" } else { &options.source_name };
    format!("{name}, document {document}")
}

fn read(
    tree: &Tree<'_>,
    object: NodeId,
    source: &str,
    found: &mut Vec<Configuration>,
    findings: &mut Vec<Finding>,
) {
    let Some(data) = tree.get(object, "data") else { return };
    for entry in tree.children(tree.follow(data)) {
        let Some(text) = tree.string(entry) else { continue };
        let source = format!("{source}, data[\"{}\"]", tree.key(entry));
        let layer = match read_layer(&text, &source) {
            Ok(layer) => layer,
            Err(mut found) => {
                findings.append(&mut found);
                continue;
            }
        };
        let excess = layer.members().filter(|member| !ALLOWED.contains(member)).map(|member| {
            let message = format!("a configuration in the stream must not set `{member}`");
            Finding::error("stream-configuration", message).field(member).help(
                "it may add `labels`, `annotations` and `advancedSettings`; set the rest with `--config`",
            )
        });
        let excess: Vec<Finding> = excess.collect();
        if !excess.is_empty() {
            findings.extend(layer.placed(excess));
            continue;
        }
        match layer.into_configuration() {
            Ok(configuration) => found.push(configuration),
            Err(mut found) => findings.append(&mut found),
        }
    }
}
