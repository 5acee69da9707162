//! Commands, parsed by the shell; options of our programs and targets of make.

use std::fs;
use std::path::Path;

use acceptance::process::Process;
use acceptance::workspace;

use super::{Snippet, assert_none, documents, of_languages};
use crate::fixture;

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
        ("terraform-provider-ipsy rollback", help(&programs.provider, &["rollback", "--help"])),
        ("terraform-provider-ipsy shift", help(&programs.provider, &["shift", "--help"])),
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
