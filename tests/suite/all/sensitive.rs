//! Sensitive values: Terraform does not pass their marks to providers, so no output for people may repeat what the user
//! wrote.

use acceptance::terraform::Terraform;

use crate::fixture::{self, APP};

const CANARY: &str = "canary-4711";

/// The quickstart with a sensitive value in every argument that takes any text and reaches the cluster.
fn with_canary() -> String {
    let arguments = "
  env  = { LOG_LEVEL = \"info\", TOKEN = var.token }
  args = [\"--token\", var.token]
  annotations = { \"example.com/token\" = var.token }
  extra_values = jsonencode({ podAnnotations = { \"example.com/token\" = var.token } })

  file {
    path    = \"/etc/token\"
    content = var.token
  }
  migration {
    args = [\"--token\", var.token]
    env  = { TOKEN = var.token }
  }
  worker {
    name = \"mail\"
    args = [\"--token\", var.token]
    env  = { TOKEN = var.token }
  }
  sidecar {
    name = \"proxy\"
    env  = { TOKEN = var.token }
    image {
      repository = \"123456789012.dkr.ecr.us-east-1.amazonaws.com/proxy\"
      tag        = \"1.0.0\"
    }
    resources {
      cpu_request = \"50m\"
      memory      = \"64Mi\"
    }
  }
  advanced_setting {
    name = \"token\"
    target {
      kind = \"Deployment\"
    }
    patch = yamlencode({ metadata = { annotations = { \"example.com/patch\" = var.token } } })
  }
";
    format!("{arguments}  advanced_setting {{")
}

fn quickstart(aws: &acceptance::aws_bench::AwsBench) -> Terraform {
    let mut terraform = fixture::quickstart(aws);
    let variables = "variable \"token\" {\n  type      = string\n  sensitive = true\n}\n";
    terraform.write("token.tf", variables).unwrap();
    terraform.replace("main.tf", "  env = {\n    LOG_LEVEL = \"info\"\n  }\n", "").unwrap();
    terraform.replace("main.tf", "  advanced_setting {", &with_canary()).unwrap();
    terraform.variable("token", CANARY);
    terraform
}

#[test]
fn a_sensitive_value_is_in_no_output_for_people() {
    let aws = fixture::aws();
    let mut terraform = quickstart(&aws);
    let plan = terraform.plan().unwrap();
    // The values have it, and are known at plan.
    let values = plan.change(APP)["after"]["values_by_backend"]["blue"].as_str().unwrap();
    assert!(values.contains(CANARY) && plan.knows(APP, "values"), "{values}");
    let check = |what: &str, text: &str| assert!(!text.contains(CANARY), "{what}:\n{text}");
    check("plan", &plan.text);
    let applied = terraform.apply().unwrap();
    check("apply", &applied.stdout);
    for command in [&["show", "-no-color"][..], &["output", "-no-color"]] {
        check("show", &terraform.run(command).unwrap().ok().unwrap().stdout);
    }
    terraform.variable("token", &format!("{CANARY}-2"));
    let plan = terraform.plan().unwrap();
    assert!(plan.has_changes);
    check("changed plan", &plan.text);
    let state = terraform.run(&["state", "show", "-no-color", APP]).unwrap().ok().unwrap();
    check("state", &state.stdout);
}

#[test]
fn a_message_about_a_wrong_value_does_not_show_it() {
    let aws = fixture::aws();
    let terraform = quickstart(&aws);
    terraform.replace("main.tf", "content = var.token", "content = var.token\n    mode = var.token").unwrap();
    let refused = terraform.try_plan().unwrap();
    assert_eq!(refused.code, 1, "{}", refused.stdout);
    assert!(refused.stderr.contains("mode"), "{}", refused.stderr);
    assert!(!refused.stderr.contains(CANARY), "{}", refused.stderr);
}
