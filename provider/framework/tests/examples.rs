//! Every public item has an example in its documentation, and every public method is used in an example of its file.

#![expect(clippy::unwrap_used, reason = "clippy does not see that all of this is tests")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Words that start a public item. Items that no user can reach are `pub(crate)`, which a lint checks.
const ITEMS: [&str; 6] = ["pub struct ", "pub enum ", "pub trait ", "pub type ", "pub fn ", "pub use "];

#[test]
fn every_public_item_has_an_example() {
    let mut missing = Vec::new();
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = fs::read_to_string(&file).unwrap();
        missing.extend(without_example(&text).into_iter().map(|item| format!("{}: {item}", file.display())));
    }
    assert!(missing.is_empty(), "add an example to the documentation of these:\n{}", missing.join("\n"));
}

#[test]
fn items_and_methods_without_an_example_are_found() {
    let example = "/// ```\n/// let a = A::new();\n/// ```\n";
    let methods = "impl A {\n    /// Makes it.\n    pub fn new() -> Self {}\n    /// Ends it.\n    pub fn end(self) {}\n}\n";
    let text =
        format!("/// A.\n{example}#[derive(Debug)]\npub struct A;\n{methods}/// B.\npub enum B {{}}\n");
    assert_eq!(without_example(&text), ["pub fn end(self) {}", "pub enum B {}"]);
}

/// The items without an example of their own, and the methods that no example of the file calls.
fn without_example(text: &str) -> Vec<&str> {
    let comments =
        text.lines().map(str::trim_start).filter(|line| line.starts_with("///") || line.starts_with("//!"));
    // Every second part between two fences is an example.
    let examples: String = comments.collect::<Vec<_>>().join("\n").split("```").skip(1).step_by(2).collect();
    let is_called = |name: &str| {
        ["(", "::<"]
            .iter()
            .any(|end| [".", "::"].iter().any(|start| examples.contains(&format!("{start}{name}{end}"))))
    };
    let (mut missing, mut has_example) = (Vec::new(), false);
    for line in text.lines() {
        let code = line.trim_start();
        if code.starts_with("///") || code.starts_with("#[") {
            has_example |= code.starts_with("/// ```");
            continue;
        }
        let is_item = ITEMS.iter().any(|item| line.starts_with(item)) && !line.starts_with("pub use self::");
        let method = line.strip_prefix("    pub ").and_then(|signature| signature.split_once("fn "));
        let name = method.and_then(|(_, signature)| signature.split(['(', '<']).next());
        if !has_example && (is_item || name.is_some_and(|name| !is_called(name))) {
            missing.push(code);
        }
        has_example = false;
    }
    missing
}

/// The sources of what users of the crate reach: without tests and the entry points of fuzz targets.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_public = |path: &PathBuf| path.file_stem().is_some_and(|name| name != "fuzzing");
    entries
        .filter(is_public)
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|kind| kind == "rs"))
        .collect()
}
