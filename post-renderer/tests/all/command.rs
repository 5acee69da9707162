//! The program: arguments, streams, exit codes.

use ipsy_post_renderer::command::{Streams, run};
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;

const CONFIG: &str =
    "{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, stamp: never, labels: {team: payments}}";
const INPUT: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";

#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) code: u8,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

pub(super) fn program(arguments: &[&str], input: &str) -> Outcome {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let arguments =
        std::iter::once("ipsy-post-renderer").chain(arguments.iter().copied()).map(OsString::from);
    let streams = Streams {
        stdin: &mut input.as_bytes(),
        stdout: &mut stdout,
        stderr: &mut stderr,
        stdout_closed: false,
    };
    let code = run(arguments, streams);
    Outcome { code, stdout: String::from_utf8(stdout).unwrap(), stderr: String::from_utf8(stderr).unwrap() }
}

fn scratch(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

#[test]
fn render_is_the_default() {
    let bare = program(&["--config-json", CONFIG], INPUT);
    let named = program(&["render", "--config-json", CONFIG], INPUT);
    assert_eq!(bare.code, 0, "{}", bare.stderr);
    assert_eq!(bare.stdout, named.stdout);
    assert_eq!(bare.stdout, format!("{INPUT}  labels:\n    team: payments\n"));
    assert_eq!(bare.stderr, "");
}

#[test]
fn without_configuration_there_is_an_error_unless_it_is_allowed() {
    let refused = program(&[], INPUT);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    assert!(refused.stderr.contains("--config FILE"), "{}", refused.stderr);
    let allowed = program(&["--allow-unconfigured"], INPUT);
    assert_eq!((allowed.code, allowed.stdout.as_str()), (0, INPUT));
}

#[test]
fn exit_codes_tell_what_kind_of_error() {
    let setting = "{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, advancedSettings: [{target: {kind: Deployment}, patch: {a: b}}]}";
    for (code, config, input) in
        [(1, setting, INPUT), (2, "{kind: x}", INPUT), (2, "{", INPUT), (3, CONFIG, "a: [")]
    {
        let outcome = program(&["--config-json", config], input);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (code, ""), "{}", outcome.stderr);
        assert!(outcome.stderr.starts_with("error["), "{}", outcome.stderr);
    }
    assert_eq!(program(&["--no-such-option"], INPUT).code, 2);
    assert_eq!(program(&["--config", "/does/not/exist"], INPUT).code, 2);
}

#[test]
fn the_configuration_comes_from_stdin_if_the_manifests_are_files() {
    let path = scratch("manifests-beside-stdin.yaml");
    std::fs::write(&path, INPUT).unwrap();
    let file = path.to_str().unwrap();
    for command in ["check", "diff", "explain"] {
        let outcome = program(&[command, file, "--config", "-"], CONFIG);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert!(command == "check" || outcome.stdout.contains("team"), "{}", outcome.stdout);
        let wrong = program(&[command, file, "--config", "-"], "kind: [");
        assert_eq!(wrong.code, 2);
        // `check` writes findings to stdout.
        let shown = wrong.stdout + &wrong.stderr;
        assert!(shown.contains("stdin, line 1"), "{shown}");
    }
    for arguments in [
        &["--config", "-"] as &[&str],
        &["check", "--config", "-"],
        &["diff", "-", "--config", "-"],
        &["explain", file, "--config", "-", "--config", "-"],
    ] {
        let outcome = program(arguments, CONFIG);
        assert_eq!(outcome.code, 2, "{arguments:?}");
        let shown = outcome.stdout + &outcome.stderr;
        assert!(shown.contains("stdin-twice"), "{shown}");
    }
}

#[test]
fn empty_input_passes_with_a_warning() {
    let outcome = program(&["--config-json", CONFIG], "\n");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "\n"));
    assert!(outcome.stderr.starts_with("warning[empty-input]"), "{}", outcome.stderr);
}

#[test]
fn errors_are_reported_to_a_file_because_helm_hides_stderr() {
    let path = scratch("report.json");
    let outcome = program(&["--config-json", CONFIG, "--report", path.to_str().unwrap()], "a: [");
    assert_eq!(outcome.code, 3);
    let report: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(report["exitCode"], 3);
    assert_eq!(report["findings"][0]["id"], "invalid-yaml");
    program(&["--config-json", CONFIG, "--report", path.to_str().unwrap()], INPUT);
    let report: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(report["changes"][0]["field"], "metadata.labels.team");
}

#[test]
fn later_configurations_are_stronger() {
    let path = scratch("weak.yaml");
    std::fs::write(
        &path,
        "apiVersion: ipsy.dev/v1\nkind: PostRenderConfig\nstamp: never\nlabels: {team: other, tier: web}\n",
    )
    .unwrap();
    let outcome = program(&["--config", path.to_str().unwrap(), "--config-json", CONFIG], INPUT);
    assert_eq!(
        outcome.stdout,
        format!("{INPUT}  labels:\n    team: payments\n    tier: web\n"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn diff_shows_what_changes() {
    let outcome = program(&["diff", "--config-json", CONFIG], INPUT);
    assert!(outcome.stdout.contains("+  labels:\n+    team: payments\n"), "{}", outcome.stdout);
    let beside = program(&["diff", "--side-by-side", "--color", "always", "--config-json", CONFIG], INPUT);
    assert!(
        beside.stdout.contains("\x1b[32m") && beside.stdout.contains(">     team: payments"),
        "{}",
        beside.stdout
    );
    assert_eq!(program(&["diff", "--allow-unconfigured"], INPUT).stdout, "");
}

#[test]
fn explain_names_rule_field_and_origin() {
    let outcome = program(&["explain", "--config-json", CONFIG], INPUT);
    assert_eq!(
        outcome.stdout,
        "ConfigMap/a (document 1)\n  metadata.labels.team: added \"payments\"\n    by labels from labels\n"
    );
}

#[test]
fn check_is_strict_only_if_asked() {
    assert_eq!(program(&["check", "--config-json", CONFIG], INPUT).code, 0);
    let strict = program(&["check", "--strict", "--config-json", CONFIG], INPUT);
    assert_eq!((strict.code, strict.stderr.as_str()), (1, ""));
    assert!(
        strict.stdout.contains("warning[would-change]: ConfigMap/a: metadata.labels.team: "),
        "{}",
        strict.stdout
    );
}

#[test]
fn schema_completions_man_and_version_are_there() {
    let schema: serde_json::Value = serde_json::from_str(&program(&["schema"], "").stdout).unwrap();
    assert_eq!(schema["properties"]["labels"]["type"], "object");
    assert!(schema["properties"]["labels"]["description"].is_string());
    assert!(program(&["completions", "bash"], "").stdout.contains("ipsy-post-renderer"));
    assert!(program(&["man"], "").stdout.contains(".TH ipsy-post-renderer-check 1"));
    assert!(program(&["version"], "").stdout.starts_with("ipsy-post-renderer "));
    assert!(program(&["standards"], "").stdout.contains("resource-maximum"));
    assert_eq!(program(&["--help"], "").code, 0);
}

#[test]
fn a_configuration_in_the_stream_is_refused_unless_allowed() {
    let carrier = "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  labels:\n    ipsy.dev/post-render-config: \"true\"\ndata:\n  config.yaml: \"{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, labels: {team: payments}}\"\n";
    let input = format!("{INPUT}{carrier}");
    let never = "{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, stamp: never}";
    let refused = program(&["--config-json", never], &input);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    assert!(refused.stderr.contains("--allow-stream-config"), "{}", refused.stderr);
    let allowed = program(&["--config-json", never, "--allow-stream-config"], &input);
    assert_eq!(allowed.code, 0, "{}", allowed.stderr);
    assert_eq!(allowed.stdout, format!("{INPUT}  labels:\n    team: payments\n---\n"));
}

/// A reader that closes early, as `head` does.
struct Gone;

impl Write for Gone {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_is_an_output_that_cannot_be_written() {
    let arguments = ["ipsy-post-renderer", "--config-json", CONFIG].map(OsString::from);
    let mut stderr = Vec::new();
    let streams = Streams {
        stdin: &mut INPUT.as_bytes(),
        stdout: &mut Gone,
        stderr: &mut stderr,
        stdout_closed: false,
    };
    assert_eq!(run(arguments, streams), 4);
    let stderr = String::from_utf8(stderr).unwrap();
    assert!(stderr.contains("the output could not be written"), "{stderr}");
}

/// The program as a process, its stdout opened by a shell.
#[cfg(unix)]
fn shell(redirection: &str) -> std::process::Output {
    let program = env!("CARGO_BIN_EXE_ipsy-post-renderer");
    let script = format!("printf '%s' \"$INPUT\" | \"$PROGRAM\" --config-json \"$CONFIG\" {redirection}");
    std::process::Command::new("sh")
        .args(["-c", &script])
        .envs([("INPUT", INPUT), ("PROGRAM", program), ("CONFIG", CONFIG)])
        .output()
        .unwrap()
}

#[cfg(unix)]
#[test]
fn a_closed_stdout_and_a_full_disk_are_reported() {
    for redirection in [">&-", ">/dev/full"] {
        let outcome = shell(redirection);
        let stderr = String::from_utf8_lossy(&outcome.stderr);
        assert_eq!(outcome.status.code(), Some(4), "{redirection}: {stderr}");
        assert!(stderr.contains("error[output-unwritable]"), "{redirection}: {stderr}");
    }
    assert_eq!(shell(">/dev/null").status.code(), Some(0));
}

#[test]
fn diff_and_explain_read_files_and_name_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, INPUT).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (one, two) = (path("one.yaml"), path("two.yaml"));
    let diff = program(&["diff", "--config-json", CONFIG, &one, &two], "");
    assert_eq!(diff.code, 0, "{}", diff.stderr);
    for name in [&one, &two] {
        assert!(diff.stdout.contains(&format!("--- {name}\n+++ {name} (rendered)\n")), "{}", diff.stdout);
    }
    let explained = program(&["explain", "--config-json", CONFIG, &one], "");
    assert!(
        explained.stdout.starts_with(&format!("{one}: ConfigMap/a (document 1)\n")),
        "{}",
        explained.stdout
    );
    let json = program(&["explain", "--json", "--config-json", CONFIG, &one, &two], "");
    let changes: Vec<serde_json::Value> = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(changes.iter().map(|change| &change["file"]).collect::<Vec<_>>(), [&one[..], &two[..]]);
}

#[test]
fn diff_exits_with_1_only_when_asked_to() {
    let code = |arguments: &[&str]| program(&[&["diff"], arguments].concat(), INPUT).code;
    assert_eq!(code(&["--config-json", CONFIG]), 0);
    assert_eq!(code(&["--config-json", CONFIG, "--exit-code"]), 1);
    assert_eq!(code(&["--allow-unconfigured", "--exit-code"]), 0);
    assert_eq!(program(&["diff", "--config-json", CONFIG, "--exit-code"], "a: [").code, 3);
}
