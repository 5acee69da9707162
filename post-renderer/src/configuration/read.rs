//! Reading configurations from YAML and JSON: every mistake is found at once, with its place in the text.

use super::Configuration;
use crate::finding::{Finding, Location};
use serde_json::Value;

impl Configuration {
    /// Reads a configuration from YAML (or JSON). `source_name` is named in findings.
    pub fn from_yaml(text: &str, source_name: &str) -> Result<Self, Vec<Finding>> {
        let value = serde_yaml::from_str::<Value>(text).map_err(|error| {
            vec![Finding::error("configuration-syntax", error.to_string()).at(Location {
                source: Some(source_name.to_owned()),
                ..Location::default()
            })]
        })?;
        Self::from_value(value, source_name)
    }

    /// Reads a configuration from JSON.
    pub fn from_json(text: &str, source_name: &str) -> Result<Self, Vec<Finding>> {
        Self::from_yaml(text, source_name)
    }

    fn from_value(value: Value, source_name: &str) -> Result<Self, Vec<Finding>> {
        serde_json::from_value(value).map_err(|error| {
            vec![Finding::error("configuration-invalid", error.to_string()).at(Location {
                source: Some(source_name.to_owned()),
                ..Location::default()
            })]
        })
    }
}
