//! The documents for people: every file that they link to or name exists.

use std::fs;
use std::path::{Component, Path, PathBuf};

use acceptance::workspace;

use crate::structure::tracked;

/// Documents that name paths from the root, in backticks.
const NAMING: [&str; 2] = ["ARCHITECTURE.md", "CONTRIBUTING.md"];

/// Marks what a reader puts in, as in `provider/src/functions/NAME.rs`.
const PLACEHOLDERS: [&str; 4] = ["AREA", "BLOCK", "NAME", "VERSION"];

#[test]
fn links_lead_to_files() {
    let mut problems = Vec::new();
    for file in tracked().into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "md")) {
        let text = fs::read_to_string(workspace::root().join(&file)).unwrap();
        let folder = file.parent().unwrap_or(Path::new(""));
        for link in links(&prose(&text)) {
            if !workspace::root().join(normal(&folder.join(&link))).exists() {
                problems.push(format!("{}: {link}", file.display()));
            }
        }
    }
    assert!(problems.is_empty(), "these links lead nowhere:\n{}", problems.join("\n"));
}

#[test]
fn named_paths_exist() {
    let tracked = tracked();
    let mut problems = Vec::new();
    for document in NAMING {
        let text = fs::read_to_string(workspace::root().join(document)).unwrap();
        let named = named_paths(&prose(&text), &tracked);
        assert!(named.len() > 3, "{document} names only {named:?}");
        let missing = named.into_iter().filter(|path| !workspace::root().join(path).exists());
        problems.extend(missing.map(|path| format!("{document}: {}", path.display())));
    }
    assert!(problems.is_empty(), "these paths do not exist:\n{}", problems.join("\n"));
}

#[test]
fn links_and_paths_are_found_in_prose_only() {
    let text = "a [b](c/d.md#e), [f](https://g), [h](#i)\n```sh\n[j](k)\n```\n`docs/NAME.md` `proto/` `x/y` `//!` `make`\n";
    assert_eq!(links(&prose(text)), ["c/d.md"]);
    let tracked = [PathBuf::from("docs/l.md"), PathBuf::from("proto/m")];
    assert_eq!(named_paths(&prose(text), &tracked), [Path::new("docs"), Path::new("proto/")]);
}

/// The text without its fenced blocks.
fn prose(text: &str) -> String {
    text.split("```").step_by(2).collect()
}

/// Targets of links to files, without anchors.
fn links(text: &str) -> Vec<String> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let files = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
    files.map(|target| target.split('#').next().unwrap_or_default().to_owned()).collect()
}

/// Paths in backticks that begin with a folder of the root. Only the part before a placeholder can be checked.
fn named_paths(text: &str, tracked: &[PathBuf]) -> Vec<PathBuf> {
    let is_ours = |path: &str| {
        let first = path.split('/').next().unwrap_or_default();
        !first.is_empty() && tracked.iter().any(|file| file.starts_with(first) && file != Path::new(first))
    };
    let quoted = text.split('`').skip(1).step_by(2);
    let paths = quoted.filter(|text| text.contains('/') && !text.contains(' ') && is_ours(text));
    let known = paths.map(|path| {
        let has_placeholder = |part: &str| PLACEHOLDERS.iter().any(|placeholder| part.contains(placeholder));
        match path.split('/').position(has_placeholder) {
            Some(index) => path.split('/').take(index).collect(),
            None => PathBuf::from(path),
        }
    });
    known.collect()
}

/// The path without `.` and `..`, as a link from the root.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                normal.pop();
            }
            Component::Normal(part) => normal.push(part),
            _ => {}
        }
    }
    normal
}
