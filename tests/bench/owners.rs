//! Which tool owns which field: the rows of `tests/owners.yaml`.

use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::workspace;

/// Where the rows are.
pub const ROWS: &str = "tests/owners.yaml";

/// A field and its owner.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The field, in words.
    pub field: String,
    /// The tool that writes it.
    pub owner: String,
    /// Why the other tools leave it alone.
    pub others: String,
    /// The test that proves it, as in the inventory.
    pub test: String,
    /// Name under which the owner writes to the API server. Where a path has none, Helm must not own it.
    pub manager: Option<String>,
    /// Kind of the live object.
    pub kind: Option<String>,
    /// Path of the field in it. Elements of lists are named by their keys.
    pub path: Option<String>,
}

/// All rows.
pub fn rows() -> Result<Vec<Row>> {
    let text = fs::read_to_string(workspace::root().join(ROWS))?;
    serde_yaml::from_str(&text).with_context(|| format!("{ROWS} cannot be read"))
}
