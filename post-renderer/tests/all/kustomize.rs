//! Conformance to kustomize, from tables in `tests/kustomize`: its own results, and where we differ on purpose.

use ipsy_post_renderer::{Configuration, RenderOptions, render};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    input: String,
    /// An entry of kustomize's `patches`.
    patch: Value,
    /// What kustomize makes of it; absent where it refuses.
    #[serde(default)]
    expected: Option<Effect>,
    /// Why we differ, if we do.
    #[serde(default)]
    differs: Option<String>,
    /// What we make of it then; absent where we refuse.
    #[serde(default)]
    ours: Option<Effect>,
}

/// What a patch does to its input, by JSON pointers below `Kind:name`.
#[derive(Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Effect {
    set: BTreeMap<String, Value>,
    gone: BTreeSet<String>,
}

impl Effect {
    pub(super) fn of(before: &str, after: &str) -> Self {
        let (before, after) = (leaves(before), leaves(after));
        let gone = before.keys().filter(|path| !after.contains_key(*path)).cloned().collect();
        let set = after.into_iter().filter(|(path, value)| before.get(path) != Some(value)).collect();
        Self { set, gone }
    }
}

/// Every leaf of a stream with its place.
fn leaves(text: &str) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        let value = Value::deserialize(document).unwrap();
        if let (Some(kind), Some(name)) = (value["kind"].as_str(), value["metadata"]["name"].as_str()) {
            collect(&format!("{kind}:{name}"), &value, &mut found);
        }
    }
    found
}

fn collect(path: &str, value: &Value, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (key, member) in members {
                collect(&format!("{path}/{}", key.replace('~', "~0").replace('/', "~1")), member, found);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                collect(&format!("{path}/{index}"), item, found);
            }
        }
        leaf => {
            found.insert(path.to_owned(), leaf.clone());
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kustomize")
}

pub(super) fn input(name: &str) -> String {
    let path = folder().join("inputs").join(format!("{name}.yaml"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn tables() -> Vec<Case> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.is_file());
    paths.sort();
    let mut cases = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let found: Vec<Case> =
            serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        cases.extend(found);
    }
    cases
}

/// Our own rendering, in kustomize's manner.
fn ours(case: &Case) -> Result<Effect, String> {
    let mut setting = case.patch.as_object().unwrap().clone();
    for name in ["create", "prepend"] {
        setting.entry(name).or_insert(json!(true));
    }
    setting.entry("onUnmatched").or_insert(json!("ignore"));
    let configuration = json!({"apiVersion": "ipsy.dev/v1", "kind": "PostRenderConfig", "stamp": "never", "advancedSettings": [setting],
        "standards": {"replicasOwner": {"mode": "off"}}});
    let configuration = Configuration::from_json(&configuration.to_string(), "case")
        .map_err(|findings| format!("{findings:?}"))?;
    let input = input(&case.input);
    let rendered = render(input.as_bytes(), &configuration, &RenderOptions::default())
        .map_err(|error| error.to_string())?;
    Ok(Effect::of(&input, &String::from_utf8(rendered.output).unwrap()))
}

#[test]
fn we_do_what_kustomize_does_or_say_why_not() {
    let cases = tables();
    assert!(cases.len() >= 150, "only {} cases", cases.len());
    let mut failures = String::new();
    for case in &cases {
        let wanted = if case.differs.is_some() { &case.ours } else { &case.expected };
        let found = ours(case);
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
fn the_differences_are_documented() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guides/kustomize-differences.md");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    for reason in tables().into_iter().filter_map(|case| case.differs) {
        assert!(text.contains(&format!("### {reason}")), "`{reason}` is not in {}", path.display());
    }
}

/// The real kustomize: `IPSY_KUSTOMIZE` names it, or it is looked for as `kustomize` or `kubectl` on the PATH.
pub(super) fn kustomize() -> (PathBuf, &'static str) {
    if let Some(path) = std::env::var_os("IPSY_KUSTOMIZE") {
        return (path.into(), "build");
    }
    let folders: Vec<PathBuf> =
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    for (program, command) in [("kustomize", "build"), ("kubectl", "kustomize")] {
        if let Some(path) = folders.iter().map(|folder| folder.join(program)).find(|path| path.is_file()) {
            return (path, command);
        }
    }
    panic!("kustomize not found: set IPSY_KUSTOMIZE, or put `kustomize` or `kubectl` on the PATH");
}

#[test]
fn real_kustomize_does_what_the_tables_say() {
    let (program, command) = kustomize();
    let cases = tables();
    let work = Mutex::new(cases.iter().enumerate());
    let failures = Mutex::new(String::new());
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("kustomize");
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let Some((index, case)) = work.lock().unwrap().next() else { break };
                    let folder = folder.join(index.to_string());
                    std::fs::create_dir_all(&folder).unwrap();
                    let input = input(&case.input);
                    std::fs::write(folder.join("input.yaml"), &input).unwrap();
                    let mut patch = case.patch.as_object().unwrap().clone();
                    for own in ["create", "prepend", "lenient", "onUnmatched", "name"] {
                        patch.remove(own);
                    }
                    if !patch["patch"].is_string() {
                        patch["patch"] = Value::from(patch["patch"].to_string());
                    }
                    let file = json!({"resources": ["input.yaml"], "patches": [patch]});
                    std::fs::write(folder.join("kustomization.yaml"), file.to_string()).unwrap();
                    let output = Command::new(&program).arg(command).arg(&folder).output().unwrap();
                    let found = output
                        .status
                        .success()
                        .then(|| Effect::of(&input, &String::from_utf8_lossy(&output.stdout)));
                    if found != case.expected {
                        let stderr = String::from_utf8_lossy(&output.stderr);
                        let _ = writeln!(
                            failures.lock().unwrap(),
                            "{}:\n  wanted {}\n  found {}\n  {stderr}",
                            case.name,
                            json!(case.expected),
                            json!(found)
                        );
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{failures}");
}
