//! Workflows of GitHub Actions: actions by tag, images, and the commands of their steps.

use super::lines::joined;
use super::{Unpinned, commands, image};

/// What a workflow or an action does not pin.
pub(super) fn check(text: &str) -> Vec<Unpinned> {
    let mut found = Vec::new();
    // Inputs of an action have names of its own: `image` may be what it builds.
    let mut inputs: Option<usize> = None;
    for (index, line) in text.lines().enumerate() {
        let length = line.len();
        let line = line.trim_start().trim_start_matches("- ");
        let indentation = length - line.len();
        if inputs.is_some_and(|outer| indentation > outer) {
            continue;
        }
        inputs = (line.trim_end() == "with:").then_some(indentation);
        let value = |name: &str| {
            let value = line.strip_prefix(name)?.split(" #").next()?;
            Some(value.trim().trim_matches(['"', '\''])).filter(|value| !value.is_empty())
        };
        if let Some(action) = value("uses:") {
            found.extend(check_action(action, index + 1));
        }
        if let Some(name) =
            value("image:").or_else(|| value("container:")).filter(|name| !name.contains("${{"))
        {
            found.extend(image::check(name, index + 1));
        }
    }
    found.extend(commands::check(joined(text)));
    found
}

fn check_action(action: &str, line: usize) -> Option<Unpinned> {
    if let Some(name) = action.strip_prefix("docker://") {
        return image::check(name, line);
    }
    let (name, reference) = action.split_once('@').unwrap_or((action, ""));
    let is_commit = reference.len() == 40 && reference.bytes().all(|byte| byte.is_ascii_hexdigit());
    if action.starts_with("./") || is_commit {
        return None;
    }
    Some(Unpinned {
        id: "unpinned-action",
        line,
        message: format!("the action `{action}` is not named by its commit, so its owner can change it"),
        help: format!("write `{name}@COMMIT # {reference}`"),
    })
}
