//! The documents for people: every file that they link to or name exists.

use std::fs;
use std::path::{Component, Path, PathBuf};

use acceptance::workspace;

use crate::structure::tracked;

/// Documents that name paths from the root, in backticks.
const NAMING: [&str; 2] = ["ARCHITECTURE.md", "CONTRIBUTING.md"];

/// Marks what a reader puts in, as in `provider/src/functions/NAME.rs`.
const PLACEHOLDERS: [&str; 4] = ["AREA", "BLOCK", "NAME", "VERSION"];

/// Where the repository is on the web. Links to it must lead to files of this checkout.
const REPOSITORY: &str = "https://github.com/ipsy/terraform-provider-ipsy/";

#[test]
fn links_lead_to_files() {
    let mut problems = Vec::new();
    for (file, text) in documents() {
        let folder = file.parent().unwrap_or(Path::new(""));
        for link in links(&prose(&text)) {
            let path = in_repository(&link).map_or_else(|| normal(&folder.join(&link)), PathBuf::from);
            if !workspace::root().join(path).exists() {
                problems.push(format!("{}: {link}", file.display()));
            }
        }
    }
    assert!(problems.is_empty(), "these links lead nowhere:\n{}", problems.join("\n"));
}

#[test]
fn anchors_lead_to_headings() {
    let mut problems = Vec::new();
    for (file, text) in documents() {
        let folder = file.parent().unwrap_or(Path::new(""));
        for (target, anchor) in anchors(&prose(&text)) {
            let page = if target.is_empty() { file.clone() } else { normal(&folder.join(&target)) };
            let page = fs::read_to_string(workspace::root().join(page)).unwrap_or_default();
            if !page.contains(&format!("<a id=\"{anchor}\">")) && !headings(&page).contains(&anchor) {
                problems.push(format!("{}: {target}#{anchor}", file.display()));
            }
        }
    }
    assert!(problems.is_empty(), "these anchors are on no page:\n{}", problems.join("\n"));
}

/// All documents of the repository with their texts.
fn documents() -> Vec<(PathBuf, String)> {
    let files = tracked().into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "md"));
    files.map(|file| (file.clone(), fs::read_to_string(workspace::root().join(file)).unwrap())).collect()
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
    assert_eq!(anchors(&prose(text)), [("c/d.md".into(), "e".into()), (String::new(), "i".into())]);
    assert_eq!(headings("# A\n## `b.c`: d, (e)-f\n"), ["a", "bc-d-e-f"]);
    let tracked = [PathBuf::from("docs/l.md"), PathBuf::from("proto/m")];
    assert_eq!(named_paths(&prose(text), &tracked), [Path::new("docs"), Path::new("proto/")]);
}

/// The text without its fenced blocks.
fn prose(text: &str) -> String {
    text.split("```").step_by(2).collect()
}

/// Targets of links to files, without anchors.
fn links(text: &str) -> Vec<String> {
    let files = targets(text).filter(|target| {
        (!target.contains("://") || in_repository(target).is_some()) && !target.starts_with('#')
    });
    files.map(|target| target.split('#').next().unwrap_or_default().to_owned()).collect()
}

/// Targets of links to anchors: the file, and the anchor in it.
fn anchors(text: &str) -> Vec<(String, String)> {
    let local = targets(text).filter(|target| !target.contains("://"));
    local
        .filter_map(|target| target.split_once('#'))
        .map(|(file, anchor)| (file.to_owned(), anchor.to_owned()))
        .collect()
}

fn targets(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next())
}

/// The path of a link to the repository on the web.
fn in_repository(link: &str) -> Option<&str> {
    let path = link.strip_prefix(REPOSITORY)?;
    ["tree/main/", "blob/main/"].iter().find_map(|kind| path.strip_prefix(kind))
}

/// The anchors of headings, as GitHub makes them.
fn headings(text: &str) -> Vec<String> {
    let titles =
        text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let slug = |title: &str| -> String {
        let kept = title.to_lowercase().replace(' ', "-");
        kept.chars().filter(|letter| letter.is_alphanumeric() || ['-', '_'].contains(letter)).collect()
    };
    titles.map(slug).collect()
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
