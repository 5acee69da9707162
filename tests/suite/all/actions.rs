//! Moving the traffic of a running app: by actions of the newest Terraform, and by commands without Terraform.

use std::collections::BTreeMap;

use acceptance::aws_bench::AwsBench;
use acceptance::console::Console;
use acceptance::process::{Outcome, Process};
use acceptance::terraform::Terraform;
use acceptance::tools::Tools;

use crate::fixture::{self, APP};

const ACTIONS: &str = include_str!("../../../examples/actions/ipsy_shift_traffic/action.tf");
const ROLLBACK: &str = include_str!("../../../examples/actions/ipsy_rollback/action.tf");
const SCAN: &str = include_str!("../../../examples/actions/ipsy_restart_scan/action.tf");

/// The quickstart with pods and instances that are healthy, and with all actions of the examples.
fn running() -> (AwsBench, Terraform) {
    let aws = fixture::aws();
    let terraform = fixture::quickstart(&aws).by(Tools::newest_terraform(Console::quiet()).unwrap());
    // The example watches each step for minutes, and names an alarm that a platform has.
    let quick = ACTIONS
        .replace("\"5m\"", "\"1s\"\n      interval = \"1s\"")
        .replace("alarms = [\"checkout-5xx\"]", "");
    terraform.write("actions.tf", &[&quick, ROLLBACK, SCAN].concat()).unwrap();
    terraform.apply().unwrap();
    aws.install_pods().unwrap();
    aws.health(&aws.platform.legacy_target_group_arn, "healthy").unwrap();
    aws.forget_calls().unwrap();
    (aws, terraform)
}

fn invoke(terraform: &Terraform, action: &str) -> Outcome {
    let action = format!("-invoke=action.{action}");
    terraform.run(&["apply", "-input=false", "-no-color", "-auto-approve", &action]).unwrap()
}

/// The weights of the app: those of the instances and those of the pods.
fn weights(aws: &AwsBench) -> (u16, u16) {
    let rules = aws.resources().unwrap().rules;
    let weights: BTreeMap<String, u16> = rules.into_iter().next().unwrap().weights;
    let of = |is_legacy: bool| {
        weights
            .iter()
            .filter(|(name, _)| (*name == "checkout-legacy") == is_legacy)
            .map(|(_, weight)| *weight)
            .sum()
    };
    (of(true), of(false))
}

/// The next plan changes nothing on AWS. It may show another rollback command, which has the weights before the last change.
fn assert_nothing_moves(terraform: &Terraform) {
    let plan = terraform.plan().unwrap();
    let change = plan.change(APP);
    for name in ["infrastructure", "weights"] {
        assert_eq!(change["before"][name], change["after"][name], "{}", plan.text);
    }
}

#[test]
fn actions_move_the_traffic_and_back_and_the_next_plan_notices() {
    let (aws, terraform) = running();
    let moved = invoke(&terraform, "ipsy_shift_traffic.to_pods").ok().unwrap();
    assert_eq!(weights(&aws), (0, 100));
    for line in
        ["The rule has the weights blue 90, ec2 810", "Watching the step for 1 s", "blue 100, ec2 0 now"]
    {
        assert!(moved.stdout.contains(line), "{line}: {}", moved.stdout);
    }
    assert_eq!(terraform.plan().unwrap().actions(APP), ["update"], "the configuration has other weights");

    let back = invoke(&terraform, "ipsy_rollback.back").ok().unwrap();
    assert!(back.stdout.contains("blue 0, ec2 100 now"), "{}", back.stdout);
    assert_eq!(weights(&aws), (100, 0));
    assert_nothing_moves(&terraform);
}

#[test]
fn an_action_leaves_the_weights_when_a_guard_fails() {
    let (aws, terraform) = running();
    let pods = aws.resources().unwrap().target_groups.into_values().find(|group| group.target_type == "ip");
    aws.health(&pods.unwrap().arn, "unhealthy").unwrap();
    terraform
        .replace("actions.tf", "interval = \"1s\"", "interval = \"1s\"\n      timeout = \"2s\"")
        .unwrap();
    let refused = invoke(&terraform, "ipsy_shift_traffic.to_pods");
    assert_eq!(refused.code, 1);
    let printed = refused.printed();
    assert!(printed.contains("The traffic was not moved"), "{printed}");
    assert_eq!(weights(&aws), (100, 0));

    terraform.replace("actions.tf", "blue = 100", "purple = 100").unwrap();
    let printed = invoke(&terraform, "ipsy_shift_traffic.to_pods").printed();
    assert!(printed.contains("Backend `purple` not found") && printed.contains("blue, ec2"), "{printed}");
}

#[test]
fn an_image_is_scanned_on_demand() {
    let (aws, terraform) = running();
    aws.push_image("checkout").unwrap();
    let started = invoke(&terraform, "ipsy_restart_scan.checkout").ok().unwrap();
    assert!(started.stdout.contains("ECR scans the image in `checkout`"), "{}", started.stdout);
    assert_eq!(fixture::changing_calls(&aws).last().map(String::as_str), Some("StartImageScan"));
}

/// A command of the program, with the environment of the bench.
fn run(aws: &AwsBench, arguments: &[&str]) -> Outcome {
    Process::new(&fixture::programs().provider).args(arguments).envs(aws.environment()).run().unwrap()
}

#[test]
fn commands_move_the_traffic_like_the_actions() {
    let (aws, terraform) = running();
    let app = ["--environment=prod", "--name=checkout"];
    let shift = [
        "shift",
        app[0],
        app[1],
        "--weight=ec2=0",
        "--weight=blue=100",
        "--step=50",
        "--bake=1s",
        "--interval=1s",
    ];
    let moved = run(&aws, &shift).ok().unwrap();
    assert!(moved.stdout.contains("The rule has the weights blue 450, ec2 450"), "{}", moved.everything());
    assert_eq!(weights(&aws), (0, 100));

    aws.health(&aws.platform.legacy_target_group_arn, "unhealthy").unwrap();
    let refused = run(&aws, &["rollback", app[0], app[1]]);
    assert_eq!(refused.code, 1);
    assert!(refused.stdout.contains("Backend `ec2` has no healthy target"), "{}", refused.everything());
    assert_eq!(weights(&aws), (0, 100));
    aws.health(&aws.platform.legacy_target_group_arn, "healthy").unwrap();
    run(&aws, &["rollback", app[0], app[1]]).ok().unwrap();
    assert_eq!(weights(&aws), (100, 0));
    assert_nothing_moves(&terraform);

    assert_eq!(run(&aws, &["shift", app[0], app[1], "--weight=blue"]).code, 2);
    let unknown = run(&aws, &["rollback", "--environment=prod", "--name=search"]);
    assert_eq!(unknown.code, 1);
    assert!(unknown.stdout.contains("Nothing of `prod/search` was found"), "{}", unknown.everything());
}

#[test]
fn older_programs_name_the_block_that_they_do_not_know() {
    let aws = fixture::aws();
    for program in [fixture::tools().terraform.clone(), Tools::opentofu(Console::quiet()).unwrap()] {
        let terraform = fixture::quickstart(&aws).by(program);
        terraform.write("actions.tf", ROLLBACK).unwrap();
        let outcome = terraform.run(&["validate", "-no-color"]).unwrap();
        assert_eq!(outcome.code, 1);
        let printed = outcome.printed();
        assert!(printed.contains("Blocks of type \"action\" are not expected here"), "{printed}");
    }
}
