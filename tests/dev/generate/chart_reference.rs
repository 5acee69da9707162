//! The guides of the charts: the chart's README, and the reference of its values from the very schema
//! that Helm checks them by, with the defaults of `values.yaml`.

use std::fmt::Write;
use std::fs;

use acceptance::programs::Programs;
use acceptance::tools::Tools;
use acceptance::workspace;
use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::Document;
use super::markdown::front_matter;
use super::scale_out;

/// A section of a page that does not come from the chart.
type Section = fn() -> Result<String>;

/// The charts, and the pages about them.
const PAGES: [(&str, &str, &str, Option<Section>); 2] = [
    ("ipsy-app", "standard-chart", "Standard chart", None),
    ("ipsy-overprovisioner", "over-provisioning", "Over-provisioning", Some(scale_out::section)),
];

/// Where links to shared shapes lead.
const SHAPES: &str = "#/definitions/";

/// The longest example that stands in a table.
const LONGEST_EXAMPLE: usize = 72;

/// All pages.
pub(super) fn documents(_: &Tools, _: &Programs) -> Result<Vec<Document>> {
    PAGES.iter().map(|(chart, page, title, section)| document(chart, page, title, *section)).collect()
}

fn document(chart: &str, page: &str, title: &str, section: Option<Section>) -> Result<Document> {
    let folder = workspace::root().join("examples/charts").join(chart);
    let read = |file: &str| {
        let path = folder.join(file);
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let prose = read("README.md")?;
    let schema: Value = serde_json::from_str(&read("values.schema.json")?)?;
    let defaults: Value = serde_yaml::from_str(&read("values.yaml")?)?;
    let (_, prose) = prose.split_once('\n').context("a README begins with a title")?;
    let summary = schema["description"].as_str().unwrap_or_default();
    let more = section.map(|section| section()).transpose()?.map(|text| text + "\n").unwrap_or_default();
    let text = format!(
        "{}# {title}\n\n{}\n\n{more}{}",
        front_matter(title, summary),
        prose.trim(),
        reference(&schema, &defaults)?
    );
    Ok(Document { path: format!("docs/guides/{page}.md").into(), text })
}

/// The reference: a section for each field of the top level, and one for each shared shape.
fn reference(schema: &Value, defaults: &Value) -> Result<String> {
    let mut page = "## Values\n\nThe schema is closed: a field that is not here is refused.\n".to_owned();
    for (name, field) in members(&schema["properties"]) {
        section(&mut page, name, field, Some(&defaults[name]))?;
    }
    let shapes = members(&schema["definitions"]);
    if !shapes.is_empty() {
        page.push_str("\n## Shapes that fields share\n");
    }
    for (name, shape) in shapes {
        section(&mut page, &format!("Shape: {}", shape_title(name)), shape, None)?;
    }
    Ok(page)
}

fn section(page: &mut String, title: &str, field: &Value, default: Option<&Value>) -> Result<()> {
    writeln!(page, "\n### {title}\n\n{}\n", description(field))?;
    writeln!(page, "Type: {}.{}", kind(field), default_sentence(default))?;
    let mut rows = Vec::new();
    collect(field, "", default.unwrap_or(&Value::Null), &mut rows);
    if !rows.is_empty() {
        page.push_str("\n| Field | Type | Default | What it is | Example |\n|---|---|---|---|---|\n");
        for row in rows {
            writeln!(page, "| {} |", row.map(|cell| cell.replace('|', "\\|")).join(" | "))?;
        }
    }
    if let Some(example) = field["examples"].get(0).filter(|example| !is_empty(example)) {
        let example = Value::Object(Map::from_iter([(title.to_owned(), example.clone())]));
        let shown = if default.is_some() { &example } else { &example[title] };
        writeln!(page, "\n```yaml\n{}\n```", serde_yaml::to_string(shown)?.trim_end())?;
    }
    Ok(())
}

/// A row for each field below a field, at any depth; shared shapes have sections of their own.
fn collect(field: &Value, prefix: &str, defaults: &Value, rows: &mut Vec<[String; 5]>) {
    let mut add = |name: &str, field: &Value, default: &Value| {
        let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
        let example = field["examples"].get(0).map(Value::to_string).unwrap_or_default();
        let shown = |text: String| if text.is_empty() { text } else { format!("`{text}`") };
        rows.push([
            format!("`{path}`"),
            kind(field),
            if is_empty(default) { String::new() } else { shown(default.to_string()) },
            description(field).to_owned(),
            if example.len() > LONGEST_EXAMPLE { String::new() } else { shown(example) },
        ]);
        collect(field, &path, default, rows);
    };
    for (name, below) in members(&field["properties"]) {
        add(name, below, &defaults[name]);
    }
    for below in [element(field), field.get("items")].into_iter().flatten() {
        if below.get("properties").is_some() {
            add("*", below, &Value::Null);
        }
    }
}

/// What the entries of a map look like.
fn element(field: &Value) -> Option<&Value> {
    let patterns = field["patternProperties"].as_object().into_iter().flatten().map(|(_, value)| value);
    patterns.chain(field.get("additionalProperties")).find(|value| value.is_object())
}

/// A type in words, with its bounds.
fn kind(field: &Value) -> String {
    if let Some(name) = field["$ref"].as_str().and_then(|reference| reference.strip_prefix(SHAPES)) {
        let title = shape_title(name);
        return format!("[{title}](#shape-{})", title.replace(' ', "-"));
    }
    if let Some(words) = field["enum"].as_array() {
        return words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    }
    if let Some(word) = field.get("const") {
        return format!("`{word}`");
    }
    if let Some(parts) = field["allOf"].as_array().or_else(|| field["anyOf"].as_array()) {
        let kinds = parts.iter().map(kind).filter(|kind| kind != "any");
        return kinds.collect::<Vec<_>>().join(" or ");
    }
    let (name, null) = match &field["type"] {
        Value::Array(names) => (names[0].as_str(), " or null"),
        other => (other.as_str(), ""),
    };
    let bounds = match (field["minimum"].as_i64(), field["maximum"].as_i64()) {
        (Some(least), Some(most)) => format!(", {least} to {most}"),
        (Some(least), None) => format!(", {least} or more"),
        (None, Some(most)) => format!(", {most} or less"),
        (None, None) => String::new(),
    };
    let name = match name {
        Some("array") => format!("list of {}", field.get("items").map_or("any".to_owned(), kind)),
        Some("object") => match element(field).filter(|_| field.get("properties").is_none()) {
            Some(element) => format!("map of {}", kind(element)),
            None => "object".to_owned(),
        },
        Some(name) => name.to_owned(),
        None => "any".to_owned(),
    };
    format!("{name}{bounds}{null}")
}

fn description(field: &Value) -> &str {
    field["description"].as_str().unwrap_or_default()
}

fn default_sentence(default: Option<&Value>) -> String {
    match default {
        Some(value) if !value.is_object() && !is_empty(value) => format!(" Default: `{value}`."),
        _ => String::new(),
    }
}

/// A shape's name as words: `portReference` is a port reference.
fn shape_title(name: &str) -> String {
    name.chars().fold(String::new(), |mut title, letter| {
        if letter.is_uppercase() {
            title.push(' ');
        }
        title.extend(letter.to_lowercase());
        title
    })
}

fn members(value: &Value) -> Vec<(&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter).collect()
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(field: &Value, words: &str) {
        assert_eq!(kind(field), words);
    }

    #[test]
    fn types_are_told_in_words() {
        check(&json!({ "type": ["integer", "null"], "minimum": 0 }), "integer, 0 or more or null");
        check(&json!({ "enum": ["TCP", "UDP"] }), "`\"TCP\"`, `\"UDP\"`");
        check(&json!({ "$ref": "#/definitions/portReference" }), "[port reference](#shape-port-reference)");
        check(&json!({ "type": "array", "items": { "type": "string" } }), "list of string");
        check(
            &json!({ "type": "object", "additionalProperties": false, "patternProperties": { "^a": { "type": "string" } } }),
            "map of string",
        );
    }

    #[test]
    fn every_field_has_a_row_with_its_default() {
        let schema = json!({ "properties": { "image": {
            "type": "object",
            "description": "The image.",
            "properties": { "tag": { "type": "string", "description": "Its tag.", "examples": ["1.0.0"] } },
        } } });
        let page = reference(&schema, &json!({ "image": { "tag": "latest" } })).unwrap();
        assert!(page.contains("### image\n\nThe image.\n"), "{page}");
        assert!(page.contains("| `tag` | string | `\"latest\"` | Its tag. | `\"1.0.0\"` |"), "{page}");
    }
}
