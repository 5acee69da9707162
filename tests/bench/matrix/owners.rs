//! Who owns which field of the live app: no field has two owners, and the owners are those of `tests/owners.yaml`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::Table;
use super::live;
use super::world::{APP, World, chart};
use crate::owners::rows;

const NAMESPACE: &str = "owners";
/// The name under which Helm 4 applies.
const DEPLOYER: &str = "helm";
/// Kinds that the app has here.
const KINDS: &str =
    "deployments,services,horizontalpodautoscalers,poddisruptionbudgets,serviceaccounts,targetgroupbindings";

pub(super) fn run(world: &World, table: &mut Table) -> Result<()> {
    let cluster = &world.cluster;
    cluster.namespace(NAMESPACE, &[])?;
    let helm = world.helm_4()?;
    let (chart, values, config) =
        (chart("ipsy-app"), world.values.to_string_lossy(), world.config.to_string_lossy());
    let mut install = vec!["install", APP, &chart, "--values", &values, "--namespace", NAMESPACE, "--wait"];
    install.extend(helm.post_renderer_flags(&["--config", &config]));
    helm.run(&install)?.ok()?;
    live::check_app(cluster, NAMESPACE)?;
    let objects = objects(world)?;
    table.row("Helm 4", "no field of any object of the live app has two owners", || {
        for object in &objects {
            ensure!(
                !owners(object).values().all(BTreeSet::is_empty),
                "no field of {} has an owner",
                object["kind"]
            );
        }
        let conflicts: Vec<String> = objects.iter().flat_map(conflicts).collect();
        ensure!(conflicts.is_empty(), "{}", conflicts.join("\n"));
        Ok(())
    })?;
    table.row("Helm 4", "fields have the owners that the guide names", || {
        for row in rows()? {
            let (Some(kind), Some(path)) = (&row.kind, &row.path) else { continue };
            let object = objects.iter().find(|object| object["kind"] == **kind);
            let owners = owners(object.with_context(|| format!("the app has no {kind}"))?);
            let found: Vec<&str> = owners
                .iter()
                .filter(|(_, paths)| paths.contains(path))
                .map(|(manager, _)| manager.as_str())
                .collect();
            let expected = row.manager.as_deref();
            let is_right = expected.map_or_else(|| !found.contains(&DEPLOYER), |manager| found == [manager]);
            ensure!(is_right, "{kind}: `{path}` is owned by {found:?}, not by {expected:?}");
        }
        Ok(())
    })?;
    helm.run(&["uninstall", APP, "--namespace", NAMESPACE])?.ok().map(drop)
}

fn objects(world: &World) -> Result<Vec<Value>> {
    let selector = format!("app.kubernetes.io/instance={APP}");
    let arguments = [
        "get",
        KINDS,
        "--namespace",
        NAMESPACE,
        "--selector",
        &selector,
        "--output=json",
        "--show-managed-fields",
    ];
    let mut list: Value = serde_json::from_str(&world.cluster.kubectl(&arguments)?.ok()?.stdout)?;
    let Value::Array(objects) = list["items"].take() else { return Ok(Vec::new()) };
    ensure!(objects.len() > 3, "only {} objects were found", objects.len());
    Ok(objects)
}

/// The fields that each manager has written, outside of the status.
fn owners(object: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in object["metadata"]["managedFields"].as_array().into_iter().flatten() {
        if entry["subresource"] == "status" {
            continue;
        }
        let manager = entry["manager"].as_str().unwrap_or_default().to_owned();
        leaves(&entry["fieldsV1"], "", owners.entry(manager).or_default());
    }
    owners
}

/// The paths of the leaves of a `fieldsV1`, such as `spec.template.spec.containers.checkout.image`.
fn leaves(fields: &Value, path: &str, found: &mut BTreeSet<String>) {
    let members = fields.as_object().into_iter().flatten().filter(|(name, _)| *name != ".");
    let mut is_leaf = true;
    for (name, below) in members {
        is_leaf = false;
        let part = part(name);
        let below_path = if path.is_empty() { part } else { format!("{path}.{part}") };
        leaves(below, &below_path, found);
    }
    if is_leaf && !path.is_empty() {
        found.insert(path.to_owned());
    }
}

/// The name of a member (`f:image`), or the first key of an element (`k:{"name":"checkout"}`).
fn part(name: &str) -> String {
    match name.split_once(':') {
        Some(("f", field)) => field.to_owned(),
        Some(("k", keys)) => {
            let keys: Value = serde_json::from_str(keys).unwrap_or_default();
            let first = keys.get("name").or_else(|| keys.as_object().and_then(|keys| keys.values().next()));
            first.map_or_else(
                || name.to_owned(),
                |value| value.as_str().map_or_else(|| value.to_string(), Into::into),
            )
        }
        _ => name.to_owned(),
    }
}

/// Fields of an object that two managers have written, as lines.
fn conflicts(object: &Value) -> Vec<String> {
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    let mut conflicts = Vec::new();
    for (manager, paths) in owners(object) {
        for path in paths {
            if let Some(other) = first.get(&path) {
                let name = (&object["kind"], &object["metadata"]["name"]);
                conflicts.push(format!("{}/{}: `{path}` is owned by {other} and {manager}", name.0, name.1));
            } else {
                first.insert(path, manager.clone());
            }
        }
    }
    conflicts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_of_two_managers_is_a_conflict() {
        let fields =
            json!({ "f:spec": { "f:containers": { r#"k:{"name":"web"}"#: { ".": {}, "f:image": {} } } } });
        let entry = |manager: &str| json!({ "manager": manager, "fieldsV1": fields });
        let one = json!({ "kind": "Pod", "metadata": { "name": "web", "managedFields": [entry("helm")] } });
        assert_eq!(owners(&one)["helm"], BTreeSet::from(["spec.containers.web.image".to_owned()]));
        assert!(conflicts(&one).is_empty());
        let entries = [entry("helm"), entry("kubectl")];
        let two = json!({ "kind": "Pod", "metadata": { "name": "web", "managedFields": entries } });
        assert_eq!(
            conflicts(&two),
            [r#""Pod"/"web": `spec.containers.web.image` is owned by helm and kubectl"#]
        );
    }
}
