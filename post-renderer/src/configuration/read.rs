//! Reading configurations from YAML and JSON: every mistake is found at once, with its place in the text.

use super::kustomization::{self, ReadFile};
use super::merge::merge_values;
use super::validate::validate;
use super::{API_VERSION, Configuration, KIND, StandardsReference};
use crate::finding::{Finding, Location};
use serde_json::Value;
use std::collections::BTreeMap;
use yaml_edit::documents;
use yaml_edit::{NodeId, Tree};

/// The member that refers to a standards document.
const STANDARDS_DOCUMENT: &str = "standardsDocument";

/// A configuration as it was written: what it does not say, a weaker layer may say.
#[derive(Clone, Debug)]
pub struct Layer {
    value: Value,
    text: String,
    source_name: String,
    /// Where the text's fields stand in the value, which is not the root for a kustomization file.
    prefix: &'static str,
    /// What was wrong with a kustomization file before it became the value.
    findings: Vec<Finding>,
}

impl Layer {
    /// Reads one layer and checks its shape. `source_name` is named in findings. A kustomize file is understood too.
    pub fn from_yaml(text: &str, source_name: &str) -> Result<Self, Vec<Finding>> {
        let layer = Self::parse(text, source_name, &kustomization::no_files)?;
        let findings = layer.check_shape();
        if findings.is_empty() { Ok(layer) } else { Err(layer.placed(findings)) }
    }

    /// Reads one layer without checking its shape. `read_file` reads the files that a kustomization file names.
    pub(crate) fn parse(
        text: &str,
        source_name: &str,
        read_file: &ReadFile<'_>,
    ) -> Result<Self, Vec<Finding>> {
        let source = Source { text, start: 0, name: source_name };
        let ranges: Vec<_> = documents(text).collect();
        let [range] = ranges.as_slice() else {
            let message = if ranges.is_empty() { "is empty" } else { "has more than one document" };
            let finding = Finding::error("configuration-shape", format!("the configuration {message}"));
            return Err(vec![finding.at(source.location(ranges.get(1).map_or(0, |range| range.start)))]);
        };
        let body = text.get(range.clone()).unwrap_or_default();
        let source = Source { start: range.start, ..source };
        let tree = yaml_edit::read(body, Tree::default()).map_err(|fault| {
            vec![Finding::error("configuration-syntax", fault.message).at(source.location(fault.offset))]
        })?;
        let mut value = tree.value(tree.root()).map_err(|_| {
            vec![
                Finding::error("configuration-shape", "its aliases expand to more than a million values")
                    .at(source.location(0)),
            ]
        })?;
        keep_written_text_of_patches(&tree, &mut value);
        let (value, findings, prefix) = if kustomization::is_kustomization(&value, source_name) {
            let (value, findings) = kustomization::convert(&value, read_file);
            (value, findings, kustomization::PREFIX)
        } else {
            (value, Vec::new(), "")
        };
        Ok(Self { value, text: text.to_owned(), source_name: source_name.to_owned(), prefix, findings })
    }
}

/// Gives the labels and annotations in patches the text that they are written with.
fn keep_written_text_of_patches(tree: &Tree<'_>, value: &mut Value) {
    let list = tree.get(tree.root(), "advancedSettings").map(|list| tree.follow(list));
    let settings = value.get_mut("advancedSettings").and_then(Value::as_array_mut);
    let (Some(list), Some(settings)) = (list, settings) else { return };
    for (node, setting) in tree.children(list).zip(settings) {
        if let (Some(node), Some(patch)) = (tree.get(node, "patch"), setting.get_mut("patch")) {
            manifest_patch::keep_written_text(tree, node, patch);
        }
    }
}

impl Layer {
    /// Everything that is wrong with the shape: unknown members, wrong types, values out of range.
    pub(crate) fn check_shape(&self) -> Vec<Finding> {
        let found = validate(&self.value).into_iter().map(|finding| self.in_text(finding));
        // A field that is reported already needs no second finding.
        let is_new = |finding: &Finding| {
            self.findings.iter().all(|other| other.location.field != finding.location.field)
        };
        self.findings.iter().cloned().chain(found.filter(is_new)).collect()
    }

    /// The configuration as it was written.
    pub(crate) fn value(&self) -> &Value {
        &self.value
    }

    /// A layer of the same text whose value was made from it.
    pub(crate) fn with_value(&self, value: Value) -> Self {
        Self { value, ..self.clone() }
    }

    /// The layer without its reference to a standards document, and that.
    pub(crate) fn split_standards(mut self) -> (Self, Option<StandardsReference>) {
        let reference = self.value.as_object_mut().and_then(|members| members.remove(STANDARDS_DOCUMENT));
        // The shape was checked when the layer was read.
        (self, reference.and_then(|reference| serde_json::from_value(reference).ok()))
    }

    /// The name of the text.
    pub(crate) fn source_name(&self) -> &str {
        &self.source_name
    }

    /// Names of the members that are written.
    pub(crate) fn members(&self) -> impl Iterator<Item = &str> {
        self.value.as_object().into_iter().flat_map(|members| members.keys().map(String::as_str))
    }

    /// The configuration that this layer is by itself.
    pub(crate) fn into_configuration(self) -> Result<Configuration, Vec<Finding>> {
        Configuration::from_layers(vec![self])
    }

    /// Adds the places in the layer's text to findings that name a field of it.
    pub(crate) fn placed(&self, findings: Vec<Finding>) -> Vec<Finding> {
        let findings: Vec<Finding> = findings.into_iter().map(|finding| self.in_text(finding)).collect();
        let Some((tree, source)) = self.tree() else { return findings };
        placed(findings, &tree, &source)
    }

    /// The line of each member of a mapping in the layer's text, from 1, by the names that lead there.
    pub(crate) fn lines(&self) -> BTreeMap<Vec<String>, usize> {
        let mut lines = BTreeMap::new();
        if let Some((tree, source)) = self.tree() {
            add_lines(&tree, &source, tree.root(), &self.value, &[], &mut lines);
        }
        lines
    }

    fn tree(&self) -> Option<(Tree<'_>, Source<'_>)> {
        let range = documents(&self.text).next()?;
        let tree = yaml_edit::read(self.text.get(range.clone())?, Tree::default()).ok()?;
        Some((tree, Source { text: &self.text, start: range.start, name: &self.source_name }))
    }

    /// The finding with its field as the text has it.
    fn in_text(&self, finding: Finding) -> Finding {
        let field = finding.location.field.as_deref().and_then(|field| field.strip_prefix(self.prefix));
        match field.map(|field| field.trim_start_matches('.').to_owned()) {
            Some(field) => finding.field(field),
            None => finding,
        }
    }
}

impl Configuration {
    /// Reads a configuration from YAML (or JSON, which is YAML). `source_name` is named in findings.
    pub fn from_yaml(text: &str, source_name: &str) -> Result<Self, Vec<Finding>> {
        Self::from_layers(vec![Layer::from_yaml(text, source_name)?])
    }

    /// Reads a configuration from JSON.
    pub fn from_json(text: &str, source_name: &str) -> Result<Self, Vec<Finding>> {
        Self::from_yaml(text, source_name)
    }

    /// Lays configurations over each other as they were written, the last one being the strongest.
    pub fn from_layers(layers: Vec<Layer>) -> Result<Self, Vec<Finding>> {
        if let Some(layer) = layers.iter().find(|layer| layer.value.get(STANDARDS_DOCUMENT).is_some()) {
            let message = "only a file can refer to a standards document: here nothing is read from files";
            let finding = Finding::error("configuration-invalid", message)
                .field(STANDARDS_DOCUMENT)
                .help("pass the document with `--standards FILE`, or write the configuration to a file");
            return Err(layer.placed(vec![finding]));
        }
        let names: Vec<String> = layers.iter().map(|layer| layer.source_name.clone()).collect();
        let empty = serde_json::json!({ "apiVersion": API_VERSION, "kind": KIND });
        let merged = layers.into_iter().fold(empty, |below, layer| merge_values(below, layer.value));
        serde_json::from_value(merged).map_err(|error| {
            let location = Location { source: Some(names.join(", ")), ..Location::default() };
            vec![Finding::error("configuration-invalid", error.to_string()).at(location)]
        })
    }
}

/// Where a text lies.
#[derive(Clone, Copy)]
struct Source<'s> {
    text: &'s str,
    start: usize,
    name: &'s str,
}

impl Source<'_> {
    fn location(&self, offset: usize) -> Location {
        let place = Location::in_text(self.text, self.start + offset);
        Location { source: Some(self.name.to_owned()), ..place }
    }
}

/// Adds the places in the text to findings that name a field.
fn placed(findings: Vec<Finding>, tree: &Tree<'_>, source: &Source<'_>) -> Vec<Finding> {
    findings
        .into_iter()
        .map(|finding| {
            let offset = finding.location.field.as_deref().map_or(0, |field| offset_of(tree, field));
            finding.at(source.location(offset))
        })
        .collect()
}

/// The key of the field, or of the deepest node on the way that is there.
fn offset_of(tree: &Tree<'_>, field: &str) -> usize {
    let mut current = tree.root();
    for part in steps(field) {
        let next = match &part {
            Step::Member(name) => tree.get(current, name),
            Step::Item(index) => tree.children(tree.follow(current)).nth(*index),
        };
        let Some(next) = next else { break };
        current = next;
    }
    key_or_value(tree, current)
}

fn add_lines(
    tree: &Tree<'_>,
    source: &Source<'_>,
    node: NodeId,
    value: &Value,
    path: &[String],
    lines: &mut BTreeMap<Vec<String>, usize>,
) {
    for (name, value) in value.as_object().into_iter().flatten() {
        let Some(member) = tree.get(node, name) else { continue };
        let path = [path, std::slice::from_ref(name)].concat();
        add_lines(tree, source, member, value, &path, lines);
        lines.extend(source.location(key_or_value(tree, member)).line.map(|line| (path, line)));
    }
}

/// The names of the members on the way to a field like `labels["a.b"]`; `None` if an element of a list is among them.
pub(crate) fn member_names(field: &str) -> Option<Vec<String>> {
    let names = steps(field).into_iter().map(|step| match step {
        Step::Member(name) => Some(name),
        Step::Item(_) => None,
    });
    names.collect()
}

fn key_or_value(tree: &Tree<'_>, id: NodeId) -> usize {
    let node = tree.node(id);
    if node.key_end > node.key_start { node.key_start as usize } else { node.start as usize }
}

enum Step {
    Member(String),
    Item(usize),
}

/// Takes a field like `advancedSettings[0].target["a.b"]` apart.
fn steps(field: &str) -> Vec<Step> {
    let mut found = Vec::new();
    let mut rest = field;
    while !rest.is_empty() {
        if let Some((name, after)) = rest.strip_prefix("[\"").and_then(|inner| inner.split_once("\"]")) {
            found.push(Step::Member(name.to_owned()));
            rest = after;
        } else if let Some((index, after)) = rest.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
            found.push(Step::Item(index.parse().unwrap_or(usize::MAX)));
            rest = after;
        } else if let Some(after) = rest.strip_prefix('.') {
            rest = after;
        } else {
            // A bracket that opens nothing is part of a name, however odd.
            let end = rest.find(['.', '[']).filter(|end| *end > 0).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            found.push(Step::Member(name.to_owned()));
            rest = after;
        }
    }
    found
}
