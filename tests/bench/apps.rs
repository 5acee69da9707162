//! A configuration of many apps, all with everything that an app can have on AWS.

use std::fmt::Write as _;

use anyhow::{Context, Result};

use crate::aws_bench::AwsBench;
use crate::xml;

/// So many apps.
pub struct Apps {
    count: u32,
}

impl Apps {
    /// `app-1` to `app-count`.
    pub fn new(count: u32) -> Self {
        Self { count }
    }

    /// One block with `for_each`: what a platform team writes. Listeners are made as they are needed.
    pub fn configuration(&self, aws: &AwsBench) -> Result<String> {
        let mut places = vec![Place::of_the_platform(aws)];
        for number in 1..self.count.div_ceil(RULES_OF_A_LISTENER) {
            places.push(Place::made(aws, number)?);
        }
        let mut apps = String::new();
        for number in 1..=self.count {
            // Writing into a string can't fail.
            let _ = writeln!(apps, "    app-{number} = {number}");
        }
        let places: Vec<String> = places
            .iter()
            .map(|place| format!("{{ listener = \"{}\", legacy = \"{}\" }}", place.listener, place.legacy))
            .collect();
        let places = places.join(",\n    ");
        Ok(format!(
            r#"{HEADER}
locals {{
  places = [
    {places},
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

  port {{
    name = "http"
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
    listener_arn = local.places[floor((each.value - 1) / {RULES_OF_A_LISTENER})].listener
    hosts        = ["${{each.key}}.example.com"]
    priority     = each.value
  }}

  backend {{
    name             = "ec2"
    target_group_arn = local.places[floor((each.value - 1) / {RULES_OF_A_LISTENER})].legacy
    weight           = 100
  }}

  backend {{
    name    = "blue"
    cluster = "eks-blue"
    weight  = 0
  }}
}}
"#
        ))
    }
}

/// Where the requests for some of the apps arrive, and the target group that serves them today.
struct Place {
    listener: String,
    legacy: String,
}

impl Place {
    fn of_the_platform(aws: &AwsBench) -> Self {
        let platform = &aws.platform;
        Self { listener: platform.listener_arn.clone(), legacy: platform.legacy_target_group_arn.clone() }
    }

    /// A load balancer of its own, since a target group belongs to one; what is there already is the same again.
    fn made(aws: &AwsBench, number: u32) -> Result<Self> {
        let name = format!("shop-{number}");
        let call = |parameters: &[(&str, &str)]| {
            aws.query("elasticloadbalancing", &[&[("Version", "2015-12-01")], parameters].concat())
        };
        let balancer = call(&[("Action", "DescribeLoadBalancers"), ("Names.member.1", &name)]);
        if let Ok(balancer) = balancer {
            let balancer = element(&balancer, "LoadBalancerArn")?;
            let listeners = call(&[("Action", "DescribeListeners"), ("LoadBalancerArn", &balancer)])?;
            let groups = call(&[("Action", "DescribeTargetGroups"), ("Names.member.1", &name)])?;
            let (listener, legacy) =
                (element(&listeners, "ListenerArn")?, element(&groups, "TargetGroupArn")?);
            return Ok(Self { listener, legacy });
        }
        let group = call(&[
            ("Action", "CreateTargetGroup"),
            ("Name", &name),
            ("Protocol", "HTTP"),
            ("Port", "8080"),
            ("VpcId", &aws.platform.vpc_id),
        ])?;
        let [first, second] = &aws.platform.subnet_ids;
        let balancer = call(&[
            ("Action", "CreateLoadBalancer"),
            ("Name", &name),
            ("Subnets.member.1", first),
            ("Subnets.member.2", second),
        ])?;
        let legacy = element(&group, "TargetGroupArn")?;
        let listener = call(&[
            ("Action", "CreateListener"),
            ("LoadBalancerArn", &element(&balancer, "LoadBalancerArn")?),
            ("Protocol", "HTTP"),
            ("Port", "80"),
            ("DefaultActions.member.1.Type", "forward"),
            ("DefaultActions.member.1.TargetGroupArn", &legacy),
        ])?;
        Ok(Self { listener: element(&listener, "ListenerArn")?, legacy })
    }
}

/// The text of an element that must be there.
fn element(xml: &str, name: &str) -> Result<String> {
    xml::element(xml, name).map(ToOwned::to_owned).with_context(|| format!("{name} not found in {xml}"))
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
