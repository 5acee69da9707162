//! One app has one holder: a second resource is refused before anything is changed, and none deletes what another one holds.

use std::time::Duration;
use std::{fs, thread};

use acceptance::terraform::Terraform;
use serde_json::json;

use crate::fixture::{self, APP, applied, assert_refused};

/// Adds a line to the app of the quickstart.
fn add(terraform: &Terraform, line: &str) {
    let team = "  team        = \"payments\"\n";
    terraform.replace("main.tf", team, &format!("{team}{line}\n")).unwrap();
}

#[test]
fn a_second_state_is_refused_until_it_adopts_and_the_first_one_then_deletes_nothing() {
    let (aws, first) = applied();
    let made = aws.resources().unwrap();
    let second = fixture::quickstart(&aws);
    let folder = first.configuration().file_name().unwrap().to_string_lossy().into_owned();
    let expected = ["is there already", "adopt = true", &format!("us-east-1 local {folder}")];
    assert_refused(&aws, &second.try_plan().unwrap(), &expected);

    add(&second, "  adopt       = true");
    let plan = second.plan().unwrap();
    assert!(plan.text.contains("adopts 7 objects"), "{}", plan.text);
    second.apply().unwrap();
    assert_eq!(aws.resources().unwrap().names(), made.names(), "nothing was made twice");
    assert!(!second.plan().unwrap().has_changes);

    first.destroy().unwrap();
    assert_eq!(aws.resources().unwrap().names(), made.names(), "the first state holds nothing");
    assert!(!second.plan().unwrap().has_changes);
    second.destroy().unwrap();
    assert!(aws.resources().unwrap().is_empty());
}

#[test]
fn another_address_without_a_moved_block_is_refused() {
    let (aws, terraform) = applied();
    for file in ["main.tf", "outputs.tf"] {
        let path = terraform.configuration().join(file);
        let text = fs::read_to_string(&path).unwrap();
        let text = text.replace("ipsy_app.checkout", "ipsy_app.renamed");
        fs::write(&path, text.replace("\"ipsy_app\" \"checkout\"", "\"ipsy_app\" \"renamed\"")).unwrap();
    }
    assert_refused(
        &aws,
        &terraform.try_plan().unwrap(),
        &["Another resource of this state", "`moved` block"],
    );
    add(&terraform, "  adopt       = true");
    assert_refused(&aws, &terraform.try_plan().unwrap(), &["Another resource of this state"]);

    let moved = format!("moved {{\n  from = {APP}\n  to   = ipsy_app.renamed\n}}\n");
    terraform.write("moved.tf", &moved).unwrap();
    terraform.apply().unwrap();
    assert_eq!(fixture::changing_calls(&aws), Vec::<String>::new(), "a `moved` block changes nothing");
}

#[test]
fn create_before_destroy_keeps_the_app_serving() {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws);
    add(&terraform, "  lifecycle {\n    create_before_destroy = true\n  }");
    terraform.apply().unwrap();
    let made = aws.resources().unwrap();
    aws.forget_calls().unwrap();
    let replaced = ["apply", "-input=false", "-no-color", "-auto-approve", "-replace=ipsy_app.checkout"];
    terraform.run(&replaced).unwrap().ok().unwrap();
    let calls = fixture::changing_calls(&aws);
    assert!(calls.iter().all(|call| call.contains("Tag")), "only the holder changes: {calls:?}");
    let now = aws.resources().unwrap();
    assert_eq!(now.names(), made.names());
    assert_eq!(now.rules[0].weights, made.rules[0].weights);
    assert!(!terraform.plan().unwrap().has_changes, "state and AWS agree");
    terraform.destroy().unwrap();
    assert!(aws.resources().unwrap().is_empty());
}

#[test]
fn nothing_takes_over_an_app_while_it_is_destroyed() {
    let (aws, first) = applied();
    let second = fixture::quickstart(&aws);
    add(&second, "  adopt       = true");
    let hold = json!({
        "service": "elasticloadbalancing", "operation": "DeleteRule", "when": "after", "hold": true,
    });
    aws.fault(&hold).unwrap();
    thread::scope(|scope| {
        let destroy = scope.spawn(|| first.destroy());
        while !aws.faults().unwrap().iter().any(|fault| fault["holding"] == true) {
            assert!(!destroy.is_finished(), "the rule was not deleted");
            thread::sleep(Duration::from_millis(50));
        }
        aws.forget_calls().unwrap();
        let import = ["import", "-no-color", "-input=false", APP, "prod/checkout"];
        for refused in [second.try_apply().unwrap(), second.run(&import).unwrap()] {
            assert_refused(
                &aws,
                &refused,
                &["The app `prod/checkout` is being deleted", "Nothing was changed"],
            );
        }
        aws.heal().unwrap();
        destroy.join().unwrap().unwrap();
    });
    assert!(aws.resources().unwrap().is_empty());
    second.apply().unwrap();
    assert!(!second.plan().unwrap().has_changes);
}

#[test]
fn a_tainted_app_is_kept() {
    let (aws, terraform) = applied();
    terraform.write(
        "dependent.tf",
        "resource \"terraform_data\" \"dependent\" {\n  input = ipsy_app.checkout.values\n  lifecycle {\n    \
         create_before_destroy = true\n  }\n}\n",
    )
    .unwrap();
    terraform.run(&["taint", APP]).unwrap().ok().unwrap();
    assert_refused(&aws, &terraform.try_plan().unwrap(), &["terraform untaint ADDRESS"]);
    terraform.run(&["untaint", APP]).unwrap().ok().unwrap();
    terraform.apply().unwrap();
    assert_eq!(fixture::changing_calls(&aws), Vec::<String>::new());
}

/// An app without traffic.
fn app(address: &str, more: &str) -> String {
    format!(
        "resource \"ipsy_app\" \"{address}\" {{\n  name        = \"search\"\n  environment = \"prod\"\n  team        = \
         \"search\"\n  labels      = {{ cost-center = \"cc-1\" }}\n  image {{\n    repository = \"search-{address}\"\n  }}\n{more}\n}}\n"
    )
}

#[test]
fn two_resources_of_one_configuration_are_refused() {
    let (aws, terraform) = applied();
    terraform.write("search.tf", &(app("one", "") + &app("two", ""))).unwrap();
    assert_refused(&aws, &terraform.try_plan().unwrap(), &["Two resources are the app `prod/search`"]);
}

#[test]
fn the_same_app_in_another_region_is_refused_because_roles_are_global() {
    let (aws, terraform) = applied();
    terraform.write("search.tf", &app("here", "")).unwrap();
    terraform.apply().unwrap();
    aws.forget_calls().unwrap();
    let provider = "provider \"ipsy\" {\n  alias          = \"there\"\n  region         = \"eu-west-1\"\n  standards_file = \
                    \"${path.module}/standards.yaml\"\n}\n";
    let there = provider.to_owned() + &app("there", "  provider    = ipsy.there");
    terraform.write("there.tf", &there).unwrap();
    let expected = ["IAM role `search-prod`", "us-east-1 local", "iam.role_name"];
    assert_refused(&aws, &terraform.try_plan().unwrap(), &expected);

    let named =
        app("there", "  provider    = ipsy.there\n  iam {\n    role_name = \"search-prod-eu-west-1\"\n  }");
    terraform.write("there.tf", &(provider.to_owned() + &named)).unwrap();
    terraform.apply().unwrap();
    assert!(!terraform.plan().unwrap().has_changes);
}

#[test]
fn an_app_that_the_state_forgot_is_found_again_by_the_same_state() {
    let (aws, terraform) = applied();
    let made = aws.resources().unwrap();
    terraform.run(&["state", "rm", APP]).unwrap().ok().unwrap();
    terraform.apply().unwrap();
    let now = aws.resources().unwrap();
    assert_eq!(now.names(), made.names());
    assert_eq!(now.rules[0].weights, made.rules[0].weights, "traffic stays");
    assert!(!terraform.plan().unwrap().has_changes);
}

#[test]
fn an_app_that_left_the_state_is_adopted_with_the_weights_that_it_has() {
    let aws = fixture::aws();
    let mut terraform = fixture::quickstart(&aws);
    terraform.apply().unwrap();
    aws.install_pods().unwrap();
    terraform.variable("legacy_weight", "90");
    terraform.variable("blue_weight", "10");
    terraform.apply().unwrap();
    let rule = aws.resources().unwrap().rules.remove(0);
    assert!(rule.weights.values().any(|weight| *weight == 10), "{:?}", rule.weights);

    terraform.run(&["state", "rm", APP]).unwrap().ok().unwrap();
    aws.forget_calls().unwrap();
    terraform.variable("legacy_weight", "50");
    terraform.variable("blue_weight", "50");
    let other = ["other weights", "blue 10", "blue 50"];
    assert_refused(&aws, &terraform.try_apply().unwrap(), &other);

    // The objects carry the origin of this state, so that `adopt` is not needed.
    terraform.variable("legacy_weight", "90");
    terraform.variable("blue_weight", "10");
    terraform.apply().unwrap();
    let adopted = aws.resources().unwrap().rules.remove(0);
    assert_eq!((adopted.arn, adopted.weights), (rule.arn, rule.weights));
    let calls = fixture::changing_calls(&aws);
    assert!(!calls.iter().any(|call| call.contains("ModifyRule")), "{calls:?}");
    let plan = terraform.plan().unwrap();
    assert!(!plan.has_changes, "{}", plan.text);
}
