//! Who is measured: ours, its floors (reading without rules, `cat`) and its peers, all given the same documents, and
//! all that edit the same labels and patches.

use std::fs;
use std::path::{Path, PathBuf};

use acceptance::manifests::sorted_objects;
use acceptance::process::Process;
use acceptance::tools::Tools;
use anyhow::{Result, ensure};
use serde_json::Value;

use crate::measure::Run;

/// `ignore`, because not every folder of manifests has a Deployment.
const CONFIGURATION: &str = "apiVersion: ipsy.dev/v1
kind: PostRenderConfig
labels: { example.com/measured: \"yes\" }
advancedSettings:
  - name: grace
    target: { kind: Deployment }
    patch: { spec: { template: { spec: { terminationGracePeriodSeconds: 45 } } } }
    onUnmatched: ignore
  - name: history
    target: { kind: Deployment }
    patch: [{ op: add, path: /spec/revisionHistoryLimit, value: 3 }]
    onUnmatched: ignore
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

/// What a contender is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The post-renderer at its work.
    Ours,
    /// The post-renderer without any rule: it reads and checks every document and writes it as it was.
    Reading,
    /// A program that copies.
    Floor,
    /// A program that does the same work. The first one is who ours is measured by.
    Peer,
}

/// A program to be measured on `input.yaml` of a folder, which is its standard input as well.
pub(super) struct Contender {
    pub(super) name: &'static str,
    pub(super) role: Role,
    pub(super) run: Run,
}

/// All contenders; their configuration is written into the folder.
pub(super) fn all(tools: &Tools, post_renderer: &Path, folder: &Path) -> Result<Vec<Contender>> {
    let configuration = folder.join("post-render.yaml");
    fs::write(&configuration, CONFIGURATION)?;
    fs::write(folder.join("kustomization.yaml"), KUSTOMIZATION)?;
    let contender = |name: &'static str, role, program: &Path, arguments: &[&str]| Contender {
        name,
        role,
        run: Run {
            program: program.to_owned(),
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            input: folder.join("input.yaml"),
            output: folder.join(format!("{}.out", name.trim().replace(' ', "-"))),
        },
    };
    let configuration = configuration.to_string_lossy();
    let here = folder.to_string_lossy();
    let mut contenders = vec![
        contender("ipsy-post-renderer", Role::Ours, post_renderer, &["--config", &configuration]),
        contender("  reading only", Role::Reading, post_renderer, &["--allow-unconfigured"]),
    ];
    if let Some(cat) = on_path("cat")? {
        contenders.push(contender("cat", Role::Floor, &cat, &[]));
    }
    if let Some(kubectl) = on_path("kubectl")? {
        contenders.push(contender("kubectl kustomize", Role::Peer, &kubectl, &["kustomize", &here]));
    }
    contenders.push(contender("kustomize build", Role::Peer, &tools.kustomize()?, &["build", &here]));
    Ok(contenders)
}

fn on_path(name: &str) -> Result<Option<PathBuf>> {
    let found = Process::new("sh").arg("-c").arg(format!("command -v {name}")).run()?;
    Ok((found.code == 0).then(|| found.stdout.trim().into()))
}

/// A race is fair only if all do the same work.
pub(super) fn check_same_meaning(contenders: &[Contender]) -> Result<()> {
    let mut meanings = Vec::new();
    for contender in contenders.iter().filter(|contender| matches!(contender.role, Role::Ours | Role::Peer)) {
        contender.run.time()?;
        let mut objects = sorted_objects(&fs::read_to_string(&contender.run.output)?)?;
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
