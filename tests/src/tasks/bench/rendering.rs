//! The post-renderer beside kustomize and `cat`: the same documents, the same labels and patches.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

use super::manifests;
use super::measure::{self, Cost};
use super::table::Table;
use crate::console::Console;
use crate::manifests::sorted_objects;
use crate::process::Process;
use crate::programs::Programs;
use crate::tools::Tools;

const CONFIGURATION: &str = "apiVersion: ipsy.dev/v1
kind: PostRenderConfig
labels: { example.com/measured: \"yes\" }
advancedSettings:
  - name: grace
    target: { kind: Deployment }
    patch: { spec: { template: { spec: { terminationGracePeriodSeconds: 45 } } } }
  - name: history
    target: { kind: Deployment }
    patch: [{ op: add, path: /spec/revisionHistoryLimit, value: 3 }]
";

const KUSTOMIZATION: &str = "resources: [input.yaml]
labels:
  - pairs: { example.com/measured: \"yes\" }
patches:
  - target: { kind: Deployment }
    patch: |-
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: any }
      spec: { template: { spec: { terminationGracePeriodSeconds: 45 } } }
  - target: { kind: Deployment }
    patch: |-
      - { op: add, path: /spec/revisionHistoryLimit, value: 3 }
";

/// kustomize takes minutes above this: its time grows with the square of the documents.
const MOST_FOR_KUSTOMIZE: usize = 3_000;
const SIZES: [usize; 4] = [10, 1_000, 3_000, 10_000];

/// A program to be measured on a stream.
struct Contender {
    name: &'static str,
    program: PathBuf,
    arguments: Vec<String>,
    most: usize,
}

/// All contenders at all sizes.
pub(super) fn table(console: Console, tools: &Tools, programs: &Programs) -> Result<Table> {
    let folder = tempfile::Builder::new().prefix("ipsy-bench-").tempdir()?;
    let contenders = contenders(tools, programs, &folder)?;
    let mut table = Table::new(&["documents", "program", "wall ms", "processor ms", "memory MB", "× ours"]);
    for documents in SIZES {
        let input = folder.path().join("input.yaml");
        fs::write(&input, manifests::stream(documents))?;
        let size = fs::metadata(&input)?.len();
        console.say(format!("{documents} documents, {} kB", size / 1000));
        let mut costs: Vec<(&Contender, Vec<Cost>)> = Vec::new();
        for contender in contenders.iter().filter(|contender| documents <= contender.most) {
            costs.push((contender, Vec::new()));
        }
        // In turn, so that a busy moment of the machine hits all.
        for round in 0..rounds(documents) {
            for (contender, costs) in &mut costs {
                let slow = contender.most == MOST_FOR_KUSTOMIZE && documents > 1_000 && round > 0;
                if !slow {
                    costs.push(contender.run(&input, folder.path())?);
                }
            }
        }
        if documents <= 10 {
            check_same_meaning(&contenders, &input, folder.path())?;
        }
        add_rows(&mut table, documents, costs)?;
    }
    Ok(table)
}

fn rounds(documents: usize) -> usize {
    if documents <= 10 { 11 } else { 5 }
}

fn contenders(tools: &Tools, programs: &Programs, folder: &TempDir) -> Result<Vec<Contender>> {
    let configuration = folder.path().join("post-render.yaml");
    fs::write(&configuration, CONFIGURATION)?;
    fs::write(folder.path().join("kustomization.yaml"), KUSTOMIZATION)?;
    let configuration = configuration.to_string_lossy().into_owned();
    let here = folder.path().to_string_lossy().into_owned();
    let mut contenders = vec![
        Contender {
            name: "ipsy-post-renderer",
            program: programs.post_renderer.clone(),
            arguments: vec!["--config".to_owned(), configuration],
            most: usize::MAX,
        },
        Contender {
            name: "cat",
            program: on_path("cat")?.unwrap_or_else(|| "/bin/cat".into()),
            arguments: vec![],
            most: usize::MAX,
        },
        Contender {
            name: "kustomize build",
            program: tools.kustomize.clone(),
            arguments: vec!["build".to_owned(), here.clone()],
            most: MOST_FOR_KUSTOMIZE,
        },
    ];
    if let Some(kubectl) = on_path("kubectl")? {
        contenders.push(Contender {
            name: "kubectl kustomize",
            program: kubectl,
            arguments: vec!["kustomize".to_owned(), here],
            most: MOST_FOR_KUSTOMIZE,
        });
    }
    Ok(contenders)
}

fn on_path(name: &str) -> Result<Option<PathBuf>> {
    let found = Process::new("sh").arg("-c").arg(format!("command -v {name}")).run()?;
    Ok((found.code == 0).then(|| found.stdout.trim().into()))
}

impl Contender {
    fn run(&self, input: &Path, folder: &Path) -> Result<Cost> {
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        measure::run(&self.program, &arguments, input, &self.output(folder))
    }

    fn output(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.out", self.name.replace(' ', "-")))
    }
}

/// A race is fair only if all do the same work.
fn check_same_meaning(contenders: &[Contender], input: &Path, folder: &Path) -> Result<()> {
    let mut meanings = Vec::new();
    for contender in contenders.iter().filter(|contender| contender.name != "cat") {
        contender.run(input, folder)?;
        let mut objects = sorted_objects(&fs::read_to_string(contender.output(folder))?)?;
        for (_, object) in &mut objects {
            without_stamps(object);
        }
        meanings.push((contender.name, objects));
    }
    for pair in meanings.windows(2) {
        let [(left, ours), (right, theirs)] = pair else { continue };
        ensure!(ours == theirs, "{left} and {right} do not do the same:\n{ours:#?}\n{theirs:#?}");
    }
    Ok(())
}

/// Takes away the annotations by which ours marks what it changed; kustomize leaves none.
fn without_stamps(object: &mut Value) {
    let Some(metadata) = object["metadata"].as_object_mut() else { return };
    if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
        annotations.retain(|name, _| !name.starts_with("ipsy.dev/"));
        if annotations.is_empty() {
            metadata.remove("annotations");
        }
    }
}

fn add_rows(table: &mut Table, documents: usize, costs: Vec<(&Contender, Vec<Cost>)>) -> Result<()> {
    let mut ours: Option<Duration> = None;
    for (contender, costs) in costs {
        let cost = measure::median(costs)?;
        let ours = *ours.get_or_insert(cost.wall);
        table.row([
            documents.to_string(),
            contender.name.to_owned(),
            format!("{:.1}", cost.wall.as_secs_f64() * 1000.0),
            format!("{}", cost.processor.as_millis()),
            format!("{}", cost.memory / 1_000_000),
            format!("{:.1}", cost.wall.as_secs_f64() / ours.as_secs_f64()),
        ]);
    }
    Ok(())
}
