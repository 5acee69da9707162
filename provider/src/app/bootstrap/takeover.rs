//! The files by which an app takes over what EC2 instances have today: their policies, and imports of their listener rules.

use std::collections::BTreeMap;

use serde_json::Value;

use super::hcl;
use super::project::Project;

/// Adds the policies, and the import of each listener rule.
pub(super) fn add_files(project: &Project<'_>, files: &mut BTreeMap<String, String>) {
    for (name, policy) in project.config.policies.iter().flatten() {
        let pretty =
            serde_json::from_str::<Value>(policy).map_or_else(|_| policy.clone(), |json| format!("{json:#}"));
        files.insert(format!("terraform/policies/{name}.json"), format!("{pretty}\n"));
    }
    let app = project.config.name.as_deref().unwrap_or_default();
    for environment in &project.environments {
        let Some(rule) = environment.ec2.as_ref().and_then(|ec2| ec2.listener_rule_arn.as_deref()) else {
            continue;
        };
        let name = &environment.name;
        let id = hcl(&format!("{name}/{app},{rule}"));
        let text = format!(
            "# Takes over the listener rule that leads to the EC2 instances of `{name}`. ci/deploy.sh copies this file into the\n\
             # folder above; it does nothing once the app is in the state. Delete it when the instances are deleted.\n\n\
             import {{\n  to = ipsy_app.app\n  id = {id}\n}}\n"
        );
        files.insert(format!("terraform/imports/{name}.tf"), text);
    }
}
