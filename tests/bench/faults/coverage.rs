//! Whether the phases leave out a call: what the provider can change, by its source, against what it did change.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Result, ensure};

use super::point::Call;
use crate::aws_bench::is_read;
use crate::aws_operations;

/// The files of `provider/aws/src/sdk` that change something, with the name by which their service signs. What two
/// of them share is in a third.
const CHANGING: [(&str, &str); 10] = [
    ("alarms", "monitoring"),
    ("elb_tags", "elasticloadbalancing"),
    ("listener_rules", "elasticloadbalancing"),
    ("log_groups", "logs"),
    ("parameters", "ssm"),
    ("pod_identities", "eks"),
    ("records", "route53"),
    ("repositories", "ecr"),
    ("roles", "iam"),
    ("target_groups", "elasticloadbalancing"),
];

/// Those that only read, or call nothing.
const OTHERS: [&str; 19] = [
    "accounts",
    "channel",
    "cluster_token",
    "clusters",
    "credentials",
    "failure",
    "http",
    "instances",
    "load_balancers",
    "metrics",
    "query",
    "quota",
    "repository_form",
    "resource_tags",
    "rule_form",
    "settings",
    "tags",
    "tests",
    "throttling",
];

/// The call of an action. Actions are not part of an app's lifecycle.
const OF_ACTIONS: &str = "StartImageScan";

/// Fails if the provider can make a changing call that is not among `calls`.
pub(super) fn check<'a>(calls: impl Iterator<Item = &'a Call>) -> Result<()> {
    let made: BTreeSet<(&str, &str)> =
        calls.map(|call| (call.service.as_str(), call.operation.as_str())).collect();
    let mut missing = Vec::new();
    for path in aws_operations::sources()? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let Some((_, service)) = CHANGING.iter().find(|(file, _)| *file == name) else {
            ensure!(OTHERS.contains(&name.as_str()), "{} is new: list it here", path.display());
            continue;
        };
        for operation in aws_operations::named_in(&fs::read_to_string(&path)?) {
            let is_change = !is_read(&operation) && operation != OF_ACTIONS;
            if is_change && !made.contains(&(*service, operation.as_str())) {
                missing.push(format!("{service} {operation}"));
            }
        }
    }
    ensure!(missing.is_empty(), "no phase makes these calls: {}", missing.join(", "));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_no_phase_makes_is_told() {
        let call = Call { service: "iam".to_owned(), operation: "CreateRole".to_owned(), before: 0 };
        let problem = check([&call].into_iter()).unwrap_err().to_string();
        assert!(problem.contains("iam DeleteRole") && !problem.contains("iam CreateRole"), "{problem}");
        assert!(problem.contains("elasticloadbalancing RemoveTags"), "{problem}");
    }
}
