//! The report file: who may read it, and what it must never replace.

use super::command::program;
use std::fs;
use std::path::Path;

const CONFIG: &str = "{apiVersion: ipsy.dev/v1, kind: PostRenderConfig}";

/// Exit code and stderr of a rendering with a report.
fn report(path: &Path, more: &[&str]) -> (u8, String) {
    let path = path.to_str().unwrap();
    let arguments = [&["--config-json", CONFIG, "--report", path], more].concat();
    let outcome = program(&arguments, "kind: A\nmetadata: {name: a}\n");
    (outcome.code, outcome.stderr)
}

#[cfg(unix)]
#[test]
fn a_report_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    for _ in 0..2 {
        assert_eq!(report(&path, &[]), (0, String::new()));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        // The next one replaces a file that others can read.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_report_follows_no_symbolic_link() {
    let folder = tempfile::tempdir().unwrap();
    let (target, link) = (folder.path().join("target"), folder.path().join("link"));
    fs::write(&target, "precious").unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    let (code, stderr) = report(&link, &[]);
    assert_eq!(code, 2);
    assert!(stderr.contains("symbolic link"), "{stderr}");
    assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
}

#[test]
fn a_report_replaces_no_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.yaml");
    fs::write(&config, CONFIG).unwrap();
    let other_name = folder.path().join(".").join("config.yaml");
    let (code, stderr) = report(&other_name, &["--config", config.to_str().unwrap()]);
    assert_eq!(code, 2);
    assert!(stderr.contains("input or configuration file"), "{stderr}");
    assert_eq!(fs::read_to_string(&config).unwrap(), CONFIG);
}

#[test]
fn a_report_that_cannot_be_written_stops_the_output() {
    let folder = tempfile::tempdir().unwrap();
    let (code, stderr) = report(&folder.path().join("missing").join("report.json"), &[]);
    assert_eq!(code, 4, "{stderr}");
    assert!(stderr.contains("cannot be written"), "{stderr}");
}
