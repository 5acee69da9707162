//! The provider's reference in the Terraform Registry's layout, from the schema that the built
//! provider gives to Terraform and from the examples.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::Document;
use super::markdown::{front_matter, index_front_matter, of_type, schema};
use crate::programs::Programs;
use crate::terraform::Terraform;
use crate::tools::Tools;
use crate::workspace;

const CONFIGURATION: &str =
    "terraform {\n  required_providers {\n    ipsy = {\n      source = \"ipsy/ipsy\"\n    }\n  }\n}\n";

/// All pages.
pub(super) fn documents(tools: &Tools, programs: &Programs) -> Result<Vec<Document>> {
    let terraform = Terraform::with_configuration(CONFIGURATION, tools, programs)?;
    terraform.init()?;
    let text = terraform.run(&["providers", "schema", "-json"])?.ok()?.stdout;
    let document: Value = serde_json::from_str(&text)?;
    let provider = document["provider_schemas"]
        .as_object()
        .and_then(|providers| providers.values().next())
        .context("Terraform shows no schema of the provider")?;

    let mut pages = vec![index(&provider["provider"])?];
    for (name, resource) in entries(&provider["resource_schemas"]) {
        pages.push(page("resources", "Resource", name, resource)?);
    }
    for (name, source) in entries(&provider["data_source_schemas"]) {
        pages.push(page("data-sources", "Data Source", name, source)?);
    }
    for (name, function) in entries(&provider["functions"]) {
        pages.push(function_page(name, function)?);
    }
    Ok(pages)
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn index(provider: &Value) -> Result<Document> {
    let description = text(&provider["block"]["description"]);
    let page = format!(
        "{}# ipsy Provider\n\n{description}\n\n{}{}",
        index_front_matter("ipsy Provider", description),
        example("provider/provider.tf", "terraform", "Example Usage")?,
        schema(&provider["block"])?,
    );
    Ok(Document { path: "docs/index.md".into(), text: page })
}

/// The page of a resource or a data source; its examples lie in a folder of its name.
fn page(folder: &str, kind: &str, name: &str, described: &Value) -> Result<Document> {
    let short = name.strip_prefix("ipsy_").unwrap_or(name);
    let description = text(&described["block"]["description"]);
    let file = if folder == "resources" { "resource.tf" } else { "data-source.tf" };
    let mut page = front_matter(&format!("{name} {kind} - ipsy"), description);
    write!(page, "# {name} ({kind})\n\n{description}\n\n")?;
    page += &example(&format!("{folder}/{name}/{file}"), "terraform", "Example Usage")?;
    page += &schema(&described["block"])?;
    page += &example(&format!("{folder}/{name}/import.sh"), "shell", "Import")?;
    Ok(Document { path: Path::new("docs").join(folder).join(format!("{short}.md")), text: finished(&page) })
}

fn function_page(name: &str, function: &Value) -> Result<Document> {
    let (summary, description) = (text(&function["summary"]), text(&function["description"]));
    let parameters = function["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let variadic = &function["variadic_parameter"];
    let listed: Vec<&Value> = parameters.iter().chain(variadic.is_object().then_some(variadic)).collect();
    let names: Vec<String> = listed
        .iter()
        .map(|parameter| format!("{} {}", text(&parameter["name"]), of_type(&parameter["type"])))
        .collect();
    let result = of_type(&function["return_type"]);
    let mut page = front_matter(&format!("{name} function - ipsy"), summary);
    write!(page, "# function: {name}\n\n{description}\n\n")?;
    page += &example(&format!("functions/{name}/function.tf"), "terraform", "Example Usage")?;
    write!(page, "## Signature\n\n```text\n{name}({}) {result}\n```\n\n## Arguments\n\n", names.join(", "))?;
    for parameter in listed {
        let kind = of_type(&parameter["type"]);
        writeln!(page, "- `{}` ({kind}) {}", text(&parameter["name"]), text(&parameter["description"]))?;
    }
    Ok(Document { path: format!("docs/functions/{name}.md").into(), text: finished(&page) })
}

/// A section with an example, if there is one.
fn example(file: &str, language: &str, title: &str) -> Result<String> {
    let path = workspace::root().join("examples").join(file);
    if !path.is_file() {
        return Ok(String::new());
    }
    let code = fs::read_to_string(path)?;
    Ok(format!("## {title}\n\n```{language}\n{}\n```\n\n", code.trim_end()))
}

fn finished(page: &str) -> String {
    format!("{}\n", page.trim_end())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default().trim()
}
