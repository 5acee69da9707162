//! The chart's own schema, and lookups in it: description, required members and alternatives of a field.

use std::sync::OnceLock;

use serde_json::Value;

/// The schema, as Helm checks it.
const SCHEMA: &str = include_str!("../../../../examples/charts/ipsy-app/values.schema.json");

/// A step of [`Place`] into any value of a map or any element of a list.
pub(crate) const ANY: &str = "*";

/// The chart's schema.
pub(crate) fn schema() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT
        .get_or_init(|| serde_json::from_str(SCHEMA).expect("the chart's schema is JSON: a test reads it"))
}

/// A field of the chart's schema: its own node, and those that this one refers to.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    nodes: Vec<&'static Value>,
}

impl Place {
    /// The values as a whole.
    pub(crate) fn root() -> Self {
        Self::of(schema())
    }

    fn of(node: &'static Value) -> Self {
        let mut nodes = vec![node];
        let mut next = 0;
        while let Some(&node) = nodes.get(next) {
            next += 1;
            let pointer = node["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
            nodes.extend(pointer.and_then(|pointer| schema().pointer(pointer)));
            nodes.extend(node["allOf"].as_array().into_iter().flatten());
        }
        Self { nodes }
    }

    /// The field at `path`, which has names, dots between them, and [`ANY`]. An empty path is the field itself.
    pub(crate) fn at(&self, path: &str) -> Option<Self> {
        let mut steps = path.split('.').filter(|step| !step.is_empty());
        steps.try_fold(self.clone(), |place, step| place.child(step))
    }

    /// The field that a value's member or element `step` is: the one of this name, or the one of any name.
    pub(crate) fn step(&self, step: &str) -> Option<Self> {
        self.child(step).or_else(|| self.child(ANY))
    }

    pub(super) fn child(&self, name: &str) -> Option<Self> {
        let nodes: Vec<&'static Value> = self
            .inside()
            .filter(|(other, _)| *other == name)
            .flat_map(|(_, node)| Self::of(node).nodes)
            .collect();
        (!nodes.is_empty()).then_some(Self { nodes })
    }

    /// The nested fields by name, without those that are forbidden here. Values of a map and elements of a list have the
    /// name [`ANY`]. A name can appear twice.
    pub(super) fn inside(&self) -> impl Iterator<Item = (&'static str, &'static Value)> {
        let is_forbidden = |name: &str| self.nodes.iter().any(|node| node["properties"][name] == false);
        let members = |node: &'static Value, key: &str| node[key].as_object().into_iter().flatten();
        let inside = self.nodes.iter().flat_map(move |node| {
            let named = members(node, "properties").map(|(name, child)| (name.as_str(), child));
            let patterns = members(node, "patternProperties").map(|(_, child)| child);
            let others = patterns.chain([&node["additionalProperties"], &node["items"]]);
            named.chain(others.map(|child| (ANY, child)))
        });
        inside.filter(move |(name, node)| node.is_object() && !is_forbidden(name))
    }

    /// The description that is closest to the field, with the allowed values.
    pub(crate) fn description(&self) -> Option<String> {
        let text = self.nodes.iter().find_map(|node| node["description"].as_str())?;
        let allowed: Vec<String> = self
            .nodes
            .iter()
            .flat_map(|node| node["enum"].as_array().into_iter().flatten())
            .filter_map(Value::as_str)
            .filter(|value| !value.is_empty())
            .map(|value| format!("`{value}`"))
            .collect();
        Some(match allowed.split_last() {
            None => text.to_owned(),
            Some((only, [])) => format!("{text} Allowed: {only}."),
            Some((last, others)) => format!("{text} Allowed: {} or {last}.", others.join(", ")),
        })
    }

    /// Whether an object must have the field `name`.
    pub(crate) fn requires(&self, name: &str) -> bool {
        self.nodes
            .iter()
            .flat_map(|node| node["required"].as_array().into_iter().flatten())
            .any(|required| required == name)
    }

    /// Alternatives of which an object has exactly one, or at most one.
    pub(crate) fn alternatives(&self) -> Vec<&'static str> {
        let groups = |node: &'static Value| {
            let lists = [&node["oneOf"], &node["then"]["oneOf"], &node["not"]["anyOf"]];
            let groups = lists.into_iter().flat_map(|list| list.as_array().into_iter().flatten());
            groups.chain(std::iter::once(&node["not"]))
        };
        let mut names: Vec<&'static str> = Vec::new();
        for group in self.nodes.iter().flat_map(|node| groups(node)) {
            for name in group["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_described_where_it_stands_and_where_it_refers_to() {
        let root = Place::root();
        let describe = |path: &str| root.at(path).and_then(|place| place.description());
        assert_eq!(describe("workers.*.args").as_deref(), Some("The arguments."));
        let policy = describe("crons.*.concurrencyPolicy").unwrap();
        assert!(policy.ends_with("Allowed: `Allow`, `Forbid` or `Replace`."), "{policy}");
        assert!(root.at("crons.*").unwrap().requires("schedule"));
        assert!(root.at("workers.*.autoscaling.metrics.*.sqsQueueUrl").is_some());
        assert!(root.at("no.such.field").is_none());
        assert!(root.at("probes.liveness.terminationGracePeriodSeconds").is_some());
        assert!(root.at("probes.readiness.terminationGracePeriodSeconds").is_none(), "Kubernetes refuses it");
        let kinds = root.at("volumes.*").unwrap().alternatives();
        assert_eq!(kinds, ["emptyDir", "claim", "configMap", "secret"]);
    }
}
