//! The workflows on GitHub: they are valid, run only pinned actions, and do only what `make` does.

use std::collections::BTreeSet;
use std::fs;

use acceptance::console::Console;
use acceptance::process::Process;
use acceptance::tools::Tools;
use acceptance::workspace;
use serde_json::Value;

/// The step that joins the results of all jobs, and has nothing to do with the project.
const RESULTS: &str = "test \"$RESULTS\" = \"success success success\"";

/// What stands before a task that installs packages and makes sandboxes.
const AS_ROOT: &str = "sudo --preserve-env env \"PATH=$PATH\" ";

#[test]
fn actionlint_accepts_the_workflows() {
    let actionlint = Tools::actionlint(Console::quiet()).unwrap();
    // Without tools that are on some machines only.
    let lint = Process::new(actionlint).args(["-no-color", "-shellcheck=", "-pyflakes="]);
    let outcome = lint.within(workspace::root()).run().unwrap();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, ""), "{}", outcome.stderr);
}

#[test]
fn actions_are_pinned_by_commit() {
    for (name, text) in texts() {
        for line in text.lines().filter(|line| line.contains("uses: ")) {
            let (_, action) = line.split_once('@').unwrap_or_default();
            let (commit, version) = action.split_once(" # v").unwrap_or_default();
            let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(is_commit && !version.is_empty(), "{name}: write `@COMMIT # vVERSION`: {line}");
        }
    }
}

#[test]
fn every_step_is_a_task_of_make() {
    let makefile = fs::read_to_string(workspace::root().join("GNUmakefile")).unwrap();
    let tasks: BTreeSet<&str> =
        makefile.lines().filter_map(|line| line.split_once(": ")).map(|it| it.0).collect();
    let mut count = 0;
    for (name, text) in texts() {
        let workflow: Value = serde_yaml::from_str(&text).unwrap();
        for command in commands(&workflow).iter().filter(|command| *command != RESULTS) {
            let words: Vec<&str> =
                command.strip_prefix(AS_ROOT).unwrap_or(command).split_whitespace().collect();
            let is_task = matches!(words.as_slice(), ["make", task, ..] if tasks.contains(task));
            assert!(is_task && command.lines().count() == 1, "{name}: `{command}` is not a task of make");
            count += 1;
        }
    }
    assert!(count > 8, "only {count} commands were found");
}

/// The workflows, by their file names.
fn texts() -> Vec<(String, String)> {
    let files = fs::read_dir(workspace::root().join(".github/workflows")).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    paths.map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap())).collect()
}

/// All commands that a workflow runs; one that names a member of the matrix once for each.
fn commands(workflow: &Value) -> Vec<String> {
    let jobs = workflow["jobs"].as_object().unwrap().values();
    jobs.flat_map(|job| {
        let steps = job["steps"].as_array().unwrap().iter();
        steps
            .filter_map(|step| step["run"].as_str())
            .flat_map(|command| spread(command, &job["strategy"]["matrix"]))
    })
    .collect()
}

fn spread(command: &str, matrix: &Value) -> Vec<String> {
    for (name, members) in matrix.as_object().into_iter().flatten() {
        let place = format!("${{{{ matrix.{name} }}}}");
        if command.contains(&place) {
            let members = members.as_array().unwrap().iter().map(|member| member.as_str().unwrap());
            return members.map(|member| command.replace(&place, member)).collect();
        }
    }
    vec![command.to_owned()]
}
