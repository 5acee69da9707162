//! Fenced blocks of the guides and of READMEs: each is parsed or run by the program that its readers use.

mod configurations;
mod files;
mod first_app;
mod hcl;
mod shell;

use std::fs;
use std::path::{Path, PathBuf};

use acceptance::workspace;
use serde::Deserialize;
use serde_yaml::Value;

use crate::structure::tracked;

/// Documents with snippets: the guides, the README, and those of the examples.
const DOCUMENTS: [&str; 3] = ["docs/guides/", "README.md", "examples/"];

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
