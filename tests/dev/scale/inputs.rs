//! `terraform_data` resources that hold what the apps hold: what Terraform itself takes for so much.

use std::fmt::Write as _;

/// So many of them, each with the arguments of an app of [`super::Apps`] as its input, and with the same `for_each`:
/// Terraform evaluates that again for each instance, so a larger one would cost more than what it makes.
pub(super) fn configuration(count: u32) -> String {
    let mut apps = String::new();
    for number in 1..=count {
        // Writing into a string can't fail.
        let _ = writeln!(apps, "    app-{number} = {number}");
    }
    format!(
        r#"locals {{
  apps = {{
{apps}  }}
}}

resource "terraform_data" "app" {{
  for_each = local.apps
  input = {{
    name         = each.key
    environment  = "prod"
    team         = "payments"
    runtime      = "go"
    image        = {{ repository = each.key, initial = "1.0.0" }}
    port         = {{ http = {{ port = 8080 }} }}
    health_check = {{ path = "/healthz" }}
    iam = {{
      policy_json = jsonencode({{
        Version   = "2012-10-17"
        Statement = [{{ Effect = "Allow", Action = "sqs:ReceiveMessage", Resource = "*" }}]
      }})
    }}
    load_balancer = {{
      listener_arn = "{LISTENER}"
      hosts        = ["${{each.key}}.example.com"]
      priority     = each.value
    }}
    backend = {{
      ec2  = {{ target_group_arn = "{GROUP}", weight = 00 }}
      blue = {{ cluster = "eks-blue", weight = 0 }}
    }}
  }}
}}
"#
    )
}

const LISTENER: &str =
    "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/shop/0123456789abcdef/0123456789abcdef";
const GROUP: &str =
    "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/checkout-legacy/0123456789abcdef";
