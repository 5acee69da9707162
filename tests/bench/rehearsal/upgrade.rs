//! The upgrade of a cluster: an app moves from one cluster to another with the module of `examples/modules`.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::stage::Stage;
use super::step::Weights;
use crate::aws_bench::AwsBench;
use crate::programs::Programs;
use crate::terraform::Terraform;
use crate::tools::Tools;
use crate::workspace;

/// Weights by backend after each apply: the first makes the app in one cluster, and four move it to the other.
pub const STEPS: [Weights; 5] = [
    &[("blue", 100)],
    &[("blue", 100), ("green", 0)],
    &[("blue", 50), ("green", 50)],
    &[("blue", 0), ("green", 100)],
    &[("green", 100)],
];

/// A stage with the app in the first cluster.
pub fn stage(tools: &Tools, programs: &Programs) -> Result<Stage> {
    let aws = AwsBench::start(tools)?;
    let folder = workspace::root().join("examples/modules");
    let mut terraform = Terraform::copy_of(&folder, tools, programs)?.against(&aws);
    terraform.overlay_folder(&folder.join("web-app"), "web-app")?;
    terraform.init()?;
    for (name, value) in inputs(&aws) {
        terraform.variable(name, &value);
    }
    set_clusters(&mut terraform, STEPS[0]);
    terraform.apply()?;
    Stage::start(aws, terraform)
}

/// The inputs of the module, but for its backends.
pub fn inputs(aws: &AwsBench) -> [(&'static str, String); 6] {
    [
        ("name", "checkout".to_owned()),
        ("environment", "prod".to_owned()),
        ("listener_arn", aws.platform.listener_arn.clone()),
        ("hosts", json!(["checkout.example.com"]).to_string()),
        ("ports", json!({ "http": 8080, "admin": 9901 }).to_string()),
        ("secrets", json!({ "DB_PASSWORD": "/checkout/db/password" }).to_string()),
    ]
}

/// Sets the input `backends` of the module: a cluster for each weight.
pub fn set_clusters(terraform: &mut Terraform, weights: Weights) {
    let backend = |name: &str, weight: u16| json!({ "cluster": format!("eks-{name}"), "weight": weight });
    let backends: BTreeMap<&str, Value> =
        weights.iter().map(|(name, weight)| (*name, backend(name, *weight))).collect();
    terraform.variable("backends", &json!(backends).to_string());
}

/// The values for the release in a cluster, as JSON.
pub fn values(terraform: &Terraform, backend: &str) -> Result<String> {
    let all = terraform.output("values_by_backend")?;
    let values = all[backend].as_str();
    Ok(values.with_context(|| format!("`values_by_backend` has no `{backend}`"))?.to_owned())
}
