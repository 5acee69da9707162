//! Dockerfiles: images of `FROM`, `COPY --from`, `RUN --mount=from=…` and `# syntax=`, and packages of `RUN`.

use std::collections::{BTreeMap, BTreeSet};

use super::lines::{Line, joined};
use super::{Unpinned, commands, image};

/// What a Dockerfile does not pin.
pub(super) fn check(text: &str) -> Vec<Unpinned> {
    let mut found: Vec<Unpinned> = syntax(text).into_iter().collect();
    let mut arguments: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut stages: BTreeSet<String> = BTreeSet::new();
    for Line { number, text } in joined(text) {
        let (instruction, rest) = text.split_once(char::is_whitespace).unwrap_or((&text, ""));
        match instruction.to_ascii_uppercase().as_str() {
            "ARG" => arguments.extend(rest.split_whitespace().map(argument)),
            "FROM" => {
                let words: Vec<&str> =
                    rest.split_whitespace().filter(|word| !word.starts_with("--")).collect();
                if let Some(name) = words.first() {
                    found.extend(check_image(name, &arguments, &stages, number));
                }
                if let [_, _, stage] = words.as_slice() {
                    stages.insert(stage.to_ascii_lowercase());
                }
            }
            "COPY" | "ADD" => {
                let from = rest.split_whitespace().find_map(|word| word.strip_prefix("--from="));
                found.extend(from.and_then(|from| check_image(from, &arguments, &stages, number)));
            }
            "RUN" => {
                let mounts = rest.split_whitespace().filter_map(|word| word.strip_prefix("--mount="));
                let from =
                    mounts.flat_map(|mount| mount.split(',')).filter_map(|part| part.strip_prefix("from="));
                found.extend(from.filter_map(|from| check_image(from, &arguments, &stages, number)));
                found.extend(commands::check([Line { number, text: rest.to_owned() }]));
            }
            _ => {}
        }
    }
    found
}

/// The frontend that a leading comment `# syntax=IMAGE` names: each build downloads it.
fn syntax(text: &str) -> Option<Unpinned> {
    let comments = text.lines().enumerate().take_while(|(_, line)| line.trim_start().starts_with('#'));
    let mut directives = comments.filter_map(|(index, line)| {
        let (name, value) = line.trim_start_matches(['#', ' ', '\t']).split_once('=')?;
        (name.trim().eq_ignore_ascii_case("syntax")).then(|| (index + 1, value.trim()))
    });
    directives.find_map(|(number, name)| image::check(name, number))
}

/// Name and default of an `ARG`.
fn argument(word: &str) -> (String, Option<String>) {
    match word.split_once('=') {
        Some((name, value)) => (name.to_owned(), Some(value.trim_matches(['"', '\'']).to_owned())),
        None => (word.to_owned(), None),
    }
}

fn check_image(
    name: &str,
    arguments: &BTreeMap<String, Option<String>>,
    stages: &BTreeSet<String>,
    line: usize,
) -> Option<Unpinned> {
    let is_stage = stages.contains(&name.to_ascii_lowercase()) || name.parse::<usize>().is_ok();
    if name == "scratch" || is_stage {
        return None;
    }
    let Some(variable) = name.strip_prefix('$') else { return image::check(name, line) };
    let variable = variable.trim_matches(['{', '}']);
    let (variable, default) = match variable.split_once(":-") {
        Some((variable, default)) => (variable, Some(default.to_owned())),
        None => (variable, arguments.get(variable).cloned().flatten()),
    };
    match default {
        Some(default) => image::check(&default, line),
        None => Some(Unpinned {
            id: "unpinned-image",
            line,
            message: format!("the image comes from the build argument `{variable}`, which has no default"),
            help: format!("write `ARG {variable}=NAME:TAG@sha256:…` above the first FROM"),
        }),
    }
}
