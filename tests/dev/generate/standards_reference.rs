//! The guide about standards: its text, and the members of the document from the schema that the built program prints.

use std::fmt::Write;
use std::fs;

use acceptance::process::Process;
use acceptance::programs::Programs;
use acceptance::tools::Tools;
use acceptance::workspace;
use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::Document;
use super::markdown::front_matter;

/// Where shared shapes are in the schema.
const SHAPES: &str = "#/$defs/";
/// The shape that repeats the document's own members.
const OVERLAY: &str = "EnvironmentOverlay";

/// The page.
pub(super) fn documents(_: &Tools, programs: &Programs) -> Result<Vec<Document>> {
    let printed = Process::new(&programs.post_renderer).args(["schema", "standards"]).succeed()?.stdout;
    let schema: Value = serde_json::from_str(&printed)?;
    let prose = fs::read_to_string(workspace::root().join("examples/standards/README.md"))?;
    let (_, prose) = prose.split_once('\n').context("a README begins with a title")?;
    let title = "Standards";
    let text = format!(
        "{}# {title}\n\n{}\n\n{}",
        front_matter(title, "One document of standards for the plan and for the installation."),
        prose.trim(),
        reference(&schema)?
    );
    Ok(vec![Document { path: "docs/guides/standards.md".into(), text }])
}

fn reference(schema: &Value) -> Result<String> {
    let mut page = "## Members\n\nThe schema is closed: a member that is not here is refused.\n".to_owned();
    table(&mut page, &schema["properties"])?;
    for (name, shape) in members(&schema["$defs"]).filter(|(name, _)| *name != OVERLAY) {
        if shape["properties"].is_object() {
            writeln!(page, "\n### {name}\n\n{}", description(shape))?;
            table(&mut page, &shape["properties"])?;
        }
    }
    page.push_str("\n## Words\n\n| Type | Word | Meaning |\n|---|---|---|\n");
    for (name, shape) in members(&schema["$defs"]) {
        for word in shape["oneOf"].as_array().into_iter().flatten() {
            if let Some(text) = word["const"].as_str() {
                writeln!(page, "| {name} | `{text}` | {} |", description(word))?;
            }
        }
    }
    Ok(page)
}

fn table(page: &mut String, properties: &Value) -> Result<()> {
    page.push_str("\n| Member | Type | Meaning |\n|---|---|---|\n");
    for (name, member) in members(properties) {
        writeln!(page, "| `{name}` | {} | {} |", kind(member), description(member))?;
    }
    Ok(())
}

/// A type in words.
fn kind(member: &Value) -> String {
    if let Some(name) = member["$ref"].as_str().and_then(|reference| reference.strip_prefix(SHAPES)) {
        return if name == OVERLAY { "the members above".to_owned() } else { name.to_owned() };
    }
    if let Some(branch) = member["anyOf"].as_array().and_then(|branches| branches.first()) {
        return kind(branch);
    }
    let name = match &member["type"] {
        Value::Array(names) => names.first().and_then(Value::as_str),
        other => other.as_str(),
    };
    match name {
        Some("array") => format!("list of {}", kind(&member["items"])),
        Some("object") if member["additionalProperties"].is_object() => {
            format!("mapping of {}", kind(&member["additionalProperties"]))
        }
        Some("object") => "mapping".to_owned(),
        Some("string") => "text".to_owned(),
        Some("integer") => "whole number".to_owned(),
        Some(other) => other.to_owned(),
        None => "any".to_owned(),
    }
}

fn description(member: &Value) -> String {
    member["description"].as_str().unwrap_or_default().replace('\n', " ").replace('|', "\\|")
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter).map(|(name, member)| (name.as_str(), member))
}
