//! Manifests of well-known charts, provided by the user of the tests: `IPSY_MANIFESTS` names a folder of
//! files that `helm template` or a project's release gave. Each is installed, upgraded with other
//! standards, rolled back and uninstalled, through the post-renderer, in a cluster of their own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::table::Verdict;
use super::world::World;
use super::{Table, first_chart, live, oddities};
use crate::cluster::{Cluster, until};
use crate::helm::Helm;
use crate::manifests;
use crate::process::Process;

pub(super) fn run(world: &World, table: &mut Table) -> Result<()> {
    let Some(folder) = std::env::var_os("IPSY_MANIFESTS") else { return Ok(()) };
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("IPSY_MANIFESTS is {}", folder.display()))? {
        files.push(entry?.path());
    }
    files.retain(|path| path.extension().is_some_and(|kind| kind == "yaml"));
    files.sort();
    ensure!(!files.is_empty(), "IPSY_MANIFESTS names a folder without .yaml files: {}", folder.display());
    let cluster = Cluster::start(&world.cluster_tools)?;
    let helms = [
        ("Helm 3", Helm::three(&world.tools, &world.programs.post_renderer)?.within(&cluster)),
        ("Helm 4", Helm::four(&world.tools, &world.programs)?.within(&cluster)),
    ];
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let parts = Parts::of(&fs::read_to_string(&file)?)?;
        for (with, helm) in &helms {
            let what = format!("{name}, {} objects: install, upgrades, rollback, uninstall", parts.objects);
            table.judged(with, &what, || life(world, &cluster, helm, &name, &parts))?;
        }
    }
    table.say("`-`: the cluster refuses these manifests as they are, without the post-renderer as well");
    Ok(())
}

/// A stream in the parts that Helm wants apart: it needs definitions before it reads what uses them, and
/// makes namespaces only for itself.
struct Parts {
    objects: usize,
    definitions: String,
    namespaces: BTreeSet<String>,
    rest: String,
}

impl Parts {
    fn of(stream: &str) -> Result<Self> {
        let mut parts =
            Self { objects: 0, definitions: String::new(), namespaces: BTreeSet::new(), rest: String::new() };
        for document in documents(stream) {
            for object in manifests::objects(&document)? {
                parts.objects += 1;
                let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
                parts.namespaces.extend(text(&object["metadata"]["namespace"]));
                let target = match object["kind"].as_str() {
                    Some("Namespace") => {
                        parts.namespaces.extend(text(&object["metadata"]["name"]));
                        continue;
                    }
                    Some("CustomResourceDefinition") => &mut parts.definitions,
                    _ => &mut parts.rest,
                };
                target.push_str("---\n");
                target.push_str(&document);
            }
        }
        Ok(parts)
    }
}

/// The documents of a stream, byte for byte.
fn documents(stream: &str) -> Vec<String> {
    let mut documents = vec![String::new()];
    for line in stream.split_inclusive('\n') {
        if line.trim_end() == "---" {
            documents.push(String::new());
        } else if let Some(last) = documents.last_mut() {
            last.push_str(line);
        }
    }
    documents
}

fn life(world: &World, cluster: &Cluster, helm: &Helm, name: &str, parts: &Parts) -> Result<Verdict> {
    let (old, new) = oddities::standards(world)?;
    let release = name.chars().take(40).collect::<String>();
    let namespace = format!("of-{release}");
    for needed in parts.namespaces.iter().chain([&namespace]) {
        if cluster.api.get(&format!("/api/v1/namespaces/{needed}"))?.is_none() {
            cluster.namespace(needed, &[])?;
        }
    }
    if !parts.definitions.is_empty() {
        let rendered = Process::new(&world.programs.post_renderer)
            .args(["--config", &old])
            .input(parts.definitions.clone())
            .succeed()?;
        if let Err(problem) = define(cluster, &rendered.stdout) {
            return if define(cluster, &parts.definitions).is_err() {
                Ok(Verdict::LeftOut)
            } else {
                Err(problem)
            };
        }
    }
    if parts.rest.is_empty() {
        return Ok(Verdict::Passed);
    }
    let chart = lay_out(world, &release, &parts.rest)?;
    let chart = chart.to_string_lossy();
    let act = |command: &str, flags: &[&str]| {
        let all = [command, &release, &chart, "--namespace", &namespace];
        helm.run(&[&all[..], flags].concat())?.ok()
    };
    let (old, new) =
        (helm.post_renderer_flags(&["--config", &old]), helm.post_renderer_flags(&["--config", &new]));
    let uninstall = || helm.run(&["uninstall", &release, "--namespace", &namespace]);
    if let Err(problem) = act("install", &old) {
        let _ = uninstall()?;
        let without = act("install", &[]);
        let _ = uninstall()?;
        return if without.is_err() { Ok(Verdict::LeftOut) } else { Err(problem) };
    }
    let installed = pod_templates(cluster)?;
    act("upgrade", &old)?;
    act("upgrade", &new)?;
    let changed = live::differences(&installed, &pod_templates(cluster)?);
    ensure!(changed.is_empty(), "labels of objects rolled pods: {changed:?}");
    helm.run(&["rollback", &release, "1", "--namespace", &namespace])?.ok()?;
    uninstall()?.ok()?;
    until("no workloads", || Ok(pod_templates(cluster)? == Value::Object(serde_json::Map::new())))?;
    Ok(Verdict::Passed)
}

fn define(cluster: &Cluster, definitions: &str) -> Result<()> {
    let arguments = ["apply", "--server-side", "--force-conflicts", "--filename", "-"];
    cluster.kubectl_with_input(&arguments, definitions)?.ok()?;
    cluster.kubectl(&["wait", "--for=condition=Established", "crd", "--all"])?.ok().map(drop)
}

fn lay_out(world: &World, name: &str, manifests: &str) -> Result<PathBuf> {
    let file = world.write("third-party.yaml", manifests)?;
    let folder = world.folder.path().join("third-party").join(name);
    first_chart::lay_out(&folder, Path::new(&file))?;
    Ok(folder)
}

/// The pod template of every Deployment, `StatefulSet` and `DaemonSet`.
fn pod_templates(cluster: &Cluster) -> Result<Value> {
    let mut templates = serde_json::Map::new();
    for kind in ["deployments", "statefulsets", "daemonsets"] {
        for object in cluster.api.list(&format!("/apis/apps/v1/{kind}"))? {
            let text = |name: &str| object["metadata"][name].as_str().unwrap_or_default();
            let name = format!("{kind}/{}/{}", text("namespace"), text("name"));
            templates.insert(name, object["spec"]["template"].clone());
        }
    }
    Ok(Value::Object(templates))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_taken_apart_byte_for_byte() {
        let stream = "kind: Namespace\nmetadata: { name: a }\n---\n# why\nkind: Service\nmetadata: { name: web, namespace: b }\n--- \nkind: CustomResourceDefinition\nmetadata: { name: c }\n---\n";
        let parts = Parts::of(stream).unwrap();
        assert_eq!(parts.objects, 3);
        assert_eq!(parts.namespaces, ["a", "b"].map(str::to_owned).into());
        assert_eq!(parts.rest, "---\n# why\nkind: Service\nmetadata: { name: web, namespace: b }\n");
        assert_eq!(parts.definitions, "---\nkind: CustomResourceDefinition\nmetadata: { name: c }\n");
    }
}
