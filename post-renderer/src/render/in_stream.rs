//! The configuration that comes with the manifests: a labelled `ConfigMap`, read and then taken out of the stream.

use super::{ErrorKind, RenderError, RenderOptions};
use crate::configuration::Configuration;
use crate::finding::Finding;
use crate::yaml::{self, NodeId, Tree};

/// Label of a `ConfigMap` that holds a configuration.
pub(super) const LABEL: &str = "ipsy.dev/post-render-config";

/// Reads the configurations of a stream, laying later ones over earlier ones.
pub(super) fn in_stream<'s>(
    bodies: impl Iterator<Item = &'s str>,
    options: &RenderOptions,
) -> Result<Option<Configuration>, RenderError> {
    let mut merged: Option<Configuration> = None;
    let mut findings: Vec<Finding> = Vec::new();
    for (index, body) in bodies.enumerate() {
        if !may_carry(body.as_bytes()) {
            continue;
        }
        // What cannot be read is reported by the rendering itself.
        let Ok(tree) = yaml::read(body, Tree::default()) else { continue };
        if !is_carrier(&tree, tree.root()) {
            continue;
        }
        let Some(data) = tree.get(tree.root(), "data") else { continue };
        for entry in tree.children(tree.follow(data)) {
            let Some(written) = tree.string(entry) else { continue };
            let name = if options.source_name.is_empty() { "stdin" } else { &options.source_name };
            let source = format!("{name}, document {}, data[\"{}\"]", index + 1, tree.key(entry));
            match Configuration::from_yaml(&written, &source) {
                Ok(found) => {
                    merged = Some(match merged {
                        Some(weaker) => Configuration::merge(&weaker, &found),
                        None => found,
                    });
                }
                Err(mut found) => findings.append(&mut found),
            }
        }
    }
    if findings.is_empty() {
        Ok(merged)
    } else {
        Err(RenderError { kind: ErrorKind::Configuration, findings })
    }
}

/// Whether there is the label at all, which most streams do not have.
pub(super) fn may_carry(text: &[u8]) -> bool {
    memchr::memmem::find(text, LABEL.as_bytes()).is_some()
}

/// Whether an object is such a `ConfigMap`.
pub(super) fn is_carrier(tree: &Tree<'_>, id: NodeId) -> bool {
    tree.string_at(id, "kind").is_some_and(|kind| kind == "ConfigMap")
        && tree
            .at(id, &["metadata", "labels"])
            .and_then(|labels| tree.string_at(labels, LABEL))
            .is_some_and(|value| value == "true")
}
