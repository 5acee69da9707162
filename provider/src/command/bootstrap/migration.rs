//! From an EC2 setup to the arguments of a project that moves the app into a cluster. What the user gives wins.

use serde_json::{Map, Value, json};

use crate::command::fleet::Ec2Setup;

/// The policy of AWS that only instances need, for their agent.
const INSTANCE_POLICY: &str = "policy/AmazonSSMManagedInstanceCore";

/// Fills in what the setup knows. `environment` is the one that the instances serve.
pub(super) fn fill(arguments: &mut Map<String, Value>, setup: &Ec2Setup, environment: &str) {
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value.filter(|_| arguments.get(name).is_none_or(Value::is_null)) {
            arguments.insert(name.to_owned(), value);
        }
    };
    let registry = format!("{}.dkr.ecr.{}.{}", setup.account_id, setup.region, setup.dns_suffix);
    set("registry", Some(json!(registry)));
    set("region", Some(json!(setup.region)));
    set("port", Some(json!(setup.target_group.port)));
    set("health_path", setup.health_path().map(|path| json!(path)));
    if let Some(role) = &setup.role {
        let policies = role.attached_policies.iter().filter(|arn| !arn.ends_with(INSTANCE_POLICY));
        set("managed_policy_arns", Some(json!(policies.collect::<Vec<_>>())));
        set("policies", Some(json!(role.inline_policies)));
    }
    let mut entries = match arguments.remove("environment") {
        Some(Value::Array(entries)) => entries,
        _ => Vec::new(),
    };
    if entries.iter().all(|entry| entry["name"] != environment) {
        entries.push(json!({ "name": environment }));
    }
    let served = entries.iter_mut().filter(|entry| entry["name"] == environment);
    for entry in served.filter_map(Value::as_object_mut) {
        fill_environment(entry, setup);
    }
    arguments.insert("environment".to_owned(), Value::Array(entries));
}

fn fill_environment(entry: &mut Map<String, Value>, setup: &Ec2Setup) {
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value.filter(|_| entry.get(name).is_none_or(Value::is_null)) {
            entry.insert(name.to_owned(), value);
        }
    };
    // As many pods as instances at first: what they need is measured under the canary.
    let (minimum, maximum) = setup.ec2.sizes();
    set("min_replicas", Some(json!(minimum.max(2))));
    set("max_replicas", Some(json!(maximum.max(minimum).max(2))));
    set("listener_arn", setup.rule.as_ref().map(|rule| json!(rule.listener_arn)));
    let hosts = setup.hosts();
    set("hosts", (!hosts.is_empty()).then(|| json!(hosts)));
    let own_rule = setup.rule.as_ref().filter(|rule| rule.priority.is_some());
    let ec2 = json!({
        "target_group_arn": setup.target_group.arn,
        "listener_rule_arn": own_rule.map(|rule| rule.arn.clone()),
        "priority": own_rule.and_then(|rule| rule.priority),
    });
    set("ec2", Some(ec2));
}

#[cfg(test)]
mod tests {
    use ipsy_aws::{AutoScalingGroup, Condition, HealthCheck, Rule, TargetGroup};

    use super::*;
    use crate::ec2::Ec2;

    fn setup() -> Ec2Setup {
        let arn = |resource: &str| format!("arn:aws:elasticloadbalancing:eu-west-1:123456789012:{resource}");
        Ec2Setup {
            account_id: "123456789012".to_owned(),
            region: "eu-west-1".to_owned(),
            dns_suffix: "amazonaws.com",
            target_group: TargetGroup {
                arn: arn("targetgroup/web/1"),
                name: "web".to_owned(),
                protocol: "HTTP".to_owned(),
                protocol_version: "HTTP1".to_owned(),
                port: 8080,
                vpc_id: "vpc-1".to_owned(),
                target_type: "instance".to_owned(),
                ip_address_type: "ipv4".to_owned(),
                health_check: HealthCheck { path: Some("/healthz".to_owned()), ..HealthCheck::default() },
                load_balancer_arns: Vec::new(),
            },
            rule: Some(Rule {
                arn: arn("listener-rule/app/shop/1/2/3"),
                listener_arn: arn("listener/app/shop/1/2"),
                priority: Some(120),
                conditions: [Condition::HostHeader(["shop.example.com".to_owned()].into())].into(),
                actions: Vec::new(),
            }),
            ec2: Ec2 {
                auto_scaling_group: Some(AutoScalingGroup {
                    desired: 4,
                    maximum: 36,
                    ..AutoScalingGroup::default()
                }),
                instance_ids: vec!["i-1".to_owned()],
                ..Ec2::default()
            },
            role: None,
            remarks: Vec::new(),
        }
    }

    #[test]
    fn a_setup_fills_in_what_the_user_leaves_open() {
        let given = json!({ "name": "shop", "port": 9090, "environment": [{ "name": "dev" }, { "name": "prod", "cluster": "eks" }] });
        let mut arguments = given.as_object().unwrap().clone();
        fill(&mut arguments, &setup(), "prod");
        assert_eq!(arguments["port"], 9090, "what the user gives wins");
        assert_eq!(arguments["health_path"], "/healthz");
        assert_eq!(arguments["registry"], "123456789012.dkr.ecr.eu-west-1.amazonaws.com");
        assert_eq!(arguments["environment"][0], json!({ "name": "dev" }));
        let prod = &arguments["environment"][1];
        assert_eq!((&prod["min_replicas"], &prod["max_replicas"]), (&json!(4), &json!(36)));
        assert_eq!(prod["hosts"], json!(["shop.example.com"]));
        assert_eq!(prod["ec2"]["priority"], 120);
        assert_eq!(prod["cluster"], "eks");
    }

    #[test]
    fn a_default_rule_is_not_imported() {
        let mut setup = setup();
        setup.rule.as_mut().unwrap().priority = None;
        let mut arguments = Map::new();
        fill(&mut arguments, &setup, "prod");
        let prod = &arguments["environment"][0];
        assert_eq!(prod["ec2"]["listener_rule_arn"], Value::Null);
        assert!(prod["listener_arn"].is_string());
    }
}
