//! The one line that takes an app back to where its traffic was, for the night when Terraform is too slow.

use super::traffic::{BackendPlace, Traffic};

/// `aws elbv2 modify-rule …` with all weight on the backends that exist outside of Kubernetes, or with the
/// configured weights where there is none. `arns` gives the target group of each backend.
pub(crate) fn command<'a>(
    traffic: &Traffic,
    rule_arn: &str,
    arns: impl Fn(&str) -> Option<&'a str>,
) -> Option<String> {
    traffic.load_balancer.as_ref()?;
    let existing: Vec<&String> = traffic
        .backends
        .iter()
        .filter(|(_, backend)| matches!(backend.place, BackendPlace::Existing { .. }))
        .map(|(name, _)| name)
        .collect();
    let groups: Option<Vec<serde_json::Value>> = traffic
        .backends
        .iter()
        .map(|(name, backend)| {
            let weight = match (existing.is_empty(), existing.contains(&name)) {
                (true, _) => backend.weight,
                (false, true) => backend.weight.max(1),
                (false, false) => 0,
            };
            Some(serde_json::json!({ "TargetGroupArn": arns(name)?, "Weight": weight }))
        })
        .collect();
    let actions = serde_json::json!([{ "Type": "forward", "ForwardConfig": { "TargetGroups": groups? } }]);
    Some(format!("aws elbv2 modify-rule --rule-arn '{rule_arn}' --actions '{actions}'"))
}
