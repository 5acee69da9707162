//! Fenced blocks of the guides and of READMEs: each is parsed or run by the program that its readers use.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use acceptance::process::Process;
use acceptance::terraform::Terraform;
use acceptance::workspace;
use serde::Deserialize;
use serde_yaml::Value;

use crate::fixture;
use crate::structure::tracked;

/// Documents with snippets: the guides, the README, and those of the examples.
const DOCUMENTS: [&str; 3] = ["docs/guides/", "README.md", "examples/"];

/// Kinds of diagrams of Mermaid.
const DIAGRAMS: [&str; 4] = ["flowchart", "sequenceDiagram", "stateDiagram-v2", "gantt"];

/// A manifest on which configurations are tried.
const MANIFEST: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: snippet\n";

/// A fenced block.
struct Snippet {
    document: PathBuf,
    line: usize,
    language: String,
    text: String,
}

impl Snippet {
    fn place(&self) -> String {
        format!("{}:{}", self.document.display(), self.line)
    }
}

fn documents() -> Vec<PathBuf> {
    let is_ours = |document: &PathBuf| {
        let name = document.to_string_lossy();
        name.ends_with(".md") && DOCUMENTS.iter().any(|place| name.starts_with(place))
    };
    tracked().into_iter().filter(is_ours).collect()
}

fn snippets() -> Vec<Snippet> {
    let mut found = Vec::new();
    for document in documents() {
        let text = fs::read_to_string(workspace::root().join(&document)).unwrap();
        found.extend(blocks(&document, &text));
    }
    assert!(found.len() > 150, "only {} snippets were found", found.len());
    found
}

/// The fenced blocks of a document, without the indentation of the list item that they are in.
fn blocks(document: &Path, text: &str) -> Vec<Snippet> {
    let mut found = Vec::new();
    let mut open: Option<(usize, Snippet)> = None;
    for (index, line) in text.lines().enumerate() {
        let indentation = line.len() - line.trim_start().len();
        match (&mut open, line.trim_start().strip_prefix("```")) {
            (None, Some(language)) => {
                let (document, language) = (document.to_owned(), language.trim().to_owned());
                open =
                    Some((indentation, Snippet { document, line: index + 1, language, text: String::new() }));
            }
            (Some(_), Some("")) => found.extend(open.take().map(|(_, snippet)| snippet)),
            (Some((depth, snippet)), _) => {
                snippet.text.push_str(line.get(*depth..).unwrap_or_default());
                snippet.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{}: a block is not closed", document.display());
    found
}

/// Fails with all problems at once.
fn assert_none(problems: &[String]) {
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn of_languages(languages: &[&str]) -> Vec<Snippet> {
    snippets().into_iter().filter(|snippet| languages.contains(&snippet.language.as_str())).collect()
}

#[test]
fn every_snippet_has_a_language_that_is_checked() {
    let known = [
        "hcl",
        "terraform",
        "yaml",
        "json",
        "sh",
        "shell",
        "console",
        "groovy",
        "mermaid",
        "diff",
        "text",
        "",
    ];
    let unknown = snippets().into_iter().filter(|snippet| !known.contains(&snippet.language.as_str()));
    assert_none(
        &unknown.map(|snippet| format!("{}: `{}`", snippet.place(), snippet.language)).collect::<Vec<_>>(),
    );
}

#[test]
fn yaml_and_json_are_read() {
    let mut problems = Vec::new();
    for snippet in of_languages(&["yaml", "json"]) {
        let read = match snippet.language.as_str() {
            "json" => serde_json::from_str::<Value>(&snippet.text).err().map(|error| error.to_string()),
            _ => serde_yaml::Deserializer::from_str(&snippet.text)
                .find_map(|document| Value::deserialize(document).err().map(|error| error.to_string())),
        };
        problems.extend(read.map(|error| format!("{}: {error}", snippet.place())));
    }
    assert_none(&problems);
}

#[test]
fn configurations_are_taken_by_the_post_renderer() {
    let folder = tempfile::tempdir().unwrap();
    let mut problems = Vec::new();
    let mut tried = 0;
    for snippet in of_languages(&["yaml"]) {
        let option = match kind(&snippet.text).as_deref() {
            Some("Standards") => "--standards",
            Some("PostRenderConfig") => "--config",
            _ => continue,
        };
        tried += 1;
        let file = folder.path().join("configuration.yaml");
        fs::write(&file, &snippet.text).unwrap();
        let outcome = Process::new(&fixture::programs().post_renderer)
            .args(["check", "--as-of", "2026-12-01", option])
            .arg(&file)
            .input(MANIFEST)
            .run()
            .unwrap();
        // A setting or an exception that matches nothing in this stream is 1; a wrong configuration is 2.
        if outcome.code > 1 {
            problems.push(format!("{}: {}", snippet.place(), outcome.everything()));
        }
    }
    assert!(tried > 6, "only {tried} configurations were tried");
    assert_none(&problems);
}

/// The kind of a document of ours.
fn kind(text: &str) -> Option<String> {
    let document: Value = serde_yaml::from_str(text).ok()?;
    let is_ours = document.get("apiVersion").and_then(Value::as_str) == Some("ipsy.dev/v1");
    document.get("kind").filter(|_| is_ours).and_then(Value::as_str).map(ToOwned::to_owned)
}

#[test]
fn shell_commands_are_parsed() {
    let mut problems = Vec::new();
    for snippet in of_languages(&["sh", "shell", "console"]) {
        let parsed = Process::new("bash").arg("-n").input(commands(&snippet)).run().unwrap();
        if parsed.code != 0 {
            problems.push(format!("{}: {}", snippet.place(), parsed.stderr));
        }
    }
    assert_none(&problems);
}

/// The commands of a snippet. Those of a console follow a prompt, and the rest is output.
fn commands(snippet: &Snippet) -> String {
    if snippet.language != "console" {
        return snippet.text.clone();
    }
    let commands: Vec<&str> = snippet.text.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
    commands.join("\n")
}

#[test]
fn options_of_our_programs_and_targets_of_make_exist() {
    let programs = fixture::programs();
    let help = |program: &Path, arguments: &[&str]| {
        Process::new(program).args(arguments).run().unwrap().everything()
    };
    let subcommands = ["render", "check", "diff", "explain", "explain-rule", "standards", "schema"];
    let of_post_renderer = subcommands.map(|name| help(&programs.post_renderer, &[name, "--help"])).concat();
    let helps = [
        ("ipsy-post-renderer", of_post_renderer),
        ("terraform-provider-ipsy bootstrap", help(&programs.provider, &["bootstrap", "--help"])),
        ("terraform-provider-ipsy cost", help(&programs.provider, &["cost", "--help"])),
    ];
    let makefile = fs::read_to_string(workspace::root().join("GNUmakefile")).unwrap();
    let fenced = of_languages(&["sh", "shell", "console"])
        .into_iter()
        .map(|snippet| (snippet.place(), commands(&snippet)));
    let mut problems = Vec::new();
    for (place, text) in fenced.chain(inline_code()) {
        for command in text.replace("\\\n", " ").lines().flat_map(|line| line.split('|')) {
            let words: Vec<&str> = command.split_whitespace().collect();
            for (program, help) in
                helps.iter().filter(|(program, _)| command.trim_start().starts_with(*program))
            {
                let options = words.iter().filter(|word| word.starts_with("--"));
                let unknown =
                    options.filter(|word| !help.contains(word.split('=').next().unwrap_or_default()));
                problems.extend(unknown.map(|word| format!("{place}: {program} has no `{word}`")));
            }
            if let ["make", target, ..] = words.as_slice()
                && !makefile.contains(&format!("\n{target}:"))
            {
                problems.push(format!("{place}: make has no target `{target}`"));
            }
        }
    }
    assert_none(&problems);
}

/// Code within sentences, with its document.
fn inline_code() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for document in documents() {
        let text = fs::read_to_string(workspace::root().join(&document)).unwrap();
        let prose: String = text.split("```").step_by(2).collect();
        let code = prose.split('`').skip(1).step_by(2);
        found.extend(code.map(|code| (document.display().to_string(), code.replace('\n', " "))));
    }
    found
}

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
    if ["…", "aws_", "helm_release", "path.module", "file("].iter().any(|part| text.contains(part)) {
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

#[test]
fn groovy_is_that_of_the_library() {
    let library = fs::read_to_string(workspace::root().join("examples/jenkins-library/Jenkinsfile")).unwrap();
    for snippet in of_languages(&["groovy"]) {
        assert!(
            library.contains(snippet.text.trim()),
            "{} is not in the Jenkinsfile of the library",
            snippet.place()
        );
    }
}

#[test]
fn files_that_a_guide_shows_are_those_of_the_examples() {
    let shown = of_languages(&["yaml"]);
    for (kind, file) in
        [("ConfigManagementPlugin", "argo-cd/plugin.yaml"), ("Kustomization", "flux/checkout.yaml")]
    {
        let example = fs::read_to_string(workspace::root().join("examples").join(file)).unwrap();
        let snippet = shown.iter().find(|snippet| snippet.text.contains(&format!("kind: {kind}\n"))).unwrap();
        assert!(example.contains(&snippet.text), "{} differs from examples/{file}", snippet.place());
    }
}

#[test]
fn diagrams_are_of_a_known_kind() {
    for snippet in of_languages(&["mermaid"]) {
        let first = snippet.text.split_whitespace().next().unwrap_or_default();
        assert!(DIAGRAMS.contains(&first), "{}: `{first}`", snippet.place());
        let brackets = |open: char, close: char| {
            snippet.text.matches(open).count() == snippet.text.matches(close).count()
        };
        assert!(
            brackets('[', ']') && brackets('(', ')') && brackets('{', '}'),
            "{}: a bracket is open",
            snippet.place()
        );
        assert!(snippet.text.lines().count() > 1, "{} is empty", snippet.place());
    }
}

/// Guides that map the fields of another tool to arguments of `ipsy_app`, in the second column of their first table.
const MIGRATIONS: [&str; 3] = ["from-helm-release", "from-copilot", "from-ecs-express"];

#[test]
fn arguments_that_migrations_name_exist() {
    let reference = fs::read_to_string(workspace::root().join("docs/resources/app.md")).unwrap();
    let mut problems = Vec::new();
    for guide in MIGRATIONS {
        let text = fs::read_to_string(workspace::root().join(format!("docs/guides/{guide}.md"))).unwrap();
        let rows = text.lines().skip_while(|line| !line.contains("| In `ipsy_app` |")).skip(2);
        let rows: Vec<&str> = rows.take_while(|line| line.starts_with('|')).collect();
        assert!(rows.len() > 5, "{guide} has only {} rows", rows.len());
        for row in rows {
            let cell = row.split('|').nth(2).unwrap();
            let named = cell.split('`').skip(1).step_by(2);
            problems.extend(
                named.filter(|name| !is_argument(name, &reference)).map(|name| format!("{guide}: `{name}`")),
            );
        }
    }
    assert_none(&problems);
}

/// Whether the reference has an argument or block, such as `load_balancer.hosts`.
fn is_argument(path: &str, reference: &str) -> bool {
    if reference.contains(&format!("### Block `{path}`\n")) {
        return true;
    }
    let (section, name) = match path.rsplit_once('.') {
        Some((block, name)) => (reference.split(&format!("### Block `{block}`\n")).nth(1), name),
        None => (reference.split("## Schema\n").nth(1), path),
    };
    let own = section.and_then(|section| section.split("<a id=").next()).unwrap_or_default();
    own.contains(&format!("\n- `{name}` ("))
}

#[test]
fn troubleshooting_has_every_rule() {
    let read = |name: &str| fs::read_to_string(workspace::root().join(name)).unwrap();
    let (guide, rules) = (read("docs/guides/troubleshooting.md"), read("docs/rules/README.md"));
    for entry in fs::read_dir(workspace::root().join("docs/rules")).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(name == "README.md" || guide.contains(&format!("(../rules/{name})")), "{name} is missing");
    }
    let table = guide.split("## By id").nth(1).unwrap().split("## ").next().unwrap();
    let cells = table.lines().filter_map(|line| line.split('|').nth(1)).filter(|cell| cell.contains('`'));
    for id in cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)) {
        assert!(rules.contains(&format!("`{id}`")), "`{id}` is not a rule");
    }
}
