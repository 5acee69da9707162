//! Terraform: version constraints without an upper bound, providers without a version, modules from Git without a
//! reference.

use super::Unpinned;

/// What a Terraform file does not pin.
pub(super) fn check(text: &str) -> Vec<Unpinned> {
    let mut found = Vec::new();
    let mut blocks: Vec<Block> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let (number, line) = (index + 1, without_comment(line));
        if let Some((name, value)) = assignment(line) {
            match name {
                "version" | "required_version" if is_open(value) => found.push(open(name, value, number)),
                "source" if is_git(value) && !value.contains("ref=") => found.push(git(value, number)),
                _ => {}
            }
            if let Some(block) = blocks.last_mut().filter(|_| name == "version") {
                block.has_version = true;
            }
        }
        let opened = line.matches('{').count();
        for _ in 0..opened {
            let name = line
                .split(['=', '{', ' '])
                .find(|word| !word.is_empty())
                .unwrap_or_default()
                .trim()
                .to_owned();
            blocks.push(Block { name, line: number, has_version: line.contains("version") });
        }
        for _ in 0..line.matches('}').count() {
            let closed = blocks.pop();
            let is_provider = blocks.last().is_some_and(|outer| outer.name == "required_providers");
            if let Some(block) = closed.filter(|block| is_provider && !block.has_version) {
                found.push(versionless(&block.name, block.line));
            }
        }
    }
    found
}

/// A block or object that is not closed yet.
struct Block {
    name: String,
    line: usize,
    has_version: bool,
}

fn without_comment(line: &str) -> &str {
    let trimmed = line.trim();
    if trimmed.starts_with('#') || trimmed.starts_with("//") { "" } else { trimmed }
}

/// Name and text of `name = "text"`.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let value = value.trim().strip_prefix('"')?;
    Some((name.trim(), value.split('"').next()?))
}

/// Whether a constraint has a lower bound only: a later release with breaking changes also fits it.
fn is_open(constraint: &str) -> bool {
    let mut parts = constraint.split(',').map(str::trim);
    let is_lower = parts.clone().any(|part| part.starts_with('>'));
    let is_bounded = parts.any(|part| !part.starts_with('>') && !part.starts_with("!="));
    is_lower && !is_bounded
}

fn is_git(source: &str) -> bool {
    source.starts_with("git::") || source.starts_with("git@") || source.starts_with("github.com/")
}

fn open(name: &str, constraint: &str, line: usize) -> Unpinned {
    let lower = constraint.trim_start_matches(['>', '=', ' ']);
    Unpinned {
        id: "unpinned-terraform",
        line,
        message: format!("`{name} = \"{constraint}\"` has no upper bound"),
        help: format!("write `~> {lower}`, or add an upper bound"),
    }
}

fn versionless(name: &str, line: usize) -> Unpinned {
    Unpinned {
        id: "unpinned-terraform",
        line,
        message: format!("the provider `{name}` has no version"),
        help: "add `version = \"~> …\"`".to_owned(),
    }
}

fn git(source: &str, line: usize) -> Unpinned {
    Unpinned {
        id: "unpinned-terraform",
        line,
        message: format!("the module `{source}` follows a branch"),
        help: "add `?ref=` with a tag or a commit".to_owned(),
    }
}
