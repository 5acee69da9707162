//! The rules that the provider alone judges, at plan: they are about an app, not about its manifests.

/// A rule of the provider: the one place for its id and texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanRule {
    /// Id, as messages and exceptions use it.
    pub id: &'static str,
    /// The rule in one sentence.
    pub summary: &'static str,
    /// The reason for the rule.
    pub why: &'static str,
    /// How to fix an app that breaks it.
    pub remedy: &'static str,
    /// The member of the standards document that sets it; none for a rule that always holds.
    pub source: Option<&'static str>,
}

/// The standards name the networks that apps may let in.
pub const ALLOWED_INGRESS: PlanRule = PlanRule {
    id: "allowed-ingress",
    summary: "An app lets in only networks that the organisation allows.",
    why: "A wide network in one app opens the cluster to callers that no one reviewed.",
    remedy: "Name a network within those that are allowed.",
    source: Some("allowedIngress"),
};

/// The standards name the kind of load balancer.
pub const EXPOSURE: PlanRule = PlanRule {
    id: "exposure",
    summary: "The load balancer of an app has the scheme that its environment asks for.",
    why: "An internal app behind an internet-facing load balancer can be reached by anyone.",
    remedy: "Use a listener of another load balancer, or remove the annotation of the scheme.",
    source: Some("exposure"),
};

/// Some workloads have to change before they run well as pods.
pub const FIT: PlanRule = PlanRule {
    id: "fit",
    summary: "An app is built for pods, which come and go on any node.",
    why: "State on a local disk, fixed addresses, a single copy or slow starts worked on one instance, and fail when \
          Kubernetes replaces or moves a pod.",
    remedy: "Follow the hint of the warning, or the guide \"Does the app fit?\".",
    source: None,
};

/// The minimum number of replicas that an environment demands of every app.
pub const MINIMUM_REPLICAS: PlanRule = PlanRule {
    id: "minimum-replicas",
    summary: "An app has at least as many replicas as its environment asks for.",
    why: "With a single replica, every rollout and every lost node is an outage.",
    remedy: "Raise `replicas` or `autoscaling.min`.",
    source: Some("minimumReplicas"),
};

/// The standards give a pattern for the names of apps.
pub const NAME_PATTERN: PlanRule = PlanRule {
    id: "name-pattern",
    summary: "The name of an app matches the pattern of the organisation.",
    why: "Names of roles, repositories, target groups and dashboards follow from it.",
    remedy: "Rename the app.",
    source: Some("namePattern"),
};

/// The standards name the policy that bounds every role.
pub const PERMISSIONS_BOUNDARY: PlanRule = PlanRule {
    id: "permissions-boundary",
    summary: "The role of an app has the permissions boundary of the organisation.",
    why: "A policy of an app must not give it more than the platform team allows any app.",
    remedy: "Remove `iam.permissions_boundary`: the role gets that of the standards.",
    source: Some("iam.permissionsBoundary"),
};

/// Every app sets certain labels.
pub const REQUIRED_LABELS: PlanRule = PlanRule {
    id: "required-labels",
    summary: "An app sets every label that the organisation asks for.",
    why: "Cost reports and on-call rotas find the owner of an object by them.",
    remedy: "Set `team`, or the label in `labels`.",
    source: Some("requiredLabels"),
};

/// The standards limit the share of Spot capacity.
pub const SPOT_MAXIMUM: PlanRule = PlanRule {
    id: "spot-maximum",
    summary: "The share of Spot capacity is at most the maximum of the environment.",
    why: "AWS takes Spot capacity back within two minutes, from many nodes at the same time.",
    remedy: "Lower `placement.spot_percent`.",
    source: Some("spot.maximumPercent"),
};

/// All rules of the provider, sorted by id.
pub const PLAN_RULES: [&PlanRule; 8] = [
    &ALLOWED_INGRESS,
    &EXPOSURE,
    &FIT,
    &MINIMUM_REPLICAS,
    &NAME_PATTERN,
    &PERMISSIONS_BOUNDARY,
    &REQUIRED_LABELS,
    &SPOT_MAXIMUM,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standards_document::standards_schema;

    #[test]
    fn rules_that_can_be_set_name_their_member_of_the_document() {
        let schema = standards_schema();
        for rule in PLAN_RULES {
            if let Some(source) = rule.source {
                let member = source.split('.').next().unwrap();
                assert!(schema["properties"][member].is_object(), "{}", rule.id);
            }
            let is_sentence = |text: &str| text.ends_with('.');
            assert!([rule.summary, rule.why, rule.remedy].into_iter().all(is_sentence), "{}", rule.id);
        }
        assert!(PLAN_RULES.is_sorted_by(|one, next| one.id < next.id));
    }
}
