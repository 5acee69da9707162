//! What a repository takes from elsewhere without pinning it: base images, packages, Terraform providers and modules,
//! actions. Two builds of one commit can differ by such a thing.
//!
//! The files are read line by line, by the rules of each kind. A line, or a comment line above it, that holds
//! `pins: allow REASON` is an exception.

mod commands;
mod dockerfile;
mod image;
mod lines;
mod terraform;
mod workflow;

use crate::finding::{Finding, Location};

/// A kind of file that can take something from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FileKind {
    Dockerfile,
    /// Shell scripts, and pipelines of Jenkins, whose steps are shell commands in quotes.
    Commands,
    Terraform,
    Workflow,
}

impl FileKind {
    /// The kind of a file, by its path and its first line.
    fn of(path: &str, text: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let is_container = |word: &str| word == "Dockerfile" || word == "Containerfile";
        let is_yaml = matches!(extension, "yml" | "yaml");
        let is_script =
            text.lines().next().is_some_and(|line| line.starts_with("#!") && line.ends_with("sh"));
        if is_container(name) || is_container(stem) || is_container(extension) {
            Some(Self::Dockerfile)
        } else if is_yaml && (path.contains(".github/workflows/") || stem == "action") {
            Some(Self::Workflow)
        } else if matches!(extension, "tf" | "tofu") {
            Some(Self::Terraform)
        } else if extension == "sh" || name == "Jenkinsfile" || extension == "groovy" || is_script {
            Some(Self::Commands)
        } else {
            None
        }
    }
}

/// Finds what a file does not pin. `path` has `/` between its parts. `None` if the file is of no kind that is read.
pub fn unpinned(path: &str, text: &str) -> Option<Vec<Finding>> {
    let mut found = match FileKind::of(path, text)? {
        FileKind::Dockerfile => dockerfile::check(text),
        FileKind::Commands => commands::check(lines::joined(text)),
        FileKind::Terraform => terraform::check(text),
        FileKind::Workflow => workflow::check(text),
    };
    found.sort_by_key(|found| found.line);
    let allowed = lines::allowed(text);
    let kept = found.into_iter().filter(|found| !allowed.contains(&found.line));
    Some(kept.map(|found| found.finding(path)).collect())
}

/// Something that is not pinned.
#[derive(Debug)]
struct Unpinned {
    id: &'static str,
    /// From 1.
    line: usize,
    message: String,
    help: String,
}

impl Unpinned {
    fn finding(self, path: &str) -> Finding {
        let place = Location { source: Some(path.to_owned()), line: Some(self.line), ..Location::default() };
        Finding::error(self.id, self.message).help(self.help).at(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_name_or_first_line() {
        let kind = |path: &str| FileKind::of(path, "#!/usr/bin/env bash\n");
        assert_eq!(kind("a/Dockerfile"), Some(FileKind::Dockerfile));
        assert_eq!(kind("java.Dockerfile"), Some(FileKind::Dockerfile));
        assert_eq!(kind("Dockerfile.prod"), Some(FileKind::Dockerfile));
        assert_eq!(kind(".github/workflows/a.yml"), Some(FileKind::Workflow));
        assert_eq!(kind("terraform/main.tf"), Some(FileKind::Terraform));
        assert_eq!(kind(".ci/run"), Some(FileKind::Commands));
        assert_eq!(FileKind::of("README.md", "apt-get install x\n"), None);
    }
}
