//! The organisation's standards: what every app gets and must keep to. They come from a file that many
//! configurations share, from the provider's `standards {}` block, or both, where the block wins.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// API version of the standards file.
pub(crate) const API_VERSION: &str = "ipsy.dev/v1";
/// Kind of the standards file.
pub(crate) const KIND: &str = "Standards";

/// The standards, as their file is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Standards {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    /// Stamped on objects, so that it can be seen which standards made them.
    pub(crate) version: String,
    pub(crate) mode: Mode,
    /// Labels that an app must set; `team` is satisfied by the argument of that name.
    pub(crate) required_labels: Vec<String>,
    /// Labels for every object.
    pub(crate) labels: BTreeMap<String, String>,
    /// Annotations for every object.
    pub(crate) annotations: BTreeMap<String, String>,
    pub(crate) resources: ResourceStandards,
    pub(crate) logs: LogStandards,
    /// What differs by environment, keyed by its name.
    pub(crate) environments: BTreeMap<String, EnvironmentStandards>,
}

/// What becomes of an app that breaks a standard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    /// The plan fails, and the post-renderer too.
    #[default]
    Enforce,
    /// Defaults are filled in; limits are not checked.
    Default,
    /// Everything passes, with a warning.
    Warn,
}

impl Mode {
    /// The word that configurations use.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Default => "default",
            Self::Warn => "warn",
        }
    }

    /// The mode called `name`.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Enforce, Self::Default, Self::Warn].into_iter().find(|mode| mode.name() == name)
    }
}

/// Resources of containers, keyed `cpu`, `memory`, `ephemeral-storage`; quantities as Kubernetes writes them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct ResourceStandards {
    pub(crate) defaults: ResourceDefaults,
    pub(crate) minimum: BTreeMap<String, String>,
    pub(crate) maximum: BTreeMap<String, String>,
    /// Overrides [`Standards::mode`] for resources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mode: Option<Mode>,
}

/// What a container gets that names no resources.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct ResourceDefaults {
    pub(crate) requests: BTreeMap<String, String>,
    pub(crate) limits: BTreeMap<String, String>,
}

/// Log groups.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct LogStandards {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retention_days: Option<i64>,
}

/// What differs in one environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct EnvironmentStandards {
    /// Fewest replicas, and the lower bound of an app's autoscaling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_replicas: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) log_retention_days: Option<i64>,
}

impl Standards {
    /// Reads a standards file. The error names line and column where the parser knows them.
    pub(crate) fn from_yaml(text: &str) -> Result<Self, String> {
        let standards: Self = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
        if standards.api_version != API_VERSION || standards.kind != KIND {
            return Err(format!(
                "it must begin with `apiVersion: {API_VERSION}` and `kind: {KIND}`; found `apiVersion: {}` and \
                 `kind: {}`",
                standards.api_version, standards.kind
            ));
        }
        Ok(standards)
    }

    /// Adds or replaces what `stronger` says.
    pub(crate) fn overlay(&mut self, stronger: Self) {
        if !stronger.version.is_empty() {
            self.version = stronger.version;
        }
        if !stronger.required_labels.is_empty() {
            self.required_labels = stronger.required_labels;
        }
        self.labels.extend(stronger.labels);
        self.annotations.extend(stronger.annotations);
        self.resources.defaults.requests.extend(stronger.resources.defaults.requests);
        self.resources.defaults.limits.extend(stronger.resources.defaults.limits);
        self.resources.minimum.extend(stronger.resources.minimum);
        self.resources.maximum.extend(stronger.resources.maximum);
        self.resources.mode = stronger.resources.mode.or(self.resources.mode);
        self.logs.retention_days = stronger.logs.retention_days.or(self.logs.retention_days);
        self.environments.extend(stronger.environments);
    }

    /// The rules of `environment`, empty where nothing is said about it.
    pub(crate) fn environment(&self, environment: &str) -> EnvironmentStandards {
        self.environments.get(environment).cloned().unwrap_or_default()
    }

    /// The mode that the rules about resources run in.
    pub(crate) fn resources_mode(&self) -> Mode {
        self.resources.mode.unwrap_or(self.mode)
    }

    /// How messages name these standards.
    pub(crate) fn title(&self) -> String {
        if self.version.is_empty() {
            "the standards".to_owned()
        } else {
            format!("standards {}", self.version)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "apiVersion: ipsy.dev/v1\nkind: Standards\nversion: '2026.11'\n";

    #[test]
    fn a_block_wins_over_the_file() {
        let mut file = Standards::from_yaml(&format!("{FILE}labels: {{ a: '1', b: '2' }}\n")).unwrap();
        file.overlay(Standards {
            labels: BTreeMap::from([("b".into(), "3".into())]),
            ..Standards::default()
        });
        assert_eq!(file.version, "2026.11");
        assert_eq!(file.labels, BTreeMap::from([("a".into(), "1".into()), ("b".into(), "3".into())]));
    }

    #[test]
    fn a_misspelt_key_is_named() {
        let error = Standards::from_yaml(&format!("{FILE}lables: {{}}\n")).unwrap_err();
        assert!(error.contains("lables"), "{error}");
    }

    #[test]
    fn another_kind_of_file_is_refused() {
        let error = Standards::from_yaml("apiVersion: v1\nkind: ConfigMap\n").unwrap_err();
        assert!(error.contains("kind: ConfigMap") && error.contains("ipsy.dev/v1"), "{error}");
    }
}
