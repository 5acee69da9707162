//! The fields of Kubernetes' built-in kinds, as the API description of the pinned version has them: names and nesting
//! only, one line for each kind and for each type.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use acceptance::process::Process;
use acceptance::programs::Programs;
use acceptance::tools::{KUBERNETES, Tools};
use acceptance::workspace;
use anyhow::{Context, Result};
use serde_json::Value;

use super::Document;

const PATH: &str = "post-renderer/manifest-patch/src/structure/kubernetes.txt";

const NOTATION: &str = "\
# Written by `cargo dev generate` from the OpenAPI document of Kubernetes.
#
# kind API-VERSION KIND TYPE
# type TYPE FIELD...
#
# A field is its name and what it holds: nothing for a scalar, `*` for any value, `=TYPE` for a mapping with the fields
# of that type, `[]` for a list and `{}` for a map by any name, each followed by what its elements hold.
";

/// The one document.
pub(super) fn documents(_: &Tools, _: &Programs) -> Result<Vec<Document>> {
    let api: Value = serde_json::from_str(&fs::read_to_string(open_api()?)?)?;
    let definitions = Definitions(&api["definitions"]);
    let text = format!("{NOTATION}version {KUBERNETES}\n{}", definitions.text()?);
    Ok(vec![Document { path: PATH.into(), text }])
}

/// The `OpenAPI` document of the Kubernetes that the tests' cluster runs, in its Go module.
fn open_api() -> Result<PathBuf> {
    let module = workspace::root().join("tests/tools-modules/kubernetes");
    let arguments = ["mod", "download", "-json", "k8s.io/kubernetes"];
    let found = Process::new("go").args(arguments).within(&module).succeed().context("is Go installed?")?;
    let found: Value = serde_json::from_str(&found.stdout)?;
    let folder = found["Dir"].as_str().context("`go mod download` names the folder of a module")?;
    Ok(Path::new(folder).join("api/openapi-spec/swagger.json"))
}

/// The definitions of an `OpenAPI` document, by name.
struct Definitions<'d>(&'d Value);

/// The name of a field, and what it holds: lists and maps in the notation of the document, then a definition or nothing.
type Field<'d> = (&'d str, String, Option<&'d str>);

/// The fields of definitions, by the name of the definition.
type Types<'d> = BTreeMap<&'d str, Vec<Field<'d>>>;

impl<'d> Definitions<'d> {
    fn text(&self) -> Result<String> {
        let kinds = self.kinds()?;
        let (types, representatives) = merged(self.types(&kinds)?);
        let names = names(&types);
        let name = |definition: &str| {
            let definition = representatives.get(definition).copied().unwrap_or(definition);
            names.get(definition).context("every definition has a name")
        };
        let mut text = String::new();
        for (definition, api_version, kind) in &kinds {
            writeln!(text, "kind {api_version} {kind} {}", name(definition)?)?;
        }
        let mut lines = BTreeSet::new();
        for (definition, fields) in &types {
            let mut line = format!("type {}", name(definition)?);
            for (field, holds, held) in fields {
                write!(line, " {field}{holds}")?;
                if let Some(held) = held {
                    write!(line, "={}", name(held)?)?;
                }
            }
            lines.insert(line);
        }
        lines.iter().try_for_each(|line| writeln!(text, "{line}"))?;
        Ok(text)
    }

    fn get(&self, name: &str) -> &'d Value {
        &self.0[name]
    }

    /// The kinds of objects: definition, API version, kind. Lists have the metadata of lists, `DeleteOptions` and the
    /// like belong to several groups, and the API server keeps the group `internal.apiserver.k8s.io` for itself.
    fn kinds(&self) -> Result<Vec<(&'d str, String, &'d str)>> {
        let mut kinds = Vec::new();
        for (name, definition) in self.0.as_object().context("an OpenAPI document has definitions")? {
            let metadata = reference(&definition["properties"]["metadata"]).unwrap_or_default();
            let types = definition["x-kubernetes-group-version-kind"].as_array().map(Vec::as_slice);
            let ([kind], true) = (types.unwrap_or_default(), metadata.ends_with(".ObjectMeta")) else {
                continue;
            };
            let text =
                |member: &str| kind[member].as_str().with_context(|| format!("{name} has no {member}"));
            let api_version = match text("group")? {
                "internal.apiserver.k8s.io" => continue,
                "" => text("version")?.to_owned(),
                group => format!("{group}/{}", text("version")?),
            };
            kinds.push((name.as_str(), api_version, text("kind")?));
        }
        kinds.sort_by(|one, other| (&one.1, one.2).cmp(&(&other.1, other.2)));
        Ok(kinds)
    }

    /// The definitions that objects of these kinds hold. Manifests have no status, so what it holds is left out.
    fn types(&self, kinds: &[(&'d str, String, &'d str)]) -> Result<Types<'d>> {
        let mut types = Types::new();
        let mut open: Vec<&str> = kinds.iter().map(|(name, ..)| *name).collect();
        let objects: BTreeSet<&str> = open.iter().copied().collect();
        while let Some(name) = open.pop() {
            if types.contains_key(name) {
                continue;
            }
            let properties = self.get(name)["properties"].as_object();
            let mut fields = Vec::new();
            for (field, property) in properties.with_context(|| format!("{name} has no fields"))? {
                let (holds, held) = if objects.contains(name) && field == "status" {
                    ("*".to_owned(), None)
                } else {
                    self.content(property)
                };
                open.extend(held);
                fields.push((field.as_str(), holds, held));
            }
            fields.sort();
            types.insert(name, fields);
        }
        Ok(types)
    }

    /// What a property holds.
    fn content(&self, property: &'d Value) -> (String, Option<&'d str>) {
        if let Some(name) = reference(property) {
            let definition = self.get(name);
            return if definition["properties"].is_object() {
                (String::new(), Some(name))
            } else {
                self.content(definition)
            };
        }
        let (sign, elements) = match property["type"].as_str() {
            Some("array") => ("[]", &property["items"]),
            Some("object") if property["additionalProperties"].is_object() => {
                ("{}", &property["additionalProperties"])
            }
            Some("object") | None => return ("*".to_owned(), None),
            Some(_) => return (String::new(), None),
        };
        let (holds, held) = self.content(elements);
        (format!("{sign}{holds}"), held)
    }
}

/// The definition that a property refers to.
fn reference(property: &Value) -> Option<&str> {
    property["$ref"].as_str()?.strip_prefix("#/definitions/")
}

/// One definition for all those of the same last name and the same fields, as those of several API versions often are,
/// and the one that stands for each.
fn merged<'d>(mut types: Types<'d>) -> (Types<'d>, BTreeMap<&'d str, &'d str>) {
    let mut representatives: BTreeMap<&str, &str> = types.keys().map(|name| (*name, *name)).collect();
    loop {
        let mut first = BTreeMap::new();
        let mut replaced = BTreeMap::new();
        for (name, fields) in &types {
            let one = *first.entry((last_parts(name, 1), fields.clone())).or_insert(*name);
            if one != *name {
                replaced.insert(*name, one);
            }
        }
        if replaced.is_empty() {
            return (types, representatives);
        }
        let by_one = |name: &mut &'d str| {
            if let Some(one) = replaced.get(name) {
                *name = *one;
            }
        };
        types.retain(|name, _| !replaced.contains_key(name));
        types.values_mut().flatten().filter_map(|field| field.2.as_mut()).for_each(by_one);
        representatives.values_mut().for_each(by_one);
    }
}

/// Short names: the last part, and what comes before it where several have the same.
fn names<'d>(types: &Types<'d>) -> BTreeMap<&'d str, &'d str> {
    let mut count = BTreeMap::new();
    for name in types.keys() {
        *count.entry(last_parts(name, 1)).or_insert(0) += 1;
    }
    let parts = |name| if count.get(last_parts(name, 1)) == Some(&1) { 1 } else { 3 };
    types.keys().map(|name| (*name, last_parts(name, parts(name)))).collect()
}

/// The last parts of a name such as `io.k8s.api.core.v1.PodSpec`.
fn last_parts(name: &str, count: usize) -> &str {
    name.rmatch_indices('.').nth(count - 1).map_or(name, |(index, _)| &name[index + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn types_are_shared_by_versions_and_shown_by_short_names() {
        let object = |group: &str, version: &str, spec: &str| {
            json!({
                "type": "object",
                "properties": {
                    "metadata": { "$ref": "#/definitions/meta.v1.ObjectMeta" },
                    "spec": { "$ref": format!("#/definitions/{spec}") },
                    "status": { "$ref": "#/definitions/never.Read" },
                },
                "x-kubernetes-group-version-kind": [{ "group": group, "version": version, "kind": "Web" }],
            })
        };
        let spec = json!({ "type": "object", "properties": {
            "size": { "$ref": "#/definitions/Quantity" },
            "raw": { "type": "object" },
            "extra": { "type": "object", "additionalProperties": { "type": "array", "items": { "type": "string" } } },
            "parts": { "type": "array", "items": { "$ref": "#/definitions/a.v1.Part" } },
        } });
        let definitions = json!({
            "a.v1.Web": object("", "v1", "a.v1.WebSpec"),
            "a.v2.Web": object("a.io", "v2", "a.v2.WebSpec"),
            "b.v1.Web": object("b.io", "v1", "a.v1.Part"),
            "a.v1.WebSpec": spec,
            "a.v2.WebSpec": spec,
            "a.v1.Part": { "type": "object", "properties": { "name": { "type": "string" } } },
            "meta.v1.ObjectMeta": { "type": "object", "properties": { "name": { "type": "string" } } },
            "Quantity": { "type": "string" },
        });
        assert_eq!(
            Definitions(&definitions).text().unwrap(),
            "kind a.io/v2 Web a.v1.Web\n\
             kind b.io/v1 Web b.v1.Web\n\
             kind v1 Web a.v1.Web\n\
             type ObjectMeta name\n\
             type Part name\n\
             type WebSpec extra{}[] parts[]=Part raw* size\n\
             type a.v1.Web metadata=ObjectMeta spec=WebSpec status*\n\
             type b.v1.Web metadata=ObjectMeta spec=Part status*\n"
        );
    }
}
