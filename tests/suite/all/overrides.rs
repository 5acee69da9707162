//! `override` blocks: one resource for all environments, planned by real Terraform.

use serde_json::Value;

use crate::fixture::{self, APP};

/// The quickstart with its environment in a variable, and with overrides.
const OVERRIDES: &str = "
  override {
    environments = [\"dev\"]
    env          = { LOG_LEVEL = \"debug\" }
    autoscaling {
      min = 1
    }
    port {
      name = \"debug\"
      port = 5005
    }
  }
  override {
    environments = [\"prod\"]
    resources {
      memory = \"2Gi\"
    }
    backend {
      name   = \"blue\"
      weight = 20
    }
  }
";

fn values(terraform: &acceptance::terraform::Terraform) -> Value {
    let plan = terraform.plan().unwrap();
    let text = plan.change(APP)["after"]["values_by_backend"]["blue"].as_str().unwrap().to_owned();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn one_resource_serves_all_environments() {
    let aws = fixture::aws();
    let mut terraform = fixture::quickstart(&aws);
    terraform.write("environment.tf", "variable \"environment\" {\n  type = string\n}\n").unwrap();
    terraform.replace("main.tf", "environment = \"prod\"", "environment = var.environment").unwrap();
    let block = format!("{OVERRIDES}  advanced_setting {{");
    terraform.replace("main.tf", "  advanced_setting {", &block).unwrap();
    terraform.variable("environment", "dev");
    terraform.run(&["validate", "-no-color"]).unwrap().ok().unwrap();
    let dev = values(&terraform);
    assert_eq!((&dev["autoscaling"]["min"], &dev["env"]["LOG_LEVEL"]), (&1.into(), &"debug".into()));
    assert_eq!(dev["resources"]["limits"]["memory"], "1Gi");
    assert_eq!(dev["ports"].as_object().unwrap().len(), 2, "{dev:#}");

    terraform.variable("environment", "prod");
    let prod = values(&terraform);
    assert_eq!((&prod["autoscaling"]["min"], &prod["env"]["LOG_LEVEL"]), (&3.into(), &"info".into()));
    assert_eq!(prod["resources"]["limits"]["memory"], "2Gi");
    // The cluster enters with weight 0, and gets its share when its pods are healthy.
    terraform.apply().unwrap();
    aws.install_pods().unwrap();
    terraform.apply().unwrap();
    let settled = terraform.plan().unwrap();
    assert!(!settled.has_changes, "{}", settled.text);
    let shown = terraform.run(&["state", "show", "-no-color", APP]).unwrap().ok().unwrap().stdout;
    assert!(shown.contains("\"blue\" = 20"), "{shown}");

    // The override causes the error, so the message is about it.
    terraform.replace("main.tf", "memory = \"2Gi\"", "memory = \"16Gi\"").unwrap();
    let refused = terraform.try_plan().unwrap();
    assert!(refused.stderr.contains("memory = \"16Gi\""), "{}", refused.stderr);
    terraform.replace("main.tf", "memory = \"16Gi\"", "memory = \"2Gi\"").unwrap();

    terraform.replace("main.tf", "environments = [\"dev\"]", "environments = [\"dve\"]").unwrap();
    let refused = terraform.try_plan().unwrap();
    assert_eq!(refused.code, 1, "{}", refused.stdout);
    for part in ["`dve`", "`dev`, `prod`", "environments = [\"dve\"]"] {
        assert!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
    }
    terraform.replace("main.tf", "environments = [\"dve\"]", "environments = [\"dev\"]").unwrap();
    terraform.destroy().unwrap();
}
