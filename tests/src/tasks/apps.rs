//! A configuration of many apps, all with everything that an app can have on AWS.

use std::fmt::Write as _;

use anyhow::{Context, Result};

use crate::aws_bench::AwsBench;

/// So many apps.
pub(crate) struct Apps {
    count: u32,
}

impl Apps {
    /// `app-1` to `app-count`.
    pub(crate) fn new(count: u32) -> Self {
        Self { count }
    }

    /// One block with `for_each`: what a platform team writes. Listeners are made as they are needed.
    pub(crate) fn configuration(&self, aws: &AwsBench) -> Result<String> {
        let mut listeners = vec![aws.platform.listener_arn.clone()];
        for number in 1..self.count.div_ceil(RULES_OF_A_LISTENER) {
            listeners.push(listener(aws, number)?);
        }
        let mut apps = String::new();
        for number in 1..=self.count {
            let listener = (number - 1) / RULES_OF_A_LISTENER;
            // Writing into a string can't fail.
            let _ = writeln!(apps, "    app-{number} = {{ priority = {number}, listener = {listener} }}");
        }
        let (listeners, legacy) = (listeners.join("\",\n    \""), &aws.platform.legacy_target_group_arn);
        Ok(format!(
            r#"{HEADER}
locals {{
  listeners = [
    "{listeners}",
  ]
  apps = {{
{apps}  }}
}}

resource "ipsy_app" "app" {{
  for_each    = local.apps
  name        = each.key
  environment = "prod"
  team        = "payments"
  runtime     = "go"

  image {{
    repository = each.key
    initial    = "1.0.0"
  }}

  port "http" {{
    port = 8080
  }}

  health_check {{
    path = "/healthz"
  }}

  iam {{
    policy_json = jsonencode({{
      Version   = "2012-10-17"
      Statement = [{{ Effect = "Allow", Action = "sqs:ReceiveMessage", Resource = "*" }}]
    }})
  }}

  load_balancer {{
    listener_arn = local.listeners[each.value.listener]
    hosts        = ["${{each.key}}.example.com"]
    priority     = each.value.priority
  }}

  backend "ec2" {{
    target_group_arn = "{legacy}"
    weight           = 90
  }}

  backend "blue" {{
    cluster = "eks-blue"
    weight  = 10
  }}
}}
"#
        ))
    }
}

/// A listener of a load balancer of its own; one that is there already is the same again.
fn listener(aws: &AwsBench, number: u32) -> Result<String> {
    let name = format!("shop-{number}");
    let call = |parameters: &[(&str, &str)]| {
        aws.query("elasticloadbalancing", &[&[("Version", "2015-12-01")], parameters].concat())
    };
    let balancer = call(&[
        ("Action", "CreateLoadBalancer"),
        ("Name", &name),
        ("Subnets.member.1", &aws.platform.subnet_ids[0]),
        ("Subnets.member.2", &aws.platform.subnet_ids[1]),
    ]);
    if balancer.is_err() {
        let found = call(&[("Action", "DescribeLoadBalancers"), ("Names.member.1", &name)])?;
        let found = element(&found, "LoadBalancerArn")?;
        return element(
            &call(&[("Action", "DescribeListeners"), ("LoadBalancerArn", &found)])?,
            "ListenerArn",
        );
    }
    let made = call(&[
        ("Action", "CreateListener"),
        ("LoadBalancerArn", &element(&balancer?, "LoadBalancerArn")?),
        ("Protocol", "HTTP"),
        ("Port", "80"),
        ("DefaultActions.member.1.Type", "forward"),
        ("DefaultActions.member.1.TargetGroupArn", &aws.platform.legacy_target_group_arn),
    ])?;
    element(&made, "ListenerArn")
}

/// The text of the first element of this name.
fn element(xml: &str, name: &str) -> Result<String> {
    let found = xml.split_once(&format!("<{name}>")).and_then(|(_, rest)| rest.split_once('<'));
    found.map(|(text, _)| text.to_owned()).with_context(|| format!("there is no {name} in {xml}"))
}

/// AWS' default quota.
const RULES_OF_A_LISTENER: u32 = 100;

const HEADER: &str = r#"terraform {
  required_providers {
    ipsy = {
      source = "ipsy/ipsy"
    }
  }
}

provider "ipsy" {
  default_tags = { managed-by = "terraform" }

  standards {
    required_labels = []
  }
}
"#;
