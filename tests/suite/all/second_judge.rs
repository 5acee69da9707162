//! The life of an app on another AWS than that of all other tests: what moto lacks, our own layer emulates there, and
//! another emulator does here.

use acceptance::aws_bench::AwsBench;
use acceptance::ministack::{Alias, MiniStack};
use acceptance::terraform::Terraform;

use crate::fixture;

const APP: &str = r#"
terraform {
  required_providers {
    ipsy = { source = "ipsy/ipsy" }
  }
}

provider "ipsy" {
  standards {
    required_labels = []
  }
}

resource "ipsy_app" "checkout" {
  name        = "checkout"
  environment = "prod"
  namespace   = "shop"
  image { repository = "checkout" }
  port {
    name = "http"
    port = 8080
  }
  iam {
    policy_json = jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Action = "sqs:ReceiveMessage", Resource = "*" }]
    })
  }
  backend {
    name    = "blue"
    cluster = "eks-blue"
  }
}
"#;

#[test]
fn pods_get_their_role_there_as_well() {
    let aws = MiniStack::start().unwrap();
    aws.add_cluster("eks-blue").unwrap();
    let terraform = against(&aws, APP);
    terraform.apply().unwrap();
    assert_eq!(aws.pod_identities("eks-blue").unwrap(), ["shop/checkout"]);
    let again = terraform.plan().unwrap();
    assert!(!again.has_changes, "{}", again.text);

    // Another namespace is another association.
    terraform.replace("main.tf", "\"shop\"", "\"payments\"").unwrap();
    terraform.apply().unwrap();
    assert_eq!(aws.pod_identities("eks-blue").unwrap(), ["payments/checkout"]);
    assert!(!terraform.plan().unwrap().has_changes);

    terraform.destroy().unwrap();
    assert_eq!(aws.pod_identities("eks-blue").unwrap(), Vec::<String>::new());
}

#[test]
fn names_lead_to_the_app_there_as_well() {
    let aws = MiniStack::start().unwrap();
    let load_balancing = fixture::aws();
    let zone = aws.add_zone("example.com").unwrap();
    let dns = |lines: &str| {
        format!("  dns {{\n    name = \"checkout.example.com\"\n    zone_id = \"{zone}\"\n{lines}  }}\n")
    };
    let terraform = with_load_balancer(&aws, &load_balancing, &dns("    weight = 10\n    ipv6 = true\n"));
    terraform.apply().unwrap();
    let alias = |kind: &str, weight: Option<u8>, leads_to: &str| Alias {
        name: "checkout.example.com".to_owned(),
        kind: kind.to_owned(),
        set_identifier: weight.map(|_| "prod/checkout".to_owned()),
        weight,
        leads_to: leads_to.to_owned(),
    };
    let made = aws.aliases(&zone).unwrap();
    let leads_to = made[0].leads_to.clone();
    assert!(leads_to.starts_with("shop-") && leads_to.contains(".elb."), "{leads_to}");
    assert_eq!(made, [alias("A", Some(10), &leads_to), alias("AAAA", Some(10), &leads_to)]);
    unchanged(&terraform);

    terraform.replace("main.tf", "    weight = 10\n    ipv6 = true\n", "    weight = 20\n").unwrap();
    terraform.apply().unwrap();
    assert_eq!(aws.aliases(&zone).unwrap(), [alias("A", Some(20), &leads_to)]);
    unchanged(&terraform);

    terraform.replace("main.tf", "    weight = 20\n", "").unwrap();
    terraform.apply().unwrap();
    assert_eq!(aws.aliases(&zone).unwrap(), [alias("A", None, &leads_to)]);
    unchanged(&terraform);

    // A name in use by others is refused, and the app stays unchanged.
    aws.add_record(&zone, "taken.example.com", "192.0.2.1").unwrap();
    terraform
        .replace("main.tf", "\"checkout.example.com\"\n    zone_id", "\"taken.example.com\"\n    zone_id")
        .unwrap();
    let refused = terraform.try_apply().unwrap();
    assert_eq!(refused.code, 1, "{}", refused.stdout);
    assert!(refused.stderr.contains("192.0.2.1"), "{}", refused.stderr);
    assert_eq!(aws.aliases(&zone).unwrap(), [alias("A", None, &leads_to)]);

    terraform.destroy().unwrap();
    assert_eq!(aws.aliases(&zone).unwrap(), []);
}

#[test]
fn alarms_watch_the_app_there_as_well() {
    let aws = MiniStack::start().unwrap();
    let load_balancing = fixture::aws();
    let errors_alarm = |threshold: u8| {
        format!("  alarm {{\n    name      = \"server_errors\"\n    threshold = {threshold}\n  }}\n")
    };
    let alarms = format!("{}  alarm {{ name = \"response_seconds\" }}\n", errors_alarm(5));
    let terraform = with_load_balancer(&aws, &load_balancing, &alarms);
    terraform.apply().unwrap();
    let (errors, seconds) =
        ("checkout-prod-server_errors-blue".to_owned(), "checkout-prod-response_seconds-blue".to_owned());
    let both = |threshold: f64| [(errors.clone(), threshold), (seconds.clone(), 1.0)].into();
    assert_eq!(aws.alarms().unwrap(), both(5.0));
    unchanged(&terraform);

    terraform.replace("main.tf", &errors_alarm(5), &errors_alarm(3)).unwrap();
    terraform.apply().unwrap();
    assert_eq!(aws.alarms().unwrap(), both(3.0));
    unchanged(&terraform);

    // What is deleted outside is made again.
    aws.delete_alarm(&seconds).unwrap();
    assert!(terraform.plan().unwrap().has_changes);
    terraform.apply().unwrap();
    assert_eq!(aws.alarms().unwrap(), both(3.0));
    unchanged(&terraform);

    terraform.replace("main.tf", &errors_alarm(3), "").unwrap();
    terraform.apply().unwrap();
    assert_eq!(aws.alarms().unwrap(), [(seconds, 1.0)].into());
    terraform.destroy().unwrap();
    assert!(aws.alarms().unwrap().is_empty());
}

/// The app behind a load balancer, with more blocks. The load balancer is that of the first AWS, since the second
/// forgets where a listener rule forwards to; all else is the second's.
fn with_load_balancer(aws: &MiniStack, load_balancing: &AwsBench, blocks: &str) -> Terraform {
    aws.add_cluster("eks-blue").unwrap();
    let balancer = format!(
        "  load_balancer {{\n    listener_arn = \"{}\"\n    hosts = [\"checkout.example.com\"]\n    priority = 120\n  }}\n",
        load_balancing.platform.listener_arn
    );
    let app = APP
        .replace(
            "provider \"ipsy\" {",
            &format!("provider \"ipsy\" {{\n  endpoints = {{ elbv2 = \"{}\" }}", load_balancing.url),
        )
        .replace(
            "    cluster = \"eks-blue\"\n  }\n",
            &format!("    cluster = \"eks-blue\"\n    weight  = 1\n  }}\n{balancer}{blocks}"),
        );
    against(aws, &app)
}

fn against(aws: &MiniStack, configuration: &str) -> Terraform {
    let mut terraform =
        Terraform::with_configuration(configuration, fixture::tools(), fixture::programs()).unwrap();
    for (name, value) in aws.environment() {
        terraform.set(name, value);
    }
    terraform.init().unwrap();
    terraform
}

fn unchanged(terraform: &Terraform) {
    let plan = terraform.plan().unwrap();
    assert!(!plan.has_changes, "{}", plan.text);
}
