//! Schemas as Markdown: what must be given, what may be, what comes out, and each block in a
//! section of its own.

use std::fmt::Write;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

const SECTIONS: [(&str, Presence); 3] =
    [("Required", Presence::Required), ("Optional", Presence::Optional), ("Read-Only", Presence::ReadOnly)];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    Required,
    Optional,
    ReadOnly,
}

/// The head of a page, as the registry reads it.
pub(super) fn front_matter(title: &str, description: &str) -> String {
    head(title, "subcategory: \"\"\n", description)
}

/// The head of the page of the provider, which the registry refuses with a `subcategory`.
pub(super) fn index_front_matter(title: &str, description: &str) -> String {
    head(title, "", description)
}

fn head(title: &str, subcategory: &str, description: &str) -> String {
    let first = description.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    format!("---\npage_title: \"{title}\"\n{subcategory}description: |-\n  {first}\n---\n\n")
}

/// The section about a schema, with all its blocks.
pub(super) fn schema(block: &Value) -> Result<String> {
    let mut page = "## Schema\n\n".to_owned();
    write_block(&mut page, block, &[], |title| format!("### {title}"))?;
    Ok(page)
}

/// A type in words, such as `List of String`.
pub(super) fn of_type(kind: &Value) -> String {
    let words = |name: &str| match name {
        "string" => "String".to_owned(),
        "number" => "Number".to_owned(),
        "bool" => "Boolean".to_owned(),
        "list" => "List of".to_owned(),
        "set" => "Set of".to_owned(),
        "map" => "Map of".to_owned(),
        "dynamic" => "Any".to_owned(),
        "object" => "Object".to_owned(),
        other => other.to_owned(),
    };
    match kind {
        Value::String(name) => words(name),
        Value::Array(parts) => match parts.as_slice() {
            [Value::String(name), Value::Object(attributes)] if name == "object" => {
                let fields: Vec<_> =
                    attributes.iter().map(|(name, kind)| format!("{name}: {}", of_type(kind))).collect();
                format!("Object({})", fields.join(", "))
            }
            [Value::String(name), element] => format!("{} {}", words(name), of_type(element)),
            _ => "Any".to_owned(),
        },
        _ => "Any".to_owned(),
    }
}

/// The block that has the arguments around it again.
const OVERRIDE: &str = "override";

fn write_block(page: &mut String, block: &Value, path: &[&str], heading: fn(&str) -> String) -> Result<()> {
    let (attributes, blocks) = (entries(&block["attributes"]), entries(&block["block_types"]));
    for (title, presence) in SECTIONS {
        let mut lines: Vec<(&String, String)> = attributes
            .iter()
            .filter(|(_, attribute)| presence_of(attribute) == presence)
            .map(|(name, attribute)| (*name, attribute_line(name, attribute)))
            .collect();
        for (name, nested) in &blocks {
            let required = nested["min_items"].as_u64().unwrap_or(0) > 0;
            let this = if required { Presence::Required } else { Presence::Optional };
            if this == presence {
                lines.push((name, block_line(name, nested, path)));
            }
        }
        lines.sort_by_key(|(name, _)| *name);
        if lines.is_empty() {
            continue;
        }
        writeln!(page, "{}\n", heading(title))?;
        for (_, line) in lines {
            writeln!(page, "{line}")?;
        }
        writeln!(page)?;
    }
    for (name, nested) in blocks {
        let deeper: Vec<&str> = path.iter().copied().chain([name.as_str()]).collect();
        writeln!(page, "<a id=\"{}\"></a>\n### Block `{}`\n", anchor(&deeper), deeper.join("."))?;
        let description = nested["block"]["description"].as_str().unwrap_or_default();
        if !description.is_empty() {
            writeln!(page, "{description}\n")?;
        }
        let mut body = nested.get("block").context("a block has a body")?.clone();
        if *name == OVERRIDE {
            leave_out(&mut body, block);
        }
        write_block(page, &body, &deeper, |title| format!("{title}:"))?;
    }
    Ok(())
}

/// Removes what `outer` describes already.
fn leave_out(body: &mut Value, outer: &Value) {
    for kind in ["attributes", "block_types"] {
        if let Some(members) = body[kind].as_object_mut() {
            members.retain(|name, _| outer[kind].get(name).is_none());
        }
    }
}

fn entries(value: &Value) -> Vec<(&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter).collect()
}

fn presence_of(attribute: &Value) -> Presence {
    if attribute["required"] == true {
        Presence::Required
    } else if attribute["optional"] == true {
        Presence::Optional
    } else {
        Presence::ReadOnly
    }
}

fn attribute_line(name: &str, attribute: &Value) -> String {
    let mut notes = of_type(&attribute["type"]);
    for (flag, note) in
        [("sensitive", "Sensitive"), ("write_only", "Write-only"), ("deprecated", "Deprecated")]
    {
        if attribute[flag] == true {
            notes = format!("{notes}, {note}");
        }
    }
    format!("- `{name}` ({notes}) {}", one_line(&attribute["description"])).trim_end().to_owned()
}

fn block_line(name: &str, nested: &Value, path: &[&str]) -> String {
    let how = match nested["nesting_mode"].as_str().unwrap_or_default() {
        "list" | "set" => "Blocks",
        "map" => "Blocks with a label",
        _ => "Block",
    };
    let deeper: Vec<&str> = path.iter().copied().chain([name]).collect();
    let description = one_line(&nested["block"]["description"]);
    format!("- `{name}` ({how}, see [below](#{})) {description}", anchor(&deeper)).trim_end().to_owned()
}

fn anchor(path: &[&str]) -> String {
    format!("block--{}", path.join("--"))
}

fn one_line(description: &Value) -> String {
    description.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn types_are_told_in_words() {
        assert_eq!(of_type(&json!("bool")), "Boolean");
        assert_eq!(of_type(&json!(["map", ["list", "string"]])), "Map of List of String");
        assert_eq!(of_type(&json!(["object", { "arn": "string" }])), "Object(arn: String)");
    }

    #[test]
    fn a_block_is_listed_and_has_a_section_of_its_own() {
        let block = json!({
            "attributes": { "name": { "type": "string", "required": true, "description": "The name." } },
            "block_types": { "image": { "nesting_mode": "single", "block": {
                "description": "The image.",
                "attributes": { "tag": { "type": "string", "optional": true } },
            } } },
        });
        let page = schema(&block).unwrap();
        assert!(page.contains("### Required\n\n- `name` (String) The name.\n"), "{page}");
        assert!(page.contains("- `image` (Block, see [below](#block--image)) The image.\n"), "{page}");
        assert!(page.contains("### Block `image`\n\nThe image.\n"), "{page}");
        assert!(page.contains("- `tag` (String)\n"), "{page}");
    }
}
