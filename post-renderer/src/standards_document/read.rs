//! Reads a standards document and merges the overlay of an environment.

use super::members::post_render_configuration;
use super::runtime_images::image_findings;
use super::script_words;
use super::{KIND, Network, Standards};
use crate::configuration::{
    API_VERSION, Layer, meaning_findings, member_names, merge_values, no_files, shape_findings,
};
use crate::finding::Finding;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter};
use std::sync::LazyLock;

/// The schema without descriptions. Parsing it is much faster than generating it from the types.
static SHAPE: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("shape.json")).expect("a test compares it with the schema of the types")
});

/// Members that do not belong to the standards of an environment.
const NOT_STANDARDS: [&str; 3] = ["apiVersion", "kind", "environments"];

/// Standards documents as they were written, the last one being the strongest.
#[derive(Clone, Debug, Default)]
pub struct StandardsDocument {
    parts: Vec<Part>,
    is_unread: bool,
}

#[derive(Clone, Debug)]
struct Part {
    layer: Layer,
    /// The line of each member, by the names that lead there. A document made from HCL arguments has none.
    lines: BTreeMap<Vec<String>, usize>,
}

/// The place of a member of the standards. It reads `standards.yaml, line 12`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberPlace {
    /// Name of the document, for files their path.
    document: String,
    line: Option<usize>,
    /// The member in the document, such as `environments.prod.minimumReplicas`: with the overlay that it is in.
    pub field: String,
}

impl Display for MemberPlace {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{}, line {line}", self.document),
            None => formatter.write_str(&self.document),
        }
    }
}

impl StandardsDocument {
    /// Stands in for documents that are not read yet, as when Terraform validates a configuration. It is empty, and names
    /// that a document could define must not be refused.
    #[must_use]
    pub fn unread() -> Self {
        Self { is_unread: true, ..Self::default() }
    }

    /// Whether this stands in for documents that are not read yet.
    pub fn is_unread(&self) -> bool {
        self.is_unread
    }

    /// Reads a document from YAML or JSON. Everything that is wrong is found at once, with its place in the text.
    /// `source_name` is named in findings.
    pub fn from_yaml(text: &str, source_name: &str) -> Result<Self, Vec<Finding>> {
        Self::read(text, source_name, true)
    }

    /// Reads a document that has no text, by the same rules. `apiVersion` and `kind` are added.
    pub fn from_members(members: Map<String, Value>, source_name: &str) -> Result<Self, Vec<Finding>> {
        let mut members = members;
        members.insert("apiVersion".to_owned(), API_VERSION.into());
        members.insert("kind".to_owned(), KIND.into());
        Self::read(&Value::Object(members).to_string(), source_name, false)
    }

    fn read(text: &str, source_name: &str, has_lines: bool) -> Result<Self, Vec<Finding>> {
        let layer = Layer::parse(text, source_name, &no_files)?;
        let mut findings = shape_findings(layer.value(), &SHAPE, KIND);
        if findings.is_empty() {
            findings = meanings(layer.value());
        }
        if findings.is_empty() {
            let lines = if has_lines { layer.lines() } else { BTreeMap::new() };
            Ok(Self { parts: vec![Part { layer, lines }], ..Self::default() })
        } else if has_lines {
            Err(layer.placed(findings))
        } else {
            Err(findings)
        }
    }

    /// This document below a stronger one, which wins even over this one's environments.
    #[must_use]
    pub fn below(mut self, stronger: Self) -> Self {
        self.parts.extend(stronger.parts);
        self
    }

    /// Whether the documents hold nothing.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The documents as one.
    pub fn to_value(&self) -> Value {
        self.values().fold(Value::Object(Map::new()), |below, value| merge_values(below, value.clone()))
    }

    fn values(&self) -> impl Iterator<Item = &Value> {
        self.parts.iter().map(|part| part.layer.value())
    }

    /// The environments that are listed, in the order of their names.
    pub fn environments(&self) -> impl Iterator<Item = &str> {
        let names = self.values().filter_map(|value| value.get("environments")?.as_object());
        names.flat_map(Map::keys).map(String::as_str).collect::<BTreeSet<_>>().into_iter()
    }

    /// The standards of an environment; without one, those that no environment changes. An environment that is not
    /// among those listed is an error, since its standards would be too weak.
    pub fn of_environment(&self, environment: Option<&str>) -> Result<Standards, Vec<Finding>> {
        self.check_environment(environment)?;
        let written = self
            .values()
            .fold(Value::Object(Map::new()), |below, value| merge_values(below, written(value, environment)));
        serde_json::from_value(with_mode(written))
            .map_err(|error| vec![Finding::error("configuration-invalid", format!("the standards: {error}"))])
    }

    /// The `PostRenderConfig`s in the documents: one layer each.
    #[cfg(feature = "cli")]
    pub(crate) fn layers(&self, environment: Option<&str>) -> Result<Vec<Layer>, Vec<Finding>> {
        self.check_environment(environment)?;
        let configuration = |part: &Part| {
            let written = with_mode(written(part.layer.value(), environment));
            part.layer.with_value(post_render_configuration(written.as_object().unwrap_or(&Map::new())))
        };
        Ok(self.parts.iter().map(configuration).collect())
    }

    /// Where a field of an environment's standards is written: in the strongest document that has it, and in the overlay
    /// of the environment before the general part.
    pub fn place_of(&self, environment: Option<&str>, field: &str) -> Option<MemberPlace> {
        let overlay = environment.map(|name| format!("environments.{name}.{field}"));
        self.parts.iter().rev().find_map(|Part { layer, lines }| {
            let mut fields = overlay.iter().map(String::as_str).chain([field]);
            let found = fields.find(|field| is_written(layer.value(), field))?;
            let line = member_names(found).and_then(|names| lines.get(&names).copied());
            Some(MemberPlace { document: layer.source_name().to_owned(), line, field: found.to_owned() })
        })
    }

    fn check_environment(&self, environment: Option<&str>) -> Result<(), Vec<Finding>> {
        let Some(name) = environment else { return Ok(()) };
        let known: Vec<&str> = self.environments().collect();
        if known.is_empty() || known.contains(&name) {
            return Ok(());
        }
        let message = format!("the standards do not list the environment `{name}`");
        let help = format!(
            "known are `{}`; add it below `environments`, with `{{}}` if nothing differs",
            known.join("`, `")
        );
        Err(vec![Finding::error("standards-environment", message).field("environments").help(help)])
    }
}

/// The members of a document with the overlay of an environment.
fn written(document: &Value, environment: Option<&str>) -> Value {
    let members = document.as_object().into_iter().flatten();
    let general = members.filter(|(name, _)| !NOT_STANDARDS.contains(&name.as_str()));
    let general = Value::Object(general.map(|(name, value)| (name.clone(), value.clone())).collect());
    let overlay = environment.and_then(|name| document.get("environments")?.get(name));
    overlay.map_or_else(|| general.clone(), |overlay| merge_values(general.clone(), overlay.clone()))
}

/// Gives `resources` the general mode if it has no mode of its own.
fn with_mode(mut standards: Value) -> Value {
    let mode = standards.get("mode").cloned();
    if let (Some(mode), Some(members)) = (mode, standards.as_object_mut()) {
        let resources = members.entry("resources").or_insert_with(|| Value::Object(Map::new()));
        if let Some(resources) = resources.as_object_mut() {
            resources.entry("mode").or_insert(mode);
        }
    }
    standards
}

/// Checks that a schema cannot express, on the general part and on each environment.
fn meanings(document: &Value) -> Vec<Finding> {
    let environments =
        document.get("environments").and_then(Value::as_object).into_iter().flat_map(Map::keys);
    let mut findings = meaning(&written(document, None));
    for name in environments {
        for finding in meaning(&written(document, Some(name))) {
            let field = finding.location.field.clone().unwrap_or_default();
            let below = format!("environments.{name}.{field}");
            let finding = if is_written(document, &below) { finding.field(below) } else { finding };
            let is_known = |known: &Finding| {
                known.message == finding.message && known.location.field == finding.location.field
            };
            if !findings.iter().any(is_known) {
                findings.push(finding);
            }
        }
    }
    findings.extend(unknown_environments(document));
    findings
}

/// Environments to deploy to that the document does not list.
fn unknown_environments(document: &Value) -> Vec<Finding> {
    let Some(known) = document.get("environments").and_then(Value::as_object) else { return Vec::new() };
    let order = document.pointer("/platform/deploymentOrder").and_then(Value::as_array).into_iter().flatten();
    let names = order.enumerate().filter_map(|(index, name)| Some((index, name.as_str()?)));
    let unknown = names.filter(|(_, name)| !known.contains_key(*name)).map(|(index, name)| {
        let message = format!("`{name}` is not an environment of these standards");
        let known: Vec<&str> = known.keys().map(String::as_str).collect();
        Finding::error("standards-environment", message)
            .field(format!("platform.deploymentOrder[{index}]"))
            .help(format!("known are `{}`", known.join("`, `")))
    });
    unknown.collect()
}

fn meaning(standards: &Value) -> Vec<Finding> {
    let mut findings = meaning_findings(standards);
    findings.extend(image_findings(standards));
    findings.extend(script_words::findings(standards));
    if let Some(pattern) = standards.get("namePattern").and_then(Value::as_str)
        && let Err(error) = anchored(pattern)
    {
        let message = format!("`{pattern}` is not a valid regular expression: {error}");
        findings.push(Finding::error("configuration-expression", message).field("namePattern"));
    }
    let networks = standards.get("allowedIngress").and_then(Value::as_array).into_iter().flatten();
    for (index, text) in networks.filter_map(Value::as_str).enumerate() {
        if Network::parse(text).is_none() {
            let message = format!("`{text}` is not a network");
            let finding =
                Finding::error("configuration-invalid", message).field(format!("allowedIngress[{index}]"));
            findings.push(finding.help("write it in CIDR notation, such as `10.0.0.0/8`"));
        }
    }
    findings
}

/// The field `name` in the field `parent`, as [`StandardsDocument::place_of`] takes it: `labels["a.b"]`, `resources.cpu`.
pub fn member(parent: &str, name: &str) -> String {
    if name.contains(['.', '[']) { format!("{parent}[\"{name}\"]") } else { format!("{parent}.{name}") }
}

/// The expression that a whole text must match.
pub(super) fn anchored(pattern: &str) -> Result<regex::Regex, regex::Error> {
    regex::Regex::new(&format!("^(?:{pattern})$"))
}

/// Whether a document has a field, given as `resources.maximum.cpu`.
fn is_written(document: &Value, field: &str) -> bool {
    let names = member_names(field).unwrap_or_default();
    !names.is_empty() && names.iter().try_fold(document, |value, name| value.get(name)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::{Configuration, Mode, shape};
    use crate::standards_document::standards_schema;
    use std::path::Path;

    const HEAD: &str = "apiVersion: ipsy.dev/v1\nkind: Standards\n";

    fn read(body: &str) -> Result<StandardsDocument, Vec<String>> {
        StandardsDocument::from_yaml(&format!("{HEAD}{body}"), "standards.yaml")
            .map_err(|findings| findings.iter().map(ToString::to_string).collect())
    }

    /// To update the file, run the test with `IPSY_ACCEPT=1`.
    #[test]
    fn documents_are_checked_by_the_shape_of_the_schema() {
        let text = serde_json::to_string_pretty(&shape(standards_schema())).unwrap() + "\n";
        if std::env::var_os("IPSY_ACCEPT").is_some() {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/standards_document/shape.json");
            std::fs::write(path, &text).unwrap();
            return;
        }
        let present = include_str!("shape.json");
        assert!(present == text, "shape.json is not that of the types: run the tests with IPSY_ACCEPT=1");
    }

    #[test]
    fn an_environment_changes_any_field() {
        let document = read(
            "mode: warn\nrequiredLabels: [team]\nlogs: {retentionDays: 7}\nresources: {maximum: {cpu: 2}}\n\
             environments:\n  dev: {}\n  prod:\n    mode: enforce\n    requiredLabels: [cost-center]\n    \
             minimumReplicas: 3\n    resources: {maximum: {memory: 1Gi}}\n    standards: {imagePinning: {}}\n",
        )
        .unwrap();
        let dev = document.of_environment(Some("dev")).unwrap();
        assert_eq!((dev.mode, dev.minimum_replicas), (Mode::Warn, None));
        let prod = document.of_environment(Some("prod")).unwrap();
        assert_eq!(prod.required_labels, ["team", "cost-center"]);
        assert_eq!((prod.mode, prod.minimum_replicas), (Mode::Enforce, Some(3)));
        assert_eq!(prod.logs.retention_days, Some(7));
        assert_eq!(prod.resources.maximum.keys().collect::<Vec<_>>(), ["cpu", "memory"]);
        let layers = document.layers(Some("prod")).unwrap();
        let configuration = Configuration::from_layers(layers).unwrap();
        assert!(configuration.standards.image_pinning.is_some());
        assert_eq!(configuration.resources, prod.resources);
    }

    #[test]
    fn an_environment_that_is_not_listed_is_refused() {
        let document = read("environments: {dev: {}, prod: {}}\n").unwrap();
        let refused = document.of_environment(Some("prd")).unwrap_err();
        assert!(refused[0].to_string().contains("known are `dev`, `prod`"), "{refused:?}");
        assert!(read("version: '1'\n").unwrap().of_environment(Some("prd")).is_ok());
    }

    #[test]
    fn the_platform_differs_by_environment() {
        let document = read(
            "platform:\n  registry: r.example.com\n  chart: {repository: 'oci://r.example.com/charts'}\n  \
             deploymentOrder: [dev, prod]\nenvironments:\n  dev: {platform: {stateBucket: states-dev}}\n  \
             prod: {platform: {stateBucket: states-prod, chart: {version: 1.2.0}}}\n",
        )
        .unwrap();
        let platform = |name| document.of_environment(Some(name)).unwrap().platform;
        let (dev, prod) = (platform("dev"), platform("prod"));
        assert_eq!((dev.state_bucket.as_deref(), dev.chart.version), (Some("states-dev"), None));
        assert_eq!(prod.state_bucket.as_deref(), Some("states-prod"));
        assert_eq!(prod.chart.version.as_deref(), Some("1.2.0"));
        assert_eq!(prod.chart.repository, dev.chart.repository);
        assert_eq!((prod.chart.name.as_str(), prod.deployment_order.len()), ("ipsy-app", 2));
        let wrong =
            read("platform: {deploymentOrder: [dev, prd]}\nenvironments: {dev: {}, prod: {}}\n").unwrap_err();
        assert!(
            wrong[0].contains("platform.deploymentOrder[1]") && wrong[0].contains("`dev`, `prod`"),
            "{wrong:?}"
        );
    }

    #[test]
    fn everything_wrong_is_found_at_once_with_its_place() {
        let wrong = read(
            "lables: {}\nmode: strict\nenvironments:\n  prod:\n    minimumReplica: 3\n    resources: \
             {maximum: {cpu: two}}\n",
        )
        .unwrap_err()
        .join("\n");
        for part in [
            "lables: `lables` is unknown",
            "did you mean `labels`?",
            "`strict` is not one of",
            "environments.prod.minimumReplica: `minimumReplica` is unknown",
            "standards.yaml, line 7",
            "`two` is not a valid quantity",
        ] {
            assert!(wrong.contains(part), "{part} is not in:\n{wrong}");
        }
    }

    #[test]
    fn base_images_without_a_digest_are_refused() {
        let wrong = read(
            "runtimes:\n  java:\n    images: {build: maven:3.9, run: 'temurin@sha256:0', maximumSize: 300Mi}\n",
        )
        .unwrap_err();
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert!(wrong[0].contains("runtimes.java.images.build: the base image `maven:3.9`"), "{wrong:?}");
    }

    #[test]
    fn bounds_are_compared_in_every_environment() {
        let wrong = read(
            "resources: {minimum: {cpu: 2}}\nenvironments:\n  dev: {}\n  prod: {resources: {maximum: {cpu: 1}}}\n",
        )
        .unwrap_err();
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert!(wrong[0].contains("above the maximum"), "{wrong:?}");
        let wrong = read("namePattern: '['\n").unwrap_err();
        assert!(wrong[0].contains("is not a valid regular expression"), "{wrong:?}");
    }

    #[test]
    fn resources_are_as_strict_as_the_rest_unless_they_say_so() {
        let strictness = |body: &str| read(body).unwrap().of_environment(None).unwrap().resources.mode;
        assert_eq!(strictness("mode: warn\n"), Mode::Warn);
        assert_eq!(strictness("mode: warn\nresources: {mode: enforce}\n"), Mode::Enforce);
        assert_eq!(strictness("resources: {}\n"), Mode::Enforce);
    }

    #[test]
    fn a_stronger_document_wins_over_environments() {
        let document = read("labels: {a: x}\nenvironments:\n  prod: {minimumReplicas: 3}\n").unwrap();
        let document = document.below(read("minimumReplicas: 1\nlabels: {b: z}\n").unwrap());
        let prod = document.of_environment(Some("prod")).unwrap();
        assert_eq!(prod.minimum_replicas, Some(1));
        assert_eq!(prod.labels.len(), 2);
    }

    #[test]
    fn places_are_those_of_the_strongest_text() {
        let document = read(
            "logs: {retentionDays: 7}\nmode: warn\nlabels:\n  app.kubernetes.io/part-of: shop\nenvironments:\n  prod:\n    \
             mode: enforce\n",
        )
        .unwrap();
        let place = |environment: Option<&str>, field: &str| {
            document.place_of(environment, field).map(|place| format!("{place}: {}", place.field))
        };
        for (environment, field, expected) in [
            (Some("prod"), "mode", "standards.yaml, line 9: environments.prod.mode"),
            (None, "mode", "standards.yaml, line 4: mode"),
            (Some("prod"), "logs.retentionDays", "standards.yaml, line 3: logs.retentionDays"),
            (
                Some("prod"),
                "labels[\"app.kubernetes.io/part-of\"]",
                "standards.yaml, line 6: labels[\"app.kubernetes.io/part-of\"]",
            ),
        ] {
            assert_eq!(place(environment, field).as_deref(), Some(expected));
        }
        assert_eq!(place(None, "namePattern"), None);
        let stronger = StandardsDocument::from_members(
            serde_json::json!({"mode": "default"}).as_object().unwrap().clone(),
            "the block",
        );
        let document = document.clone().below(stronger.unwrap());
        assert_eq!(document.place_of(Some("prod"), "mode").unwrap().to_string(), "the block");
    }
}
