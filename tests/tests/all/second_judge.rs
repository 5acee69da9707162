//! The life of an app on another AWS than that of all other tests: what moto lacks, our own layer plays there, and
//! here somebody else does.

use acceptance::ministack::MiniStack;
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
  port "http" { port = 8080 }
  iam {
    policy_json = jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Action = "sqs:ReceiveMessage", Resource = "*" }]
    })
  }
  backend "blue" { cluster = "eks-blue" }
}
"#;

#[test]
fn pods_get_their_role_there_as_well() {
    let aws = MiniStack::start().unwrap();
    aws.add_cluster("eks-blue").unwrap();
    let mut terraform = Terraform::with_configuration(APP, fixture::tools(), fixture::programs()).unwrap();
    for (name, value) in aws.environment() {
        terraform.set(name, value);
    }
    terraform.init().unwrap();
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
