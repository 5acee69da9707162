//! HCL, parsed by Terraform; resources and blocks of ours are validated by the provider.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;

use acceptance::process::Process;
use acceptance::terraform::Terraform;
use acceptance::workspace;

use super::of_languages;
use crate::fixture;

#[test]
fn hcl_is_parsed_by_terraform() {
    let folder = tempfile::tempdir().unwrap();
    let snippets = of_languages(&["hcl", "terraform"]);
    for (index, snippet) in snippets.iter().enumerate() {
        fs::write(folder.path().join(format!("snippet-{index}.tf")), &snippet.text).unwrap();
    }
    let formatted = Process::new(&fixture::tools().terraform)
        .args(["fmt", "-no-color", "-list=false"])
        .arg(folder.path())
        .run()
        .unwrap();
    let places: Vec<String> = snippets
        .iter()
        .enumerate()
        .filter(|(index, _)| formatted.everything().contains(&format!("snippet-{index}.tf")))
        .map(|(_, snippet)| snippet.place())
        .collect();
    assert_eq!(formatted.code, 0, "{places:?}: {}", formatted.everything());
}

#[test]
fn resources_and_blocks_of_the_guides_are_valid() {
    let terraform = Terraform::with_configuration("", fixture::tools(), fixture::programs()).unwrap();
    let reference = fs::read_to_string(workspace::root().join("docs/resources/app.md")).unwrap();
    let mut root = String::new();
    for (index, snippet) in of_languages(&["hcl", "terraform"]).iter().enumerate() {
        let Some(text) = whole(&snippet.text, &reference) else { continue };
        let name = format!("snippet-{index}");
        let folder = terraform.configuration().join(&name);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("main.tf"), as_module(&text)).unwrap();
        write!(root, "# {}\nmodule \"{name}\" {{\n  source = \"./{name}\"\n}}\n", snippet.place()).unwrap();
    }
    assert!(root.matches("module").count() > 20, "too few can be tried:\n{root}");
    terraform.write("main.tf", &root).unwrap();
    terraform.init().unwrap();
    let validated = terraform.run(&["validate", "-no-color"]).unwrap();
    assert_eq!(validated.code, 0, "{}\n{root}", validated.everything());
}

/// What blocks of an app need around them, by the block that may be in the snippet itself.
const APP: [(&str, &str); 5] = [
    ("image", "  image {\n    repository = \"checkout\"\n  }\n"),
    ("port", "  port {\n    name = \"http\"\n    port = 8080\n  }\n"),
    (
        "load_balancer",
        "  load_balancer {\n    listener_arn = var.listener\n    priority = 1\n    hosts = [\"a.example.com\"]\n  }\n",
    ),
    ("backend", "  backend {\n    name = \"ec2\"\n    target_group_arn = var.group\n    weight = 100\n  }\n"),
    ("backend", "  backend {\n    name = \"blue\"\n    cluster = \"eks-blue\"\n    weight = 0\n  }\n"),
];

/// A snippet that stands alone: a resource or data source of ours, or blocks of an app with an app around them. Nothing if
/// it leaves something out or refers to another provider.
fn whole(text: &str, reference: &str) -> Option<String> {
    let is_others = |line: &str| {
        let mut words = line.split_whitespace();
        let is_block = ["resource", "data", "provider"].contains(&words.next().unwrap_or_default());
        is_block && !words.next().is_some_and(|name| name.starts_with("\"ipsy"))
    };
    let is_partial = ["…", "aws_", "path.module", "file("].iter().any(|part| text.contains(part));
    if is_partial || text.lines().any(is_others) {
        return None;
    }
    if ["resource \"ipsy_app\"", "data \"ipsy_"].iter().any(|start| text.contains(start)) {
        return Some(text.to_owned());
    }
    let is_inner = |line: &&str| line.starts_with(char::is_alphabetic);
    let names: Vec<&str> =
        text.lines().filter(is_inner).filter_map(|line| line.split_whitespace().next()).collect();
    let is_block = |name: &&str| reference.contains(&format!("### Block `{name}`\n"));
    if names.is_empty() || !names.iter().all(is_block) {
        return None;
    }
    let around: String =
        APP.iter().filter(|(block, _)| !names.contains(block)).map(|(_, text)| *text).collect();
    Some(format!(
        "resource \"ipsy_app\" \"this\" {{\n  name = \"checkout\"\n  environment = \"prod\"\n{around}{text}}}\n"
    ))
}

/// The snippet as a module: our provider, and the variables that it reads.
fn as_module(text: &str) -> String {
    let names: BTreeSet<&str> = text
        .split("var.")
        .skip(1)
        .filter_map(|rest| rest.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').next())
        .collect();
    let variable = |name: &str| format!("variable \"{name}\" {{\n  default = null\n}}\n");
    let variables: Vec<String> = names.into_iter().map(variable).collect();
    let provider = if text.contains("required_providers") {
        ""
    } else {
        "terraform {\n  required_providers {\n    ipsy = {\n      source = \"ipsy/ipsy\"\n    }\n  }\n}\n"
    };
    format!("{provider}{}{text}", variables.concat())
}
