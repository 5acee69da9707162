//! Live objects, compared as their owners see them: without what Kubernetes and the deployers keep for
//! themselves.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::world::APP;
use crate::cluster::{Cluster, until};

/// Where the image of the app is in its Deployment.
pub(super) const IMAGE: &str = "/spec/template/spec/containers/0/image";
/// More than the autoscaler's least, fewer than its most.
const REPLICAS: u64 = 7;
/// Where deployers and controllers keep what they need.
const BOOKKEEPING: [&str; 3] =
    ["deployment.kubernetes.io/revision", "kapp.k14s.io/original", "kapp.k14s.io/original-diff-md5"];

/// The app's Deployment in a namespace.
pub(super) fn deployment(cluster: &Cluster, namespace: &str) -> Result<Value> {
    let path = deployment_path(namespace);
    let mut object = cluster.api.get(&path)?.with_context(|| format!("{path} not found"))?;
    if let Some(object) = object.as_object_mut() {
        object.remove("status");
    }
    if let Some(metadata) = object["metadata"].as_object_mut() {
        for name in ["generation", "managedFields", "resourceVersion"] {
            metadata.remove(name);
        }
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            for name in BOOKKEEPING {
                annotations.remove(name);
            }
        }
    }
    Ok(object)
}

/// What the quickstart promises of the live Deployment: the standards' label, the memory limit, the
/// advanced setting, the stamp, and that the autoscaler brought it to its least number of pods.
pub(super) fn check_app(cluster: &Cluster, namespace: &str) -> Result<()> {
    until("3 replicas", || Ok(deployment(cluster, namespace)?["spec"]["replicas"] == 3))?;
    let live = deployment(cluster, namespace)?;
    let labels = &live["metadata"]["labels"];
    ensure!(labels["app.kubernetes.io/part-of"] == "shop", "the standards' label is missing: {labels}");
    let annotations = &live["metadata"]["annotations"];
    ensure!(annotations["ipsy.dev/config-hash"].is_string(), "the stamp is missing: {annotations}");
    let pod = &live["spec"]["template"]["spec"];
    let limits = &pod["containers"][0]["resources"]["limits"];
    ensure!(limits["memory"] == "1Gi", "the memory limit is missing: {limits}");
    let options = &pod["dnsConfig"]["options"];
    ensure!(options[0]["name"] == "ndots", "the advanced setting is missing: {options}");
    Ok(())
}

/// Scales the app up as its autoscaler does under load.
pub(super) fn scale_up(cluster: &Cluster, namespace: &str) -> Result<()> {
    let path = deployment_path(namespace);
    cluster.api.patch(&format!("{path}/scale"), &json!({ "spec": { "replicas": REPLICAS } }))?;
    let replicas = &deployment(cluster, namespace)?["spec"]["replicas"];
    ensure!(*replicas == REPLICAS, "replicas are {replicas}");
    Ok(())
}

/// The stamp by which the post-renderer knows an object again. It changes with the object.
pub(super) const STAMP: &str = "/metadata/annotations/ipsy.dev~1settings-hash";

/// The image changed and nothing else but the stamp: not the limits, not the replicas that the autoscaler owns.
pub(super) fn check_only_the_image_changed(before: &Value, after: &Value) -> Result<()> {
    let changed = differences(before, after);
    ensure!(changed == [STAMP, IMAGE], "these differ: {changed:?}");
    let image = after.pointer(IMAGE).and_then(Value::as_str).unwrap_or_default();
    ensure!(image.ends_with(super::world::NEW_TAG), "the image is {image}");
    Ok(())
}

/// How many generations of pods the app has had: a changed pod template makes another.
pub(super) fn pod_generations(cluster: &Cluster, namespace: &str) -> Result<usize> {
    let path = format!("/apis/apps/v1/namespaces/{namespace}/replicasets");
    let sets = cluster.api.list(&path)?;
    let of_the_app = |set: &&Value| {
        set["metadata"]["ownerReferences"][0]["kind"] == "Deployment"
            && set["metadata"]["ownerReferences"][0]["name"] == APP
    };
    Ok(sets.iter().filter(of_the_app).count())
}

/// The places where two documents differ, as JSON pointers.
pub(super) fn differences(before: &Value, after: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(before, after, "", &mut found);
    found
}

fn collect(before: &Value, after: &Value, path: &str, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            for name in names {
                let value = |map: &serde_json::Map<String, Value>| map.get(name).cloned().unwrap_or_default();
                let name = name.replace('~', "~0").replace('/', "~1");
                collect(&value(before), &value(after), &format!("{path}/{name}"), found);
            }
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (index, (before, after)) in before.iter().zip(after).enumerate() {
                collect(before, after, &format!("{path}/{index}"), found);
            }
        }
        _ if before != after => found.push(path.to_owned()),
        _ => {}
    }
}

fn deployment_path(namespace: &str) -> String {
    format!("/apis/apps/v1/namespaces/{namespace}/deployments/{APP}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_told_by_their_places() {
        let before = json!({ "a": [{ "b": 1 }], "c/d": 1, "e": 1 });
        let after = json!({ "a": [{ "b": 2 }], "c/d": 2, "f": 1 });
        assert_eq!(differences(&before, &after), ["/a/0/b", "/c~1d", "/e", "/f"]);
        assert!(differences(&before, &before).is_empty());
    }

    #[test]
    fn lists_of_other_lengths_differ_as_a_whole() {
        assert_eq!(differences(&json!({ "a": [1] }), &json!({ "a": [1, 2] })), ["/a"]);
    }
}
