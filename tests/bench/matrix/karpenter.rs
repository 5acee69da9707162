//! The node pools of `examples/karpenter`, judged by a real API server with Karpenter's own definitions.

use std::fs;

use anyhow::{Result, ensure};

use super::{Table, World};
use crate::workspace;

/// Text of an example, what replaces it, and what the API server then refuses.
const FAULTS: [(&str, &str, &str, &str); 4] = [
    ("node-classes", "alias: al2023@v", "alias: al2022@v", "family is not supported"),
    ("node-classes", "httpTokens: required", "httpTokens: never", "httpTokens"),
    ("prod", "operator: Gt", "operator: Greater", "operator"),
    ("dev", "        ipsy.dev/environment: dev", "        kubernetes.io/hostname: one", "is restricted"),
];

pub(super) fn run(world: &World, table: &mut Table) -> Result<()> {
    for name in ["node-classes", "dev", "prod"] {
        let what = format!("the API server takes examples/karpenter/{name}.yaml");
        table.row("Karpenter", &what, || {
            let arguments = ["apply", "--server-side", "--validate=strict", "--filename", "-"];
            world.cluster.kubectl_with_input(&arguments, &example(name)?)?.ok().map(drop)
        })?;
    }
    for (name, right, wrong, reason) in FAULTS {
        let what = format!("`{}` in {name}.yaml is refused", wrong.trim());
        table.row("Karpenter", &what, || {
            let text = example(name)?;
            ensure!(text.contains(right), "{name}.yaml has no `{right}`");
            let arguments = ["apply", "--server-side", "--dry-run=server", "--filename", "-"];
            let refused = world.cluster.kubectl_with_input(&arguments, &text.replace(right, wrong))?;
            ensure!(refused.code != 0 && refused.stderr.contains(reason), "{}", refused.everything());
            Ok(())
        })?;
    }
    Ok(())
}

fn example(name: &str) -> Result<String> {
    let path = workspace::root().join("examples/karpenter").join(format!("{name}.yaml"));
    Ok(fs::read_to_string(path)?)
}
