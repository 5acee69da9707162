//! The hash of an object as the settings of a configuration left it: of its canonical JSON, without stamps. It is
//! written straight from the tree, since it is needed of every object that a setting matches.

use super::stamps::is_stamp;
use crate::configuration::short_hash;
use crate::manifest::TEMPLATE;
use serde::Serialize;
use yaml_edit::{Kind, NodeId, Scalar, Tree};

/// A part of an object, as far as stamps may be in it.
#[derive(Clone, Copy)]
enum Part {
    Object,
    Metadata,
    Annotations,
    Other,
}

/// The hash of the object at a node and of the configuration, given by its own hash.
pub(super) fn settings_hash(tree: &Tree<'_>, root: NodeId, configuration: &str) -> String {
    let mut json = configuration.as_bytes().to_vec();
    json.push(b'\n');
    write(tree, root, Part::Object, &mut json);
    short_hash(&json)
}

/// Whether an annotation is none of the object's own: a stamp, or what Helm 4 removes again.
fn is_passing(key: &str) -> bool {
    is_stamp(key) || key == TEMPLATE
}

/// Writes a value as JSON with sorted keys.
fn write(tree: &Tree<'_>, id: NodeId, part: Part, json: &mut Vec<u8>) {
    let id = tree.follow(id);
    match tree.node(id).kind {
        Kind::Mapping => write_mapping(tree, id, part, json),
        Kind::Sequence => {
            json.push(b'[');
            for (index, item) in tree.children(id).enumerate() {
                separate(index, json);
                write(tree, item, Part::Other, json);
            }
            json.push(b']');
        }
        Kind::Scalar | Kind::Alias => match tree.scalar(id) {
            Some(Scalar::String(text)) => write_text(&text, json),
            scalar => write_json(&scalar.map(Scalar::into_value), json),
        },
    }
}

fn write_mapping(tree: &Tree<'_>, id: NodeId, part: Part, json: &mut Vec<u8>) {
    let mut members = tree.members(id);
    match part {
        // Stamps may be what the mapping was made for.
        Part::Metadata => {
            members.retain(|(key, member)| key != "annotations" || !has_only_stamps(tree, *member));
        }
        Part::Annotations => members.retain(|(key, _)| !is_passing(key)),
        Part::Object | Part::Other => {}
    }
    json.push(b'{');
    for (index, (key, member)) in members.into_iter().enumerate() {
        separate(index, json);
        write_text(&key, json);
        json.push(b':');
        let below = match (part, &*key) {
            (Part::Object, "metadata") => Part::Metadata,
            (Part::Metadata, "annotations") => Part::Annotations,
            _ => Part::Other,
        };
        write(tree, member, below, json);
    }
    json.push(b'}');
}

/// Whether annotations are empty but for stamps.
fn has_only_stamps(tree: &Tree<'_>, annotations: NodeId) -> bool {
    match tree.node(tree.follow(annotations)).kind {
        Kind::Mapping => tree.members(annotations).iter().all(|(key, _)| is_passing(key)),
        _ => tree.scalar(annotations) == Some(Scalar::Null),
    }
}

fn separate(index: usize, json: &mut Vec<u8>) {
    if index > 0 {
        json.push(b',');
    }
}

/// Writes a text as JSON. Most texts have nothing to escape.
fn write_text(text: &str, json: &mut Vec<u8>) {
    if text.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        return write_json(text, json);
    }
    json.push(b'"');
    json.extend_from_slice(text.as_bytes());
    json.push(b'"');
}

fn write_json<T: Serialize + ?Sized>(value: &T, json: &mut Vec<u8>) {
    // Writing texts and JSON values into memory cannot fail.
    let _ = serde_json::to_writer(json, value);
}
