//! Kustomization files as `--config`, from tables in `tests/kustomization`: the results of the real kustomize, and
//! where ours differ on purpose.

use super::kustomize::{Effect, input, kustomize};
use ipsy_post_renderer::command::{Streams, run};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    input: String,
    kustomization: Value,
    /// Files beside the kustomization file.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// The result of kustomize; absent where it refuses.
    #[serde(default)]
    expected: Option<Effect>,
    /// Why ours differs, if it does.
    #[serde(default)]
    differs: Option<String>,
    /// Our result then; absent where we refuse.
    #[serde(default)]
    ours: Option<Effect>,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kustomization");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: PathBuf| -> Vec<Case> {
        let text = fs::read_to_string(&path).unwrap();
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    paths.into_iter().flat_map(read).collect()
}

/// Writes the files of a case into a folder of its own.
fn write(case: &Case, group: &str, index: usize) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(group).join(index.to_string());
    fs::create_dir_all(&folder).unwrap();
    let mut kustomization = case.kustomization.clone();
    kustomization["resources"] = json!(["input.yaml"]);
    fs::write(folder.join("kustomization.yaml"), kustomization.to_string()).unwrap();
    fs::write(folder.join("input.yaml"), input(&case.input)).unwrap();
    for (name, text) in &case.files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Runs the program with a kustomization file, and returns what it writes to stdout, or to stderr if it fails.
fn render(kustomization: &Path, input: &str) -> Result<String, String> {
    let quiet = json!({"apiVersion": "ipsy.dev/v1", "kind": "PostRenderConfig", "stamp": "never",
        "standards": {"replicasOwner": {"mode": "off"}}});
    let arguments: [OsString; 5] = [
        "ipsy-post-renderer".into(),
        "--config".into(),
        kustomization.into(),
        "--config-json".into(),
        quiet.to_string().into(),
    ];
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let streams = Streams {
        stdin: &mut input.as_bytes(),
        stdout: &mut stdout,
        stderr: &mut stderr,
        stdout_closed: false,
    };
    match run(arguments, streams) {
        0 => Ok(String::from_utf8(stdout).unwrap()),
        _ => Err(String::from_utf8(stderr).unwrap()),
    }
}

#[test]
fn kustomization_files_do_the_same_as_in_kustomize_or_differ_for_a_reason() {
    let cases = cases();
    assert!(cases.len() >= 80, "only {} cases", cases.len());
    let mut failures = String::new();
    for (index, case) in cases.iter().enumerate() {
        let folder = write(case, "kustomization-ours", index);
        let input = input(&case.input);
        let found =
            render(&folder.join("kustomization.yaml"), &input).map(|output| Effect::of(&input, &output));
        let wanted = if case.differs.is_some() { &case.ours } else { &case.expected };
        if found.as_ref().ok() != wanted.as_ref() {
            let _ = writeln!(failures, "{}:\n  wanted {}\n  found {found:?}", case.name, json!(wanted));
        }
        if case.differs.is_some() && case.ours == case.expected {
            let _ = writeln!(failures, "{}: does not differ", case.name);
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn real_kustomize_gives_the_results_in_the_tables() {
    let (program, command) = kustomize();
    let mut failures = String::new();
    for (index, case) in cases().iter().enumerate() {
        let folder = write(case, "kustomization-theirs", index);
        let output = Command::new(&program).arg(command).arg(&folder).output().unwrap();
        let stdout = String::from_utf8_lossy(&output.stdout);
        let found = output.status.success().then(|| Effect::of(&input(&case.input), &stdout));
        if found != case.expected {
            let stderr = String::from_utf8_lossy(&output.stderr);
            let (wanted, found) = (json!(case.expected), json!(found));
            let _ = writeln!(failures, "{}:\n  wanted {wanted}\n  found {found}\n  {stderr}", case.name);
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn differences_of_kustomization_files_are_documented() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guides/kustomize-differences.md");
    let text = fs::read_to_string(&path).unwrap();
    for reason in cases().into_iter().filter_map(|case| case.differs) {
        assert!(text.contains(&format!("### {reason}\n")), "`{reason}` is not in {}", path.display());
    }
}

/// A folder with a kustomization file that names one patch file.
fn folder_with_patch(name: &str, path: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("inside")).unwrap();
    let kustomization = json!({"patches": [{"path": path, "target": {"kind": "ConfigMap"}}]});
    fs::write(folder.join("inside/kustomization.yaml"), kustomization.to_string()).unwrap();
    fs::write(folder.join("secret.yaml"), "canary-value: [\n").unwrap();
    folder
}

const CONFIG_MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";

#[test]
fn files_outside_the_folder_are_not_read() {
    let folder = folder_with_patch("outside-relative", "../secret.yaml");
    let absolute = folder_with_patch("outside-absolute", "/etc/hostname");
    let url = folder_with_patch("outside-url", "https://example.com/patch.yaml");
    let climbing = folder_with_patch("outside-climbing", "a/../../secret.yaml");
    for (folder, reason) in [
        (folder, "must be a relative path"),
        (absolute, "must be a relative path"),
        (url, "is a URL"),
        (climbing, "must be a relative path"),
    ] {
        let error = render(&folder.join("inside/kustomization.yaml"), CONFIG_MAP).unwrap_err();
        assert!(error.contains(reason), "{error}");
        assert!(!error.contains("canary"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_followed_inside_the_folder_only() {
    use std::os::unix::fs::symlink;
    let folder = folder_with_patch("linked", "patch.yaml");
    symlink(folder.join("secret.yaml"), folder.join("inside/patch.yaml")).unwrap();
    let kustomization = folder.join("inside/kustomization.yaml");
    let error = render(&kustomization, CONFIG_MAP).unwrap_err();
    assert!(error.contains("symbolic link to a file outside"), "{error}");
    assert!(!error.contains("canary"), "{error}");
    fs::remove_file(folder.join("inside/patch.yaml")).unwrap();
    fs::write(folder.join("inside/real.yaml"), "[{op: add, path: /data, value: {a: b}}]\n").unwrap();
    symlink("real.yaml", folder.join("inside/patch.yaml")).unwrap();
    assert_eq!(render(&kustomization, CONFIG_MAP).unwrap(), format!("{CONFIG_MAP}data:\n  a: b\n"));
}

#[test]
fn a_folder_is_not_a_patch() {
    let folder = folder_with_patch("folder-as-patch", ".");
    let error = render(&folder.join("inside/kustomization.yaml"), CONFIG_MAP).unwrap_err();
    assert!(error.contains("`.` is not a regular file"), "{error}");
}
