//! Taking over an app that is there already: one that ipsy made, and one that was built by hand.

use std::collections::BTreeSet;
use std::fs;

use acceptance::aws_bench::AwsBench;
use acceptance::process::Process;
use acceptance::terraform::Terraform;
use acceptance::workspace;
use serde_json::{Value, json};

use crate::fixture::{self, APP};

/// Builds an app without ipsy, under names of its own and without ipsy's tags; gives the ARNs.
fn build_by_hand(aws: &AwsBench) -> Value {
    let platform = &aws.platform;
    let built = Process::new(&fixture::tools().moto_python)
        .arg(workspace::root().join("tests/aws/by_hand.py"))
        .args([&platform.listener_arn, &platform.legacy_target_group_arn, &platform.vpc_id])
        .arg(&platform.clusters[0])
        .envs(aws.environment())
        .env("AWS_DEFAULT_REGION", &aws.region)
        .succeed()
        .unwrap();
    serde_json::from_str(&built.stdout).unwrap()
}

/// The example of a takeover, for an app that was built by hand.
fn takeover(aws: &AwsBench, built: &Value) -> Terraform {
    let example = workspace::root().join("examples/takeover");
    let mut terraform =
        Terraform::copy_of(&example, fixture::tools(), fixture::programs()).unwrap().against(aws);
    terraform.variable("account_id", &aws.platform.account_id);
    terraform.variable("listener_arn", &aws.platform.listener_arn);
    terraform.variable("legacy_target_group_arn", &aws.platform.legacy_target_group_arn);
    let arns: Vec<&Value> = built.as_object().unwrap().values().collect();
    terraform.variable("object_arns", &serde_json::to_string(&arns).unwrap());
    terraform
}

fn remove(terraform: &Terraform, file: &str) {
    fs::remove_file(terraform.configuration().join(file)).unwrap();
}

/// The `backend` block of this name.
fn backend<'a>(app: &'a Value, name: &str) -> &'a Value {
    app["backend"].as_array().unwrap().iter().find(|backend| backend["name"] == name).unwrap()
}

#[test]
fn an_imported_app_is_not_touched() {
    let aws = fixture::aws();
    let first = fixture::quickstart(&aws);
    first.apply().unwrap();
    let made = aws.resources().unwrap();

    // The rule, the cluster and everything else are found by ipsy's own tags.
    let second = fixture::quickstart(&aws);
    second.run(&["import", "-no-color", "-input=false", APP, "prod/checkout"]).unwrap().ok().unwrap();

    // What AWS does not hold, such as `team`, comes from the configuration: that is an update of
    // the state alone.
    let plan = second.plan().unwrap();
    assert_eq!(plan.actions(APP), ["update"], "{}", plan.text);
    let (before, after) = (&plan.change(APP)["before"], &plan.change(APP)["after"]);
    assert_eq!(before["load_balancer"], after["load_balancer"]);
    assert_eq!(backend(before, "blue"), backend(after, "blue"));
    assert_eq!(before["iam"], after["iam"]);
    for (object, properties) in after["infrastructure"].as_object().unwrap() {
        // The rule shows backends by their names, and that of the EC2 instances is only in HCL.
        let same = before["infrastructure"][object] == *properties;
        assert!(same || object == "listener_rule", "{object}: {}", plan.text);
    }
    second.apply().unwrap();
    // Only the tags change, which name the new holder.
    let imported = aws.resources().unwrap();
    assert_eq!(imported.names(), made.names());
    assert_eq!(imported.rules[0].weights, made.rules[0].weights);
    assert_ne!(imported.rules[0].tags["ipsy:owner"], made.rules[0].tags["ipsy:owner"]);
    let again = second.plan().unwrap();
    assert!(!again.has_changes, "{}", again.text);
}

#[test]
fn an_app_that_was_built_by_hand_is_imported_without_a_change() {
    let aws = fixture::aws();
    let built = build_by_hand(&aws);
    let made = aws.resources().unwrap();
    let terraform = takeover(&aws, &built);
    for file in ["removed.tf", "import.tf"] {
        remove(&terraform, file);
    }
    terraform.init().unwrap();
    let arns: Vec<&str> = built.as_object().unwrap().values().filter_map(Value::as_str).collect();
    let id = format!("prod/checkout,{}", arns.join(","));
    terraform.run(&["import", "-no-color", "-input=false", APP, &id]).unwrap().ok().unwrap();
    let plan = terraform.plan().unwrap();
    assert!(!plan.has_changes, "{}", plan.text);
    assert_eq!(aws.resources().unwrap(), made);

    // A first change marks what belongs to the app, and changes only the edited setting.
    terraform.replace("app.tf", "retention_days = 90", "retention_days = 30").unwrap();
    terraform.apply().unwrap();
    let marked = aws.resources().unwrap();
    assert_eq!(marked.log_groups["/shop/checkout"]["retention_days"], 30);
    assert_eq!(marked.roles["checkout-pods"]["policies"], made.roles["checkout-pods"]["policies"]);
    assert_eq!(marked.roles["checkout-pods"]["tags"]["ipsy:app"], "checkout");
    assert_eq!(marked.rules[0].weights, made.rules[0].weights);
    assert_eq!(marked.names(), made.names());
    assert!(!terraform.plan().unwrap().has_changes);

    terraform.destroy().unwrap();
    assert!(aws.resources().unwrap().is_empty());
}

#[test]
fn a_policy_may_be_written_as_the_data_source_of_the_aws_provider_does() {
    let aws = fixture::aws();
    let built = build_by_hand(&aws);
    let terraform = takeover(&aws, &built);
    for file in ["removed.tf", "import.tf"] {
        remove(&terraform, file);
    }
    // `data.aws_iam_policy_document` gives a list of statements, and AWS has the statement alone.
    let alone = "Statement = { Effect = \"Allow\", Action = \"sqs:ReceiveMessage\", Resource = \"*\" }";
    let listed =
        "Statement = [{ Effect = \"Allow\", Action = [\"sqs:ReceiveMessage\"], Resource = [\"*\"] }]";
    terraform.replace("app.tf", alone, listed).unwrap();
    terraform.init().unwrap();
    let arns: Vec<&str> = built.as_object().unwrap().values().filter_map(Value::as_str).collect();
    let id = format!("prod/checkout,{}", arns.join(","));
    terraform.run(&["import", "-no-color", "-input=false", APP, &id]).unwrap().ok().unwrap();
    let plan = terraform.plan().unwrap();
    assert!(!plan.has_changes, "{}", plan.text);

    // What means something else is a change.
    terraform.replace("app.tf", "[\"sqs:ReceiveMessage\"]", "[\"sqs:DeleteMessage\"]").unwrap();
    assert_eq!(terraform.plan().unwrap().actions(APP), ["update"]);
}

#[test]
fn terraform_writes_the_configuration_of_what_was_built_by_hand() {
    let aws = fixture::aws();
    let built = build_by_hand(&aws);
    let made = aws.resources().unwrap();
    let terraform = takeover(&aws, &built);
    for file in ["removed.tf", "app.tf"] {
        remove(&terraform, file);
    }
    terraform.write("provider.tf", "provider \"ipsy\" {\n  region = var.region\n}\n").unwrap();
    terraform.init().unwrap();
    let options = ["plan", "-input=false", "-no-color", "-generate-config-out=generated.tf", "-out=plan.bin"];
    let plan = terraform.run(&options).unwrap().ok().unwrap();
    assert!(plan.stdout.contains("1 to import, 0 to add, 0 to change, 0 to destroy"), "{}", plan.stdout);
    terraform.run(&["apply", "-input=false", "-no-color", "plan.bin"]).unwrap().ok().unwrap();
    assert_eq!(aws.resources().unwrap(), made);
    let again = terraform.plan().unwrap();
    assert!(!again.has_changes, "{}", again.text);
}

/// A login at an OIDC provider, with a version of its secret.
const OIDC: &str = r#"
    authenticate_oidc {
      issuer                 = "https://login.example.com"
      authorization_endpoint = "https://login.example.com/authorize"
      token_endpoint         = "https://login.example.com/token"
      user_info_endpoint     = "https://login.example.com/user"
      client_id              = "shop"
      client_secret          = "a-secret-that-no-state-holds"
      client_secret_version  = "2"
      scope                  = "openid email"
    }
"#;

#[test]
fn a_login_is_imported_with_all_but_its_secret() {
    let aws = fixture::aws();
    let first = fixture::quickstart(&aws);
    first.replace("main.tf", "    priority     = 120\n", &format!("    priority     = 120\n{OIDC}")).unwrap();
    first.apply().unwrap();
    let made = aws.resources().unwrap();

    let second = fixture::quickstart(&aws);
    second.overlay(&first.configuration()).unwrap();
    fs::remove_file(second.configuration().join("terraform.tfstate")).unwrap();
    second.run(&["import", "-no-color", "-input=false", APP, "prod/checkout"]).unwrap().ok().unwrap();
    let plan = second.plan().unwrap();
    let (before, after) = (&plan.change(APP)["before"], &plan.change(APP)["after"]);
    assert_eq!(before["load_balancer"]["authenticate_oidc"]["client_id"], "shop", "{}", plan.text);
    assert_eq!(before["load_balancer"], after["load_balancer"], "{}", plan.text);
    second.apply().unwrap();
    let imported = aws.resources().unwrap();
    assert_eq!(imported.names(), made.names());
    assert_eq!(imported.rules[0].weights, made.rules[0].weights);
    assert!(!second.plan().unwrap().has_changes);

    // What differs shows alone.
    second.replace("main.tf", "\"openid email\"", "\"openid\"").unwrap();
    let plan = second.plan().unwrap();
    let login = |side: &str| {
        let mut block = plan.change(APP)[side]["load_balancer"]["authenticate_oidc"].clone();
        block["scope"].take();
        block
    };
    assert_eq!(login("before"), login("after"), "{}", plan.text);
    assert!(plan.text.contains("\"openid email\" -> \"openid\""), "{}", plan.text);
}

/// Puts a login before the forward of a rule.
const DEMAND_LOGIN: &str = r#"
import boto3, json, sys

client = boto3.client("elbv2")
[rule] = client.describe_rules(RuleArns=[sys.argv[1]])["Rules"]
[forward] = rule["Actions"]
login = {**json.loads(sys.argv[2]), "Order": 1}
client.modify_rule(RuleArn=rule["RuleArn"], Actions=[login, {**forward, "Order": 2}])
"#;

/// The example of a takeover of an app whose rule got a login by hand, imported; `block` is that login in HCL.
fn taken_over_with_login(aws: &AwsBench, login: &Value, block: &str) -> Terraform {
    let built = build_by_hand(aws);
    let demand = Process::new(&fixture::tools().moto_python)
        .args(["-c", DEMAND_LOGIN])
        .args([&aws.resources().unwrap().rules[0].arn, &login.to_string()])
        .envs(aws.environment())
        .env("AWS_DEFAULT_REGION", &aws.region);
    demand.succeed().unwrap();
    let terraform = takeover(aws, &built);
    for file in ["removed.tf", "import.tf"] {
        remove(&terraform, file);
    }
    terraform.replace("app.tf", "  load_balancer {\n", &format!("  load_balancer {{\n{block}")).unwrap();
    terraform.init().unwrap();
    let arns: Vec<&str> = built.as_object().unwrap().values().filter_map(Value::as_str).collect();
    let id = format!("prod/checkout,{}", arns.join(","));
    terraform.run(&["import", "-no-color", "-input=false", APP, &id]).unwrap().ok().unwrap();
    terraform
}

#[test]
fn a_login_that_was_built_by_hand_is_imported_without_a_change() {
    let aws = fixture::aws();
    let pool = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_shop";
    let login = json!({
        "Type": "authenticate-cognito",
        "AuthenticateCognitoConfig": {
            "UserPoolArn": pool,
            "UserPoolClientId": "shop",
            "UserPoolDomain": "shop-login",
            "SessionTimeout": 3600,
        },
    });
    let block = format!(
        "    authenticate_cognito {{\n      user_pool_arn = \"{pool}\"\n      user_pool_client_id = \"shop\"\n      \
         user_pool_domain = \"shop-login\"\n      session_timeout_seconds = 3600\n    }}\n"
    );
    let plan = taken_over_with_login(&aws, &login, &block).plan().unwrap();
    assert!(!plan.has_changes, "{}", plan.text);
}

#[test]
fn a_secret_that_cannot_be_read_is_sent_once() {
    let aws = fixture::aws();
    let login = json!({
        "Type": "authenticate-oidc",
        "AuthenticateOidcConfig": {
            "Issuer": "https://login.example.com",
            "AuthorizationEndpoint": "https://login.example.com/authorize",
            "TokenEndpoint": "https://login.example.com/token",
            "UserInfoEndpoint": "https://login.example.com/user",
            "ClientId": "shop",
            "ClientSecret": "the-one-from-before",
            "Scope": "openid email",
        },
    });
    let block = OIDC.replace("      client_secret_version  = \"2\"\n", "");
    let terraform = taken_over_with_login(&aws, &login, &block);
    let plan = terraform.plan().unwrap();
    let (before, after) = (&plan.change(APP)["before"], &plan.change(APP)["after"]);
    assert_eq!(before["load_balancer"], after["load_balancer"], "{}", plan.text);
    let rule = |side: &Value| -> Value {
        serde_json::from_str(side["infrastructure"]["listener_rule"].as_str().unwrap()).unwrap()
    };
    let mut planned = rule(after);
    let version = planned["tags"].as_object_mut().unwrap().remove("ipsy:client-secret-version");
    assert_eq!(version, Some(json!("1")), "{}", plan.text);
    assert_eq!(planned, rule(before), "only the tag differs");
    terraform.apply().unwrap();
    let sent = aws.call_log().unwrap().into_iter().rfind(|call| call["operation"] == "ModifyRule").unwrap();
    let sent = &sent["parameters"]["Actions"][0]["AuthenticateOidcConfig"]["ClientSecret"];
    assert_eq!(sent, "a-secret-that-no-state-holds");
    assert!(!terraform.plan().unwrap().has_changes);
}

/// The AWS provider itself is not needed: what it would manage are entries of the state, which `terraform_data`
/// stands in for.
#[test]
fn resources_of_another_provider_are_forgotten_and_the_app_is_taken_over() {
    let aws = fixture::aws();
    let built = build_by_hand(&aws);
    let made = aws.resources().unwrap();
    let terraform = takeover(&aws, &built);
    let removed = fs::read_to_string(terraform.configuration().join("removed.tf")).unwrap();
    let kinds: Vec<String> = removed
        .lines()
        .filter_map(|line| Some(line.trim().strip_prefix("from = ")?.strip_suffix(".checkout")?.to_owned()))
        .collect();
    let before = fs::read_to_string(workspace::root().join("examples/takeover/before/app.tf")).unwrap();
    let managed: BTreeSet<&str> = before
        .lines()
        .filter_map(|line| line.strip_prefix("resource \"")?.strip_suffix("\" \"checkout\" {"))
        .collect();
    assert_eq!(managed.len(), 11);
    assert_eq!(
        kinds.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        managed,
        "what is managed and not named is destroyed"
    );
    let after = |name: &str| fs::read_to_string(terraform.configuration().join(name)).unwrap();
    let (app, import) = (after("app.tf"), after("import.tf"));
    for file in ["removed.tf", "import.tf"] {
        remove(&terraform, file);
    }
    let stand_ins: Vec<String> =
        kinds.iter().map(|kind| format!("resource \"terraform_data\" \"{kind}\" {{}}\n")).collect();
    terraform.write("app.tf", &stand_ins.join("")).unwrap();
    terraform.init().unwrap();
    terraform.apply().unwrap();

    let mut forgotten = removed;
    for kind in &kinds {
        forgotten = forgotten.replace(&format!("{kind}.checkout"), &format!("terraform_data.{kind}"));
    }
    terraform.write("app.tf", &app).unwrap();
    terraform.write("import.tf", &import).unwrap();
    terraform.write("removed.tf", &forgotten).unwrap();
    let plan = terraform.plan().unwrap();
    assert!(plan.text.contains("1 to import, 0 to add, 0 to change, 0 to destroy"), "{}", plan.text);
    terraform.apply().unwrap();
    assert_eq!(aws.resources().unwrap(), made);
    for file in ["removed.tf", "import.tf"] {
        remove(&terraform, file);
    }
    let again = terraform.plan().unwrap();
    assert!(!again.has_changes, "{}", again.text);
    let state = terraform.state().unwrap();
    assert_eq!(state["values"]["root_module"]["resources"].as_array().unwrap().len(), 1);
}

#[test]
fn a_role_names_its_app_by_its_tags() {
    let aws = fixture::aws();
    let first = fixture::quickstart(&aws);
    first.apply().unwrap();
    let role = aws.resources().unwrap().roles["checkout-prod"]["arn"].as_str().unwrap().to_owned();
    let second = fixture::quickstart(&aws);
    second.run(&["import", "-no-color", "-input=false", APP, &role]).unwrap().ok().unwrap();
    assert_eq!(second.plan().unwrap().actions(APP), ["update"]);
}

#[test]
fn what_another_app_owns_is_not_taken() {
    let aws = fixture::aws();
    let first = fixture::quickstart(&aws);
    first.apply().unwrap();
    let role = aws.resources().unwrap().roles["checkout-prod"]["arn"].as_str().unwrap().to_owned();
    let second = fixture::quickstart(&aws);
    second.replace("main.tf", "\"prod\"", "\"dev\"").unwrap();
    let id = format!("dev/checkout,{role}");
    let refused = second.run(&["import", "-no-color", "-input=false", APP, &id]).unwrap();
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("belongs to `prod/checkout`"), "{}", refused.stderr);
}

#[test]
fn an_id_that_is_none_is_explained() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    let said = |id: &str| {
        let refused = terraform.run(&["import", "-no-color", "-input=false", APP, id]).unwrap();
        assert_eq!(refused.code, 1);
        refused.stderr.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let refused = said("prod checkout");
    assert!(refused.contains("prod/checkout"), "{refused}");
    let refused = said("prod/checkout");
    assert!(refused.contains("Nothing of `prod/checkout` was found"), "{refused}");
    let refused = said("prod/checkout,arn:aws:iam::999999999999:role/checkout");
    assert!(refused.contains("is in another account"), "{refused}");
    assert!(refused.contains(&aws.platform.account_id), "{refused}");
}
