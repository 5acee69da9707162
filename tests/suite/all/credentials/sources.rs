//! Where credentials come from: shared files, chains of roles, tokens of another identity provider, and what HCP
//! Terraform hands to a run.

use std::fs;

use acceptance::aws_bench::AwsBench;
use acceptance::terraform::Terraform;
use serde_json::Value;

use crate::fixture;

/// An app that needs nothing but a role and a log group, in whatever account the provider works in.
pub(super) const SMALL: &str = r#"
resource "ipsy_app" "small" {
  name        = "small"
  environment = "dev"
  image {
    repository = "registry.example.com/small"
    source     = "literal"
    tag        = "1.0.0"
  }
  port {
    name = "http"
    port = 8080
  }
}
"#;

/// Where the role of the small app is planned.
fn role_of(terraform: &Terraform, address: &str) -> String {
    terraform.plan().unwrap().change(address)["after"]["role_arn"].as_str().unwrap().to_owned()
}

/// A configuration without any credentials or endpoint.
pub(super) fn at_aws_itself(text: &str) -> Terraform {
    let requirement =
        "terraform {\n  required_providers {\n    ipsy = {\n      source = \"ipsy/ipsy\"\n    }\n  }\n}\n";
    let configuration = format!("{requirement}{text}");
    let mut terraform =
        Terraform::with_configuration(&configuration, fixture::tools(), fixture::programs()).unwrap();
    terraform.set("AWS_EC2_METADATA_DISABLED", "true");
    terraform.init().unwrap();
    terraform
}

/// The same, at a bench.
pub(super) fn without_credentials(aws: &AwsBench, text: &str) -> Terraform {
    let mut terraform = at_aws_itself(text);
    terraform.set("AWS_ENDPOINT_URL", &aws.url);
    terraform
}

/// The roles that were taken, in order, with the access key that asked.
fn taken(aws: &AwsBench, operation: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let calls = aws.call_log().unwrap();
    let taken = calls.iter().filter(|call| call["operation"] == operation);
    taken.map(|call| (text(&call["parameters"]["RoleArn"]), text(&call["access_key"]))).collect()
}

#[test]
fn a_profile_takes_its_role_with_the_credentials_of_its_source() {
    let aws = fixture::aws();
    let text = r#"
provider "ipsy" {
  profile                  = "target"
  shared_config_files      = ["config"]
  shared_credentials_files = ["credentials"]
}
"#;
    let terraform = without_credentials(&aws, &format!("{text}{SMALL}"));
    let config = "[profile target]\nregion = us-east-1\nrole_arn = arn:aws:iam::222222222222:role/deployer\n\
                  source_profile = base\n[profile base]\nregion = us-east-1\n";
    terraform.write("config", config).unwrap();
    terraform
        .write(
            "credentials",
            "[base]\naws_access_key_id = AKIABASEBASEBASE0000\naws_secret_access_key = hush\n",
        )
        .unwrap();
    assert_eq!(role_of(&terraform, "ipsy_app.small"), "arn:aws:iam::222222222222:role/small-dev");
    let roles = taken(&aws, "AssumeRole");
    let expected = ("arn:aws:iam::222222222222:role/deployer".to_owned(), "AKIABASEBASEBASE0000".to_owned());
    assert!(!roles.is_empty() && roles.iter().all(|role| *role == expected), "{roles:?}");
}

#[test]
fn a_chain_of_roles_is_taken_link_by_link() {
    let aws = fixture::aws();
    let text = r#"
provider "ipsy" {
  region     = "us-east-1"
  access_key = "AKIASTARTSTARTSTART0"
  secret_key = "hush"
  assume_role {
    role_arn     = "arn:aws:iam::222222222222:role/hub"
    session_name = "pipeline"
    external_id  = "shared"
  }
  assume_role {
    role_arn         = "arn:aws:iam::333333333333:role/spoke"
    duration_seconds = 1800
    tags             = { team = "payments" }
  }
}
"#;
    let terraform = without_credentials(&aws, &format!("{text}{SMALL}"));
    assert_eq!(role_of(&terraform, "ipsy_app.small"), "arn:aws:iam::333333333333:role/small-dev");
    let calls = aws.call_log().unwrap();
    let links: Vec<&Value> = calls.iter().filter(|call| call["operation"] == "AssumeRole").take(2).collect();
    let [hub, spoke] = links.as_slice() else { panic!("{links:?}") };
    assert_eq!(hub["access_key"], "AKIASTARTSTARTSTART0");
    assert_eq!(hub["parameters"]["RoleSessionName"], "pipeline");
    assert_eq!(hub["parameters"]["ExternalId"], "shared");
    assert_eq!(spoke["parameters"]["RoleArn"], "arn:aws:iam::333333333333:role/spoke");
    assert_eq!(spoke["parameters"]["DurationSeconds"], "1800");
    assert_eq!(spoke["parameters"]["Tags"][0]["Key"], "team");
    assert_ne!(spoke["access_key"], hub["access_key"], "the second link has the first one's credentials");
}

#[test]
fn a_web_identity_token_becomes_a_role_and_the_role_the_next() {
    let aws = fixture::aws();
    let text = r#"
provider "ipsy" {
  region = "us-east-1"
  assume_role_with_web_identity {
    role_arn                = "arn:aws:iam::222222222222:role/ci"
    web_identity_token_file = "token"
    session_name            = "run-42"
  }
  assume_role {
    role_arn = "arn:aws:iam::333333333333:role/spoke"
  }
}
"#;
    let terraform = without_credentials(&aws, &format!("{text}{SMALL}"));
    terraform.write("token", "a.b.c\n").unwrap();
    assert_eq!(role_of(&terraform, "ipsy_app.small"), "arn:aws:iam::333333333333:role/small-dev");
    let calls = aws.call_log().unwrap();
    let token = calls.iter().find(|call| call["operation"] == "AssumeRoleWithWebIdentity").unwrap();
    assert_eq!(token["parameters"]["RoleArn"], "arn:aws:iam::222222222222:role/ci");
    assert_eq!(token["parameters"]["WebIdentityToken"], "a.b.c");
    assert_eq!(token["access_key"], "", "the token is the only proof");
    assert_eq!(taken(&aws, "AssumeRole")[0].0, "arn:aws:iam::333333333333:role/spoke");
}

/// HCP Terraform writes a shared configuration file for each provider and names them in a variable.
#[test]
fn dynamic_credentials_of_hcp_reach_the_default_and_the_aliased_provider() {
    let aws = fixture::aws();
    let text = r#"
variable "tfc_aws_dynamic_credentials" {
  type = object({
    default = object({ shared_config_file = string })
    aliases = map(object({ shared_config_file = string }))
  })
}

provider "ipsy" {
  region              = "us-east-1"
  shared_config_files = [var.tfc_aws_dynamic_credentials.default.shared_config_file]
}

provider "ipsy" {
  alias               = "other"
  region              = "us-east-1"
  shared_config_files = [var.tfc_aws_dynamic_credentials.aliases["OTHER"].shared_config_file]
}
"#;
    let other = SMALL.replace("\"small\" {", "\"other\" {\n  provider = ipsy.other");
    let mut terraform = without_credentials(&aws, &format!("{text}{SMALL}{other}"));
    let folder = terraform.folder().to_owned();
    let file = |name: &str, account: &str| {
        let (token, config) = (folder.join(format!("{name}.token")), folder.join(format!("{name}.config")));
        fs::write(&token, "a.b.c").unwrap();
        let text = format!(
            "[default]\nweb_identity_token_file={}\nrole_arn=arn:aws:iam::{account}:role/run\n\
             role_session_name=run-1\n",
            token.display()
        );
        fs::write(&config, text).unwrap();
        config.to_string_lossy().into_owned()
    };
    let handed = serde_json::json!({
        "default": { "shared_config_file": file("default", "222222222222") },
        "aliases": { "OTHER": { "shared_config_file": file("other", "333333333333") } },
    });
    terraform.variable("tfc_aws_dynamic_credentials", &handed.to_string());
    let plan = terraform.plan().unwrap();
    let role = |address: &str| plan.change(address)["after"]["role_arn"].as_str().unwrap().to_owned();
    assert_eq!(role("ipsy_app.small"), "arn:aws:iam::222222222222:role/small-dev");
    assert_eq!(role("ipsy_app.other"), "arn:aws:iam::333333333333:role/small-dev");
}
