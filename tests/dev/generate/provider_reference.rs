//! The provider's reference in the Terraform Registry's layout, from the schema that the built
//! provider gives to Terraform and from the examples.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use acceptance::console::Console;
use acceptance::programs::Programs;
use acceptance::terraform::Terraform;
use acceptance::tools::Tools;
use acceptance::workspace;
use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::Document;
use super::markdown::{front_matter, index_front_matter, of_type, schema};

const CONFIGURATION: &str =
    "terraform {\n  required_providers {\n    ipsy = {\n      source = \"ipsy/ipsy\"\n    }\n  }\n}\n";

/// What has pages of one form: the layout is that of `tfplugindocs`.
struct Kind {
    /// Member of what `terraform providers schema` shows.
    schemas: &'static str,
    /// Folder of the pages and of the examples.
    folder: &'static str,
    title: &'static str,
    /// File of the example.
    example: &'static str,
}

const KINDS: [Kind; 5] = [
    Kind { schemas: "resource_schemas", folder: "resources", title: "Resource", example: "resource.tf" },
    Kind {
        schemas: "data_source_schemas",
        folder: "data-sources",
        title: "Data Source",
        example: "data-source.tf",
    },
    Kind {
        schemas: "ephemeral_resource_schemas",
        folder: "ephemeral-resources",
        title: "Ephemeral Resource",
        example: "ephemeral-resource.tf",
    },
    Kind {
        schemas: "list_resource_schemas",
        folder: "list-resources",
        title: "List Resource",
        example: "list-resource.tfquery.hcl",
    },
    Kind { schemas: "action_schemas", folder: "actions", title: "Action", example: "action.tf" },
];

/// All pages.
pub(super) fn documents(tools: &Tools, programs: &Programs) -> Result<Vec<Document>> {
    // Older programs do not show all kinds of schemas.
    let newest = Tools::newest_terraform(Console::quiet())?;
    let terraform = Terraform::with_configuration(CONFIGURATION, tools, programs)?.by(newest);
    terraform.init()?;
    let text = terraform.run(&["providers", "schema", "-json"])?.ok()?.stdout;
    let document: Value = serde_json::from_str(&text)?;
    let provider = document["provider_schemas"]
        .as_object()
        .and_then(|providers| providers.values().next())
        .context("Terraform shows no schema of the provider")?;

    let mut pages = vec![index(&provider["provider"])?];
    for kind in &KINDS {
        for (name, described) in entries(&provider[kind.schemas]) {
            pages.push(page(kind, name, described, &provider["resource_identity_schemas"][name])?);
        }
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

/// The page of a resource, a data source and so on; its examples lie in a folder of its name.
fn page(kind: &Kind, name: &str, described: &Value, identity: &Value) -> Result<Document> {
    let short = name.strip_prefix("ipsy_").unwrap_or(name);
    let (folder, title) = (kind.folder, kind.title);
    let description = text(&described["block"]["description"]);
    let mut page = front_matter(&format!("{name} {title} - ipsy"), description);
    write!(page, "# {name} ({title})\n\n{description}\n\n")?;
    page += &example(&format!("{folder}/{name}/{}", kind.example), "terraform", "Example Usage")?;
    page += &schema(&described["block"])?;
    if folder == "resources" {
        page += &example(&format!("{folder}/{name}/import.sh"), "shell", "Import")?;
        page += &identity_section(name, identity)?;
    }
    Ok(Document { path: Path::new("docs").join(folder).join(format!("{short}.md")), text: finished(&page) })
}

/// The identity of a resource, with an import by it.
fn identity_section(name: &str, identity: &Value) -> Result<String> {
    if identity.is_null() {
        return Ok(String::new());
    }
    let file = format!("resources/{name}/import-by-identity.tf");
    let mut section = example(&file, "terraform", "Import by identity")?;
    writeln!(section, "### Identity\n")?;
    for (name, attribute) in entries(&identity["attributes"]) {
        let presence = if attribute["required_for_import"] == true { "Required" } else { "Optional" };
        let (of, description) = (of_type(&attribute["type"]), text(&attribute["description"]));
        writeln!(section, "- `{name}` ({of}, {presence}) {description}")?;
    }
    Ok(section)
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
