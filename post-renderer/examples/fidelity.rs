//! Checks over a folder of manifests that rendering changes nothing but what it should, with `kubectl` as the
//! judge of meaning: `cargo run --example fidelity --features fuzzing -- DIR`.

use ipsy_post_renderer::{Configuration, RenderOptions, fuzzing, render};
use serde_json::Value;
use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

const NOTHING: &str = "{apiVersion: ipsy.dev/v1, kind: PostRenderConfig}";
const LABEL: &str = "{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, stamp: never, labels: {fidelity.ipsy.dev/added: \"yes\"}}";
/// Rules of every sort, some of which would not hold twice if they were applied twice.
const MUCH: &str = r"
apiVersion: ipsy.dev/v1
kind: PostRenderConfig
labels: {fidelity.ipsy.dev/added: 'yes'}
annotations: {fidelity.ipsy.dev/note: 'a: b # c'}
podTemplates: {labels: true, annotations: true}
resources:
  defaults: {requests: {cpu: 10m, memory: 64Mi}, limits: {memory: 8Gi}}
  mode: warn
standards:
  securityContext: {mode: default, pod: {runAsNonRoot: true}}
  spread: {mode: default}
advancedSettings:
- target: {kind: Deployment|DaemonSet|StatefulSet}
  patch: {spec: {template: {spec: {terminationGracePeriodSeconds: 45, tolerations: [{operator: Exists}]}}}}
  onUnmatched: ignore
- target: {kind: Deployment}
  patch:
  - {op: add, path: /spec/template/spec/containers/-, value: {name: added, image: 'example.com/added:1'}}
  - {op: remove, path: /spec/selector}
  onUnmatched: ignore
- target: {kind: ServiceAccount}
  patch: {$patch: delete}
  onUnmatched: warn
";
const KEY: &str = "fidelity.ipsy.dev/added";

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "its output is what it is for")]
fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: fidelity DIR");
        return ExitCode::from(2);
    };
    let mut files = Vec::new();
    collect(&folder, &mut files);
    files.sort();
    let (mut same, mut changed, mut refused) = (0, 0, 0);
    for file in &files {
        match check(file) {
            Ok(Verdict::Same(detail)) => {
                same += 1;
                println!("same     {} ({detail})", file.display());
            }
            Ok(Verdict::Changed(why)) => {
                changed += 1;
                println!("CHANGED  {}: {why}", file.display());
            }
            Err(why) => {
                refused += 1;
                println!("REFUSED  {}: {why}", file.display());
            }
        }
    }
    println!("{same} same, {changed} changed, {refused} refused");
    ExitCode::from(u8::from(changed + refused > 0 || same == 0))
}

enum Verdict {
    Same(String),
    Changed(String),
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "yaml" || extension == "yml" || extension == "json")
        {
            files.push(path);
        }
    }
}

fn check(file: &Path) -> Result<Verdict, Box<dyn Error>> {
    let input = std::fs::read(file)?;
    let options = RenderOptions::default();
    let configuration =
        |text| Configuration::from_yaml(text, "fidelity").map_err(|findings| format!("{findings:?}"));
    let (fast, slow) = fuzzing::agreement(std::str::from_utf8(&input)?)?;
    if render(&input, &configuration(NOTHING)?, &options)?.output != input {
        return Ok(Verdict::Changed("an empty configuration changes bytes".to_owned()));
    }
    let label = configuration(LABEL)?;
    let labelled = render(&input, &label, &options)?.output;
    for configuration in [&label, &configuration(MUCH)?] {
        let once = render(&input, configuration, &options)?.output;
        if render(&once, configuration, &options)?.output != once {
            return Ok(Verdict::Changed("rendering twice is not rendering once".to_owned()));
        }
    }
    if let Some(line) = lost_line(std::str::from_utf8(&input)?, std::str::from_utf8(&labelled)?) {
        return Ok(Verdict::Changed(format!("adding a label takes a line away: {line}")));
    }
    let before = judged(&input)?;
    let mut after = judged(&labelled)?;
    after.iter_mut().for_each(unlabel);
    if before.iter().map(plain).ne(after.iter().map(plain)) {
        let place = before.iter().zip(&after).position(|(one, other)| plain(one) != plain(other));
        return Ok(Verdict::Changed(format!("Kubernetes reads another thing in object {place:?}")));
    }
    Ok(Verdict::Same(format!("{} objects, {fast} documents read fast, {slow} by the parser", before.len())))
}

/// The first line of the input that the output does not have in its order. Lines with brackets may grow.
fn lost_line(input: &str, output: &str) -> Option<String> {
    let grows = |line: &&str| line.contains(['{', '}']);
    let mut written = output.lines().filter(|line| !grows(line));
    input
        .lines()
        .filter(|line| !grows(line))
        .find(|line| !written.any(|other| other == *line))
        .map(ToOwned::to_owned)
}

/// What Kubernetes reads: `kubectl patch --local` takes any kind, offline.
fn judged(text: &[u8]) -> Result<Vec<Value>, Box<dyn Error>> {
    let mut child = Command::new("kubectl")
        .args(["patch", "--local", "--type=json", "-p", "[]", "-o", "json", "-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("`kubectl`, whose reading is what counts, cannot be started: {error}"))?;
    let mut stdin = child.stdin.take().ok_or("kubectl has no stdin")?;
    let text = text.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&text));
    let output = child.wait_with_output()?;
    writer.join().map_err(|_| "the writer failed")??;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let values: Result<Vec<Value>, _> =
        serde_json::Deserializer::from_slice(&output.stdout).into_iter().collect();
    Ok(values?)
}

/// Takes the added label out, and the map that was made for it.
fn unlabel(value: &mut Value) {
    let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    if let Some(labels) = metadata.get_mut("labels").and_then(Value::as_object_mut) {
        labels.remove(KEY);
    }
}

/// Without empty label maps, which an object with `labels: {}` has before and one without has after.
fn plain(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        let is_empty = metadata.get("labels").is_some_and(|labels| {
            labels.is_null() || labels.as_object().is_some_and(serde_json::Map::is_empty)
        });
        if is_empty {
            metadata.remove("labels");
        }
    }
    value
}
