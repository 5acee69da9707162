//! Options, files and questions give the same project; nothing is overwritten unasked.

use std::collections::BTreeMap;
use std::fs;

use super::*;

const BASE: [&str; 8] = [
    "--registry",
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
    "--chart",
    "oci://registry.example.com/charts/ipsy-app",
    "--chart-version",
    "0.1.0",
    "--team",
    "payments",
];

/// Runs in `folder` with what a user types, or without a terminal.
fn run_in(folder: &Path, arguments: &[&str], typed: Option<&str>) -> (u8, String) {
    let directory = folder.display().to_string();
    let into = ["--directory", directory.as_str()];
    let arguments = arguments.iter().chain(&into).map(OsString::from);
    let mut input = typed.unwrap_or_default().as_bytes();
    let mut output = Vec::new();
    let mut terminal = Terminal { input: &mut input, output: &mut output, interactive: typed.is_some() };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let code = runtime.block_on(run(arguments.collect::<Vec<_>>().into_iter(), &mut terminal));
    (code, String::from_utf8(output).unwrap())
}

fn with_base<'a>(more: &[&'a str]) -> Vec<&'a str> {
    BASE.iter().chain(more).copied().collect()
}

const APP: [&str; 10] = [
    "--name",
    "checkout",
    "--runtime",
    "java",
    "--port",
    "8080",
    "--environment",
    "dev,cluster=eks-dev",
    "--environment",
    "name=prod,cluster=eks-blue,min_replicas=3",
];

fn written(folder: &Path) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                texts.insert(name, fs::read_to_string(path).unwrap());
            }
        }
    }
    texts
}

#[test]
fn options_files_and_questions_give_the_same_project() {
    let folders: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let (code, told) = run_in(folders[0].path(), &with_base(&[&APP[..], &["--yes"]].concat()), None);
    assert_eq!(code, DONE, "{told}");

    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("app.yaml");
    fs::write(
        &file,
        "name: checkout\nruntime: go\nport: 8080\nenvironment:\n- {name: dev, cluster: eks-dev}\n- {name: prod, \
         cluster: eks-blue, min_replicas: 3}\n",
    )
    .unwrap();
    let file = file.display().to_string();
    let (code, told) =
        run_in(folders[1].path(), &with_base(&["--file", &file, "--runtime", "java", "--yes"]), None);
    assert_eq!(code, DONE, "options win over the file: {told}");
    let first = written(folders[0].path());
    assert!(first["terraform/main.tf"].contains("\"java\""), "{first:?}");
    assert_eq!(first, written(folders[1].path()));

    // A wrong runtime and port are asked for again; an empty answer is the default.
    let typed = "checkout\ncobol\njava\nhttp\n\n\neks-dev\neks-blue\ny\n";
    let (code, told) = run_in(folders[2].path(), &with_base(&[]), Some(typed));
    assert_eq!(code, DONE, "{told}");
    for line in ["`cobol` is not a runtime.", "`http` is not a port.", "`prod`: Name of its EKS cluster: "] {
        assert!(told.contains(line), "`{line}` is not in {told}");
    }
    let asked = written(folders[2].path());
    assert_eq!(asked["Dockerfile"], first["Dockerfile"]);
    assert_eq!(asked.keys().collect::<Vec<_>>(), first.keys().collect::<Vec<_>>());
}

#[test]
fn a_file_that_differs_is_overwritten_only_if_the_user_agrees_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let project = with_base(&APP);
    let with = |more: &[&'static str]| [project.as_slice(), more].concat();
    assert_eq!(run_in(folder.path(), &with(&["--yes"]), None).0, DONE);
    let (code, told) = run_in(folder.path(), &with(&[]), None);
    assert!(code == DONE && told.contains("0 files written."), "nothing differs: {told}");

    let path = folder.path().join("Dockerfile");
    fs::write(&path, "FROM scratch\n").unwrap();
    fs::remove_file(folder.path().join("Jenkinsfile")).unwrap();
    let mine = || fs::read_to_string(&path).unwrap() == "FROM scratch\n";
    let (code, told) = run_in(folder.path(), &with(&["--yes"]), None);
    assert_eq!(code, REFUSED);
    assert!(told.contains("-FROM scratch\n") && told.contains("`--overwrite`"), "{told}");
    assert!(mine() && !folder.path().join("Jenkinsfile").exists(), "nothing was written");

    let (code, told) = run_in(folder.path(), &with(&[]), Some("y\nn\n"));
    assert!(code == DONE && told.contains("Overwrite Dockerfile? [y/N]"), "{told}");
    assert!(mine() && folder.path().join("Jenkinsfile").exists());
    assert_eq!(run_in(folder.path(), &with(&[]), Some("y\n")).0, DONE);
    assert!(!mine());

    fs::write(&path, "FROM scratch\n").unwrap();
    assert_eq!(run_in(folder.path(), &with(&["--overwrite"]), None).0, DONE);
    assert!(!mine());
}

#[test]
fn nothing_is_written_without_consent() {
    let folder = tempfile::tempdir().unwrap();
    let project = with_base(&APP);
    let (code, told) = run_in(folder.path(), &[project.as_slice(), &["--dry-run"]].concat(), None);
    assert!(code == DONE && told.contains("+FROM ") && told.contains("new        Dockerfile"), "{told}");
    assert_eq!(run_in(folder.path(), &project, None).0, REFUSED);
    for typed in ["", "\n", "n\n"] {
        run_in(folder.path(), &project, Some(typed));
    }
    assert_eq!(written(folder.path()), BTreeMap::new());
}

#[test]
fn everything_that_is_wrong_is_told_at_once_by_option() {
    let folder = tempfile::tempdir().unwrap();
    let arguments =
        ["--name", "Check out", "--port", "80800", "--environment", "cluster=eks", "--registry", "quay.io"];
    let (code, told) = run_in(folder.path(), &arguments, None);
    assert_eq!(code, REFUSED);
    for line in [
        "--name: `Check out`",
        "--port: 80800",
        "--registry: `quay.io`",
        "--environment (number 1) name: `environment[0].name` is missing",
        "--chart: The standard chart is missing",
    ] {
        assert!(told.contains(line), "`{line}` is not in {told}");
    }
}

#[test]
fn wrong_options_are_usage_errors() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("app.yaml");
    fs::write(&file, "nmae: checkout\nenvironment: [{clutser: eks}]\n").unwrap();
    let file = file.display().to_string();
    for (arguments, expected) in [
        (vec!["--nmae", "x"], "--nmae"),
        (vec!["--port", "http"], "http"),
        (vec!["--labels", "team"], "--labels: expected KEY=VALUE, got `team`"),
        (vec!["--environment", "prod,clutser=eks"], "`clutser` is not one of"),
        (vec!["--environment", "prod,min_replicas=few"], "`min_replicas` must be a number, got `few`"),
        (vec!["--file", &file], "unknown arguments: `nmae`, `environment[0].clutser`"),
        (vec!["--file", "/nowhere.yaml"], "`/nowhere.yaml` cannot be read"),
        (vec!["--standards", "/nowhere.yaml"], "`/nowhere.yaml` cannot be read"),
    ] {
        let (code, told) = run_in(folder.path(), &arguments, None);
        assert_eq!(code, USAGE, "{told}");
        assert!(told.contains(expected), "`{expected}` is not in {told}");
    }
}

#[test]
fn every_argument_of_the_data_source_is_an_option() {
    let folder = tempfile::tempdir().unwrap();
    let (code, told) = run_in(folder.path(), &["--help"], None);
    assert_eq!(code, DONE);
    let body = options::body();
    let names = body.attributes().map(|(name, _)| name).chain(body.blocks().map(|(name, _)| name));
    for name in names {
        assert!(told.contains(&format!("--{} <", name.replace('_', "-"))), "{name} is not in {told}");
    }
}
