//! A module around `ipsy_app` whose blocks all come from variables: `examples/modules`, with Terraform and `OpenTofu`.

use std::path::PathBuf;

use acceptance::aws_bench::AwsBench;
use acceptance::console::Console;
use acceptance::rehearsal::upgrade;
use acceptance::terraform::Terraform;
use acceptance::tools::Tools;
use acceptance::workspace;
use serde_json::{Value, json};

use crate::fixture;

const APP: &str = "module.checkout.ipsy_app.this";

#[test]
fn a_module_takes_all_blocks_from_variables_in_terraform() {
    works(fixture::tools().terraform.clone());
}

#[test]
fn a_module_takes_all_blocks_from_variables_in_opentofu() {
    works(Tools::opentofu(Console::quiet()).unwrap());
}

fn works(program: PathBuf) {
    let aws = fixture::aws();
    let terraform = example(&aws, program);

    // No variable is known in a validation.
    let validated = terraform.run(&["validate", "-json", "-no-color"]).unwrap();
    let document: Value = serde_json::from_str(&validated.stdout).unwrap();
    assert_eq!((&document["valid"], &document["diagnostics"]), (&json!(true), &json!([])), "{document:#}");

    let terraform = with_inputs(terraform, &aws);
    let plan = terraform.plan().unwrap();
    assert_eq!(plan.actions(APP), ["create"], "{}", plan.text);
    let port = &plan.change(APP)["after"]["port"][0];
    assert_eq!((&port["name"], &port["port"]), (&json!("admin"), &json!(9901)));
    assert!(plan.knows(APP, "values_by_backend"), "{}", plan.text);
    terraform.apply().unwrap();
    let again = terraform.plan().unwrap();
    assert!(!again.has_changes, "{}", again.text);

    let all = terraform.output("values_by_backend").unwrap();
    let values: Value = serde_json::from_str(all["blue"].as_str().unwrap()).unwrap();
    assert_eq!(values["ports"]["admin"]["port"], 9901, "{values:#}");
    assert!(values.to_string().contains("/checkout/db/password"), "{values:#}");
    assert_eq!(aws.resources().unwrap().rules[0].hosts, ["checkout.example.com"]);
    terraform.destroy().unwrap();
    assert!(aws.resources().unwrap().is_empty());
}

/// The root module and the module, initialised, without any input.
pub(crate) fn example(aws: &AwsBench, program: PathBuf) -> Terraform {
    let folder = workspace::root().join("examples/modules");
    let terraform = Terraform::copy_of(&folder, fixture::tools(), fixture::programs()).unwrap();
    let terraform = terraform.by(program).against(aws);
    terraform.overlay_folder(&folder.join("web-app"), "web-app").unwrap();
    terraform.init().unwrap();
    terraform
}

/// The example with all inputs.
pub(crate) fn with_inputs(mut terraform: Terraform, aws: &AwsBench) -> Terraform {
    let backends = json!({ "blue": { "cluster": aws.platform.clusters[0], "weight": 100 } });
    for (name, value) in upgrade::inputs(aws) {
        terraform.variable(name, &value);
    }
    terraform.variable("backends", &backends.to_string());
    terraform
}

/// A root module whose blocks all come from its variables, with a file from a path and a field of the pod.
const ROOT: &str = r#"
terraform {
  required_providers {
    ipsy = { source = "ipsy/ipsy" }
  }
}

provider "ipsy" {
  region = "us-east-1"
}

variable "listener_arn" {
  type = string
}

variable "ports" {
  type = map(number)
}

variable "secrets" {
  type = map(string)
}

variable "backends" {
  type = map(object({ cluster = string, weight = number, spot_percent = optional(number) }))
}

variable "exceptions" {
  type = map(object({ reason = string, owner = string, expires = string }))
}

variable "replicas_by_environment" {
  type = map(number)
}

variable "queues" {
  type = map(string)
}

resource "ipsy_app" "shop" {
  name        = "shop"
  environment = "prod"
  env_fields  = { POD_IP = "status.podIP" }

  dynamic "port" {
    for_each = var.ports
    content {
      name = port.key
      port = port.value
    }
  }
  dynamic "secret" {
    for_each = var.secrets
    content {
      name          = secret.key
      ssm_parameter = secret.value
    }
  }
  dynamic "exception" {
    for_each = var.exceptions
    content {
      rule    = exception.key
      reason  = exception.value.reason
      owner   = exception.value.owner
      expires = exception.value.expires
    }
  }
  dynamic "override" {
    for_each = var.replicas_by_environment
    content {
      environments = [override.key]
      replicas     = override.value
    }
  }
  dynamic "worker" {
    for_each = var.queues
    content {
      name = worker.key
      args = ["consume", worker.key]
      autoscaling {
        min = 0
        max = 5
        metric {
          name          = "queue"
          sqs_queue_url = worker.value
          target        = 10
        }
      }
    }
  }
  file {
    path    = "/etc/shop/app.yaml"
    content = file("${path.module}/app.yaml")
  }
  volume {
    name       = "shared"
    mount_path = "/shared"
    claim {
      size               = "10Gi"
      storage_class_name = "efs"
      access_modes       = ["ReadWriteMany"]
    }
  }
  load_balancer {
    listener_arn = var.listener_arn
    hosts        = ["shop.example.com"]
    priority     = 77
  }
  dynamic "backend" {
    for_each = var.backends
    content {
      name    = backend.key
      cluster = backend.value.cluster
      weight  = backend.value.weight
      placement {
        spot_percent = backend.value.spot_percent
      }
    }
  }
}

output "values" {
  value     = ipsy_app.shop.values_by_backend
  sensitive = true
}
"#;

#[test]
fn a_root_module_takes_all_blocks_from_its_variables() {
    let aws = fixture::aws();
    for program in [fixture::tools().terraform.clone(), Tools::opentofu(Console::quiet()).unwrap()] {
        let terraform = Terraform::with_configuration(ROOT, fixture::tools(), fixture::programs()).unwrap();
        let mut terraform = terraform.by(program).against(&aws);
        terraform.write("app.yaml", "greeting: hello\n").unwrap();
        terraform.init().unwrap();
        let validated = terraform.run(&["validate", "-json", "-no-color"]).unwrap();
        let document: Value = serde_json::from_str(&validated.stdout).unwrap();
        assert_eq!(
            (&document["valid"], &document["diagnostics"]),
            (&json!(true), &json!([])),
            "{document:#}"
        );
        let backends = json!({
            "blue": { "cluster": "eks-blue", "weight": 100 },
            "green": { "cluster": "eks-green", "weight": 0, "spot_percent": 60 },
        });
        let exceptions =
            json!({ "resource-maximum/memory": { "reason": "r", "owner": "o", "expires": "2099-01-01" } });
        let queue = "https://sqs.us-east-1.amazonaws.com/123456789012/mail";
        for (name, value) in [
            ("listener_arn", aws.platform.listener_arn.clone()),
            ("ports", json!({ "http": 8080, "admin": 9901 }).to_string()),
            ("secrets", json!({ "DB_PASSWORD": "/shop/db/password" }).to_string()),
            ("backends", backends.to_string()),
            ("exceptions", exceptions.to_string()),
            ("replicas_by_environment", json!({ "prod": 5, "dev": 1 }).to_string()),
            ("queues", json!({ "mail": queue }).to_string()),
        ] {
            terraform.variable(name, &value);
        }
        terraform.apply().unwrap();
        let again = terraform.plan().unwrap();
        assert!(!again.has_changes, "{}", again.text);
        let all = terraform.output("values").unwrap();
        let values =
            |backend: &str| -> Value { serde_json::from_str(all[backend].as_str().unwrap()).unwrap() };
        let (blue, green) = (values("blue"), values("green"));
        assert_eq!(
            (&blue["ports"]["admin"]["port"], &blue["replicas"]),
            (&json!(9901), &json!(5)),
            "{blue:#}"
        );
        assert_eq!(
            (&blue["placement"]["spotPercent"], &green["placement"]["spotPercent"]),
            (&Value::Null, &json!(60))
        );
        assert_eq!(blue["files"]["/etc/shop/app.yaml"]["content"], "greeting: hello\n", "{blue:#}");
        assert_eq!(blue["envFields"]["POD_IP"], "status.podIP", "{blue:#}");
        assert_eq!(blue["volumes"]["shared"]["claim"]["storageClassName"], "efs", "{blue:#}");
        let scaling = &blue["workers"]["mail"]["autoscaling"];
        assert_eq!(
            (&scaling["min"], &scaling["metrics"]["queue"]["sqsQueueUrl"]),
            (&json!(0), &json!(queue))
        );
        terraform.destroy().unwrap();
        assert!(aws.resources().unwrap().is_empty());
    }
}
