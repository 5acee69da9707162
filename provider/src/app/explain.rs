//! Where each effective setting came from: the configuration, the standards, the runtime's profile, a default.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Effective settings by field, each with its source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Explanations(BTreeMap<String, (Value, String)>);

impl Explanations {
    /// Notes that `field` got `value` from `source`.
    pub(crate) fn note(&mut self, field: &str, value: impl Into<Value>, source: &str) {
        self.0.insert(field.to_owned(), (value.into(), source.to_owned()));
    }

    /// `{field: value}` as canonical JSON: what is in effect.
    pub(crate) fn effective(&self) -> String {
        let fields: BTreeMap<&String, &Value> =
            self.0.iter().map(|(field, (value, _))| (field, value)).collect();
        json!(fields).to_string()
    }

    /// `{field: {value, source}}` as canonical JSON: why it is in effect.
    pub(crate) fn text(&self) -> String {
        let fields: BTreeMap<&String, Value> = self
            .0
            .iter()
            .map(|(field, (value, source))| (field, json!({ "source": source, "value": value })))
            .collect();
        json!(fields).to_string()
    }
}
