//! The IAM actions of the provider, by feature: the rows of `tests/permissions.yaml`.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::workspace;

/// Where the rows are.
pub const ROWS: &str = "tests/permissions.yaml";

/// What one feature needs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// Its name.
    #[serde(rename = "feature")]
    pub name: String,
    /// When an app uses it.
    pub when: String,
    /// Whether everything else works without it.
    #[serde(default)]
    pub optional: bool,
    /// Actions that a plan needs.
    pub plan: BTreeSet<String>,
    /// Actions that an apply or a destroy needs in addition.
    pub apply: BTreeSet<String>,
}

/// All features.
pub fn features() -> Result<Vec<Feature>> {
    let text = fs::read_to_string(workspace::root().join(ROWS))?;
    let features: Vec<Feature> =
        serde_yaml::from_str(&text).with_context(|| format!("{ROWS} cannot be read"))?;
    let mut names = BTreeSet::new();
    let twice = features.iter().find(|feature| !names.insert(&feature.name));
    ensure!(twice.is_none(), "{ROWS} lists a feature twice: {twice:?}");
    Ok(features)
}

/// The actions that plans need.
pub fn of_plans(features: &[Feature]) -> BTreeSet<String> {
    features.iter().flat_map(|feature| feature.plan.clone()).collect()
}

/// The actions that plans and applies need.
pub fn of_applies(features: &[Feature]) -> BTreeSet<String> {
    features.iter().flat_map(|feature| feature.plan.union(&feature.apply).cloned()).collect()
}
