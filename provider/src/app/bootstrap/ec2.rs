//! An app that EC2 instances serve today: they keep all requests at first, beside the cluster, and their listener rule is
//! imported.

use provider_framework::Arguments;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{BootstrapConfig, hcl};
use crate::app::iam::{IamConfig, PolicyConfig};
use crate::app::traffic::BackendConfig;

/// Name of the instances as a backend.
pub(super) const BACKEND: &str = "ec2";

/// EC2 instances that serve the app in this environment today. They become the backend `ec2` with all requests, and the
/// cluster begins with none: `terraform-provider-ipsy bootstrap --from-target-group` reads all of it.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct Ec2Config {
    /// ARN of the target group of the instances.
    #[argument(required)]
    pub(crate) target_group_arn: Option<String>,
    /// ARN of the listener rule that leads requests to them. The app takes it over by an import, so that no second rule
    /// comes before it.
    pub(crate) listener_rule_arn: Option<String>,
    /// Priority of that rule.
    pub(crate) priority: Option<i64>,
}

/// The instances of an environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ec2 {
    pub(super) target_group_arn: Option<String>,
    pub(super) listener_rule_arn: Option<String>,
    pub(super) priority: Option<i64>,
}

impl Ec2 {
    pub(super) fn resolve(config: &Ec2Config) -> Self {
        Self {
            target_group_arn: config.target_group_arn.clone(),
            listener_rule_arn: config.listener_rule_arn.clone(),
            priority: config.priority,
        }
    }

    pub(super) fn backend(&self) -> BackendConfig {
        BackendConfig {
            target_group_arn: self.target_group_arn.clone(),
            weight: Some(100),
            ..BackendConfig::default()
        }
    }

    /// The variables of an environment with or without instances.
    pub(super) fn variables(ec2: Option<&Self>) -> [(&'static str, Value); 3] {
        [
            ("ec2_target_group_arn", json!(ec2.and_then(|ec2| ec2.target_group_arn.clone()))),
            ("priority", json!(ec2.and_then(|ec2| ec2.priority))),
            ("weight", json!(if ec2.is_some() { 0 } else { 100 })),
        ]
    }
}

/// The arguments of the `iam` block; none without policies.
pub(super) fn iam_block(config: &BootstrapConfig) -> Option<String> {
    let arns: Vec<String> =
        config.managed_policy_arns.iter().flatten().map(|arn| format!("      {},", hcl(arn))).collect();
    let mut lines = Vec::new();
    if !arns.is_empty() {
        lines.push(format!("    managed_policy_arns = [\n{}\n    ]", arns.join("\n")));
    }
    for name in config.policies.iter().flatten().map(|(name, _)| name) {
        let separator = if lines.is_empty() { "" } else { "\n" };
        let name_text = hcl(name);
        let file = hcl(&format!("/policies/{name}.json"));
        let file = file.trim_start_matches('"');
        lines.push(format!(
            "{separator}    policy {{\n      name = {name_text}\n      json = file(\"${{path.module}}{file})\n    }}"
        ));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The role's policies as the app has them.
pub(super) fn iam(config: &BootstrapConfig) -> Option<IamConfig> {
    let policies = config.policies.clone().unwrap_or_default();
    let arns = config.managed_policy_arns.clone().unwrap_or_default();
    if policies.is_empty() && arns.is_empty() {
        return None;
    }
    let policy = policies.into_iter().map(|(name, json)| (name, PolicyConfig { json: Some(json) })).collect();
    Some(IamConfig { managed_policy_arns: Some(arns.into_iter().collect()), policy, ..IamConfig::default() })
}
