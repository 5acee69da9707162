//! `check --pins`: the table of `tests/pins.yaml`, and a walk through a folder.

use super::command::program;
use ipsy_post_renderer::unpinned;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    file: String,
    text: String,
    /// `line: id: the beginning of the message`, in order.
    found: Vec<String>,
}

#[test]
fn planted_faults_are_found_and_nothing_else() {
    let cases: Vec<Case> = serde_yaml::from_str(include_str!("../pins.yaml")).unwrap();
    assert!(cases.len() >= 20, "only {} cases", cases.len());
    for Case { file, text, found: expected } in cases {
        let findings = unpinned(&file, &text).unwrap_or_else(|| panic!("{file} is of no kind that is read"));
        let found: Vec<String> = findings
            .iter()
            .map(|finding| format!("{}: {}: {}", finding.location.line.unwrap(), finding.id, finding.message))
            .collect();
        let is_expected = found.len() == expected.len()
            && found.iter().zip(&expected).all(|(found, expected)| found.starts_with(expected.as_str()));
        assert!(is_expected, "{file}:\n{text}\nexpected: {expected:#?}\nfound: {found:#?}");
        assert!(findings.iter().all(|finding| finding.help.is_some()), "{file}");
    }
}

#[test]
fn a_folder_is_walked_and_its_files_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let check = || program(&["check", "--pins", &folder.path().display().to_string()], "");
    write("node_modules/a/Dockerfile", "FROM debian\n");
    write("README.md", "apt-get install curl\n");
    write("Dockerfile", "FROM scratch\n");
    let found = check();
    assert_eq!((found.code, found.stdout.as_str()), (0, "1 files, 0 not pinned\n"), "{found:?}");
    write("images/web.Dockerfile", "FROM debian:13\n");
    let found = check();
    assert_eq!(found.code, 1);
    for part in ["error[unpinned-image]", "images/web.Dockerfile, line 1", "2 files, 1 not pinned"] {
        assert!(found.stdout.contains(part), "{part} is not in {found:?}");
    }
    std::fs::remove_dir_all(folder.path().join("images")).unwrap();
    let missing = program(&["check", "--pins", "/does/not/exist"], "");
    assert_eq!(missing.code, 3, "{missing:?}");
}

#[test]
fn this_repository_pins_what_it_takes() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let found = program(&["check", "--pins", root], "");
    assert_eq!(found.code, 0, "{}", found.stdout);
}
