//! Checks a written configuration against its own schema, so that all mistakes are found at once, misspelt keys
//! with a suggestion, before serde would stop at the first.

use super::{image, kustomization};
use crate::finding::Finding;
use crate::quantity::Quantity;
use manifest_patch::nearest;
use manifest_patch::selector::{is_label_key, is_label_value};
use serde_json::{Map, Value};
use std::sync::LazyLock;
use yaml_edit::member_name;

/// The schema's bare shape. To read it takes a fraction of the time that it takes to make the schema of the types,
/// which would be most of what the program does with a short stream.
static SHAPE: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("shape.json")).expect("a test compares it with the schema of the types")
});

/// Labels and annotations that Helm itself writes and finds its objects by.
const HELMS_OWN: [&str; 4] = [
    "app.kubernetes.io/managed-by",
    "meta.helm.sh/release-name",
    "meta.helm.sh/release-namespace",
    "postrenderer.helm.sh/postrender-filename",
];

/// Everything that is wrong with a configuration.
pub(super) fn validate(value: &Value) -> Vec<Finding> {
    let mut findings = shape_findings(value, &SHAPE, super::KIND);
    findings.extend(meaning_findings(value));
    findings
}

/// Everything that is wrong with the shape of a document of a kind, whose schema it is.
pub(crate) fn shape_findings(value: &Value, shape: &Value, kind: &str) -> Vec<Finding> {
    let mut walk = Walk { shape, findings: Vec::new() };
    let Value::Object(members) = value else {
        return vec![Finding::error("configuration-shape", format!("a {kind} is a mapping")).field("")];
    };
    if let Some(finding) = other_kind(members, kind) {
        return vec![finding];
    }
    for required in ["apiVersion", "kind"] {
        if !members.contains_key(required) {
            let wanted = if required == "kind" { kind } else { super::API_VERSION };
            let message = format!("`{required}` is missing");
            walk.findings.push(
                Finding::error("configuration-version", message)
                    .help(format!("write `{required}: {wanted}`")),
            );
        }
    }
    walk.value(value, shape, "");
    walk.findings
}

/// Which argument takes a document of a kind.
const ARGUMENTS: [(&str, &str); 2] = [(super::KIND, "--config"), ("Standards", "--standards")];

/// Reports a document of the other kind, whose members would all be unknown here.
fn other_kind(members: &Map<String, Value>, kind: &str) -> Option<Finding> {
    let found = members.get("kind").and_then(Value::as_str)?;
    let (_, argument) = ARGUMENTS.iter().find(|(other, _)| *other == found && found != kind)?;
    let message = format!("`{found}` is not a {kind}");
    Some(
        Finding::error("configuration-value", message)
            .field("kind")
            .help(format!("give it with `{argument}`")),
    )
}

/// Checks of a configuration that a schema cannot express.
pub(crate) fn meaning_findings(value: &Value) -> Vec<Finding> {
    let mut walk = Walk { shape: &SHAPE, findings: Vec::new() };
    walk.meaning(value);
    walk.findings
}

/// Everything that is wrong with the shape of those members that a schema knows.
pub(super) fn member_findings(members: &Map<String, Value>, schema: &Value) -> Vec<Finding> {
    let mut walk = Walk { shape: &SHAPE, findings: Vec::new() };
    walk.members(members, schema, "");
    walk.findings
}

struct Walk<'s> {
    /// The whole schema, which holds the definitions.
    shape: &'s Value,
    findings: Vec<Finding>,
}

impl Walk<'_> {
    fn complain(&mut self, id: &str, field: &str, message: String) {
        self.findings.push(Finding::error(id, message).field(field));
    }

    fn value(&mut self, value: &Value, schema: &Value, field: &str) {
        let schema = resolved(self.shape, schema);
        if let Some(one) = schema.get("anyOf").and_then(Value::as_array) {
            // `Option<T>`: the other branch is null.
            if value.is_null()
                && one.iter().any(|branch| branch.get("type").and_then(Value::as_str) == Some("null"))
            {
                return;
            }
            if let Some(branch) =
                one.iter().find(|branch| branch.get("type").and_then(Value::as_str) != Some("null"))
            {
                self.value(value, branch, field);
            }
            return;
        }
        let words = words(schema);
        if !words.is_empty() {
            let found = value.as_str().unwrap_or_default();
            // A plain `off` is a boolean to YAML 1.1, but anyone who writes it here means the word.
            let is_off = value == &Value::Bool(false) && words.contains(&"off");
            if !is_off && !words.contains(&found) {
                let shown = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
                let hint = nearest(&shown, words.iter().copied())
                    .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                let quoted = if value.is_boolean() {
                    " (YAML 1.1 reads `on`, `off`, `yes` and `no` as booleans: quote it)"
                } else {
                    ""
                };
                self.complain(
                    "configuration-value",
                    field,
                    format!("`{shown}` is not one of `{}`{hint}{quoted}", words.join("`, `")),
                );
            }
            return;
        }
        if !self.fits(value, schema, field) {
            return;
        }
        match value {
            Value::Object(members) => self.members(members, schema, field),
            Value::Array(items) => {
                if let Some(item_schema) = schema.get("items") {
                    for (index, item) in items.iter().enumerate() {
                        self.value(item, item_schema, &format!("{field}[{index}]"));
                    }
                }
                if items.is_empty() && schema.get("minItems").and_then(Value::as_u64).unwrap_or(0) > 0 {
                    self.complain("configuration-value", field, "the list is empty".to_owned());
                }
            }
            scalar => self.format(scalar, schema, field),
        }
    }

    /// Whether the type is right.
    fn fits(&mut self, value: &Value, schema: &Value, field: &str) -> bool {
        let types: Vec<&str> = match schema.get("type") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => return true,
        };
        let is = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        if types.contains(&is) || (is == "integer" && types.contains(&"number")) {
            return true;
        }
        // An empty section counts as absent.
        if value.is_null() && (types.contains(&"object") || types.contains(&"array")) {
            self.complain("configuration-type", field, "is empty; leave it out, or write `{}`".to_owned());
            return false;
        }
        let name = |kind: &str| match kind {
            "object" => "a mapping",
            "array" => "a list",
            "string" => "a text",
            "integer" => "a whole number",
            "number" => "a number",
            "boolean" => "true or false",
            _ => "nothing",
        };
        let wanted: Vec<&str> = types.iter().filter(|kind| **kind != "null").map(|kind| name(kind)).collect();
        let quote = if types.contains(&"string") { "; quote it" } else { "" };
        self.complain(
            "configuration-type",
            field,
            format!("is {}, but has to be {}{quote}", name(is), wanted.join(" or ")),
        );
        false
    }

    fn members(&mut self, members: &Map<String, Value>, schema: &Value, field: &str) {
        let properties = schema.get("properties").and_then(Value::as_object);
        let additional = schema.get("additionalProperties");
        for (key, value) in members {
            let name = member_name(key);
            let below = if field.is_empty() || name.starts_with('[') {
                format!("{field}{name}")
            } else {
                format!("{field}.{name}")
            };
            if let Some(property) = properties.and_then(|properties| properties.get(key)) {
                self.value(value, property, &below);
            } else if additional == Some(&Value::Bool(false)) {
                let known =
                    properties.into_iter().flat_map(|properties| properties.keys().map(String::as_str));
                let hint = match nearest(key, known.clone()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("known are `{}`", known.collect::<Vec<_>>().join("`, `")),
                };
                self.findings.push(
                    Finding::error("configuration-unknown-key", format!("`{key}` is unknown"))
                        .field(below)
                        .help(hint),
                );
            } else if let Some(additional) = additional.filter(|additional| additional.is_object()) {
                self.value(value, additional, &below);
                self.entry(key, value, schema, &below);
            }
        }
        for required in
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
        {
            if !members.contains_key(required) && !field.is_empty() {
                self.complain("configuration-missing", field, format!("`{required}` is missing"));
            }
        }
    }

    /// Entries of label and annotation maps.
    fn entry(&mut self, key: &str, value: &Value, schema: &Value, field: &str) {
        if schema.get("x-key").is_some() {
            if !is_label_key(key) {
                let message = format!(
                    "`{key}` is not a valid label key: an optional DNS prefix and a slash, then at most 63 letters, digits, `-`, `_`, `.`"
                );
                self.complain("configuration-label", field, message);
            } else if HELMS_OWN.contains(&key) {
                self.complain(
                    "configuration-label",
                    field,
                    format!("`{key}` belongs to Helm, which finds its objects by it"),
                );
            }
        }
        if schema.get("x-value").is_some() && value.as_str().is_some_and(|value| !is_label_value(value)) {
            let message = format!(
                "`{}` is not a valid label value: at most 63 letters, digits, `-`, `_`, `.`, beginning and ending with a letter or digit",
                value.as_str().unwrap_or_default()
            );
            self.complain("configuration-label", field, message);
        }
    }

    fn format(&mut self, value: &Value, schema: &Value, field: &str) {
        let text = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        match schema.get("format").and_then(Value::as_str) {
            Some("quantity") => match Quantity::parse(&text) {
                Err(error) => self.complain("configuration-quantity", field, error.to_string()),
                Ok(quantity) if quantity.is_negative() => {
                    self.complain("configuration-quantity", field, format!("`{text}` is below zero"));
                }
                Ok(_) => {}
            },
            Some("date") if !is_date(&text) => {
                self.complain(
                    "configuration-date",
                    field,
                    format!("`{text}` is not a valid date; write it as 2027-01-31"),
                );
            }
            _ => {}
        }
        let needs_text = schema.get("minLength").and_then(Value::as_u64).unwrap_or(0) > 0;
        if needs_text && text.trim().is_empty() {
            self.complain("configuration-value", field, "must not be empty".to_owned());
        }
        if let (Some(least), Some(number)) = (schema.get("minimum").and_then(Value::as_f64), value.as_f64())
            && number < least
        {
            self.complain("configuration-value", field, format!("`{text}` is below {least}"));
        }
    }

    /// What no schema can say: bounds that contradict each other, regular expressions, images and kustomizations.
    fn meaning(&mut self, value: &Value) {
        let images = value.pointer("/standards/imagePinning/images").unwrap_or(&Value::Null);
        self.findings.extend(image::check(images, "standards.imagePinning.images"));
        let kustomizations = value.get("kustomizations").and_then(Value::as_array);
        for (index, one) in kustomizations.into_iter().flatten().enumerate() {
            self.findings.extend(kustomization::check(one).into_iter().map(|finding| {
                let field = finding.location.field.clone().unwrap_or_default();
                finding.field(format!("kustomizations[{index}].{field}"))
            }));
        }
        let quantity = |section: &str, name: &str| {
            let found = value.get("resources")?.get(section)?.get(name)?;
            Quantity::parse(&found.as_str().map_or_else(|| found.to_string(), ToOwned::to_owned)).ok()
        };
        let least =
            value.get("resources").and_then(|resources| resources.get("minimum")).and_then(Value::as_object);
        for name in least.into_iter().flat_map(Map::keys) {
            if let (Some(least), Some(most)) = (quantity("minimum", name), quantity("maximum", name))
                && least > most
            {
                let message = format!("`{least}` is above the maximum of `{most}`");
                self.complain("configuration-bounds", &format!("resources.minimum.{name}"), message);
            }
        }
        for expression in
            value.pointer("/standards/imagePinning/allow").and_then(Value::as_array).into_iter().flatten()
        {
            let expression = expression.as_str().unwrap_or_default();
            if regex::Regex::new(&format!("^(?:{expression})$")).is_err() {
                let message = format!("`{expression}` is not a valid regular expression");
                self.complain("configuration-expression", "standards.imagePinning.allow", message);
            }
        }
    }
}

/// The words that an enumeration knows.
fn words(schema: &Value) -> Vec<&str> {
    let branches =
        schema.get("oneOf").and_then(Value::as_array).map_or(std::slice::from_ref(schema), Vec::as_slice);
    branches
        .iter()
        .flat_map(|branch| {
            let several = branch.get("enum").and_then(Value::as_array).into_iter().flatten();
            several.chain(branch.get("const")).filter_map(Value::as_str)
        })
        .collect()
}

fn resolved<'s>(shape: &'s Value, schema: &'s Value) -> &'s Value {
    let name =
        schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix("#/$defs/"));
    name.and_then(|name| shape.get("$defs")?.get(name)).unwrap_or(schema)
}

/// Whether a text is a day that the calendar has.
pub(crate) fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    if year.len() != 4
        || month.len() != 2
        || day.len() != 2
        || !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
    {
        return false;
    }
    let (Ok(year), Ok(month), Ok(day)) = (year.parse::<u32>(), month.parse::<u32>(), day.parse::<u32>())
    else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}
