//! Conformance to Kubernetes' own strategic merge, from a table of its results; and where we differ on purpose.

use manifest_patch::{Failure, Identity, ListKeys, Outcome, PatchOptions, compile};
use serde::Deserialize;
use serde_json::{Value, json};
use std::fmt::Write as _;
use yaml_edit::Tree;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    object: Value,
    patch: Value,
    /// What Kubernetes makes of it; absent where it refuses.
    #[serde(default)]
    kubernetes: Option<Value>,
    /// Why we differ, if we do.
    #[serde(default)]
    differs: Option<String>,
    /// What we make of it then; absent where we refuse.
    #[serde(default)]
    ours: Option<Value>,
    /// A part of our message, where we refuse.
    #[serde(default)]
    error: Option<String>,
}

fn ours(case: &Case) -> Result<Value, String> {
    let text = case.object.to_string();
    let mut tree = yaml_edit::read(&text, Tree::default()).map_err(|fault| fault.message)?;
    let root = tree.root();
    let identity = Identity::of(&tree, root);
    let options = PatchOptions { create: true, ..PatchOptions::default() };
    let patch = compile(&case.patch, options).map_err(|problems| problems[0].message.clone())?.anonymous();
    match patch.apply(&mut tree, root, &identity, &ListKeys::default()) {
        Ok(Outcome::Stays) => tree.value(root).map_err(|error| format!("{error:?}")),
        // Kubernetes leaves an empty object.
        Ok(Outcome::Deleted) => Ok(json!({})),
        Err(Failure::Patch(problem)) => Err(problem.message),
        Err(Failure::Document(fault)) => Err(fault.message),
    }
}

#[test]
fn strategic_merges_match_kubernetes_or_say_why_not() {
    let cases: Vec<Case> = serde_yaml::from_str(include_str!("strategicpatch.yaml")).unwrap();
    assert!(cases.len() >= 75, "only {} cases", cases.len());
    let mut failures = String::new();
    for case in &cases {
        let wanted = if case.differs.is_some() { &case.ours } else { &case.kubernetes };
        let found = ours(case);
        if found.as_ref().ok() != wanted.as_ref() {
            let _ = writeln!(failures, "{}:\n  wanted {}\n  found {found:?}", case.name, json!(wanted));
        }
        if case.differs.is_some() && case.ours == case.kubernetes {
            let _ = writeln!(failures, "{}: does not differ", case.name);
        }
        let message = found.err().unwrap_or_default();
        if !message.contains(case.error.as_deref().unwrap_or_default()) {
            let _ = writeln!(failures, "{}: `{message}` lacks {:?}", case.name, case.error);
        }
    }
    assert!(failures.is_empty(), "{failures}");
}
