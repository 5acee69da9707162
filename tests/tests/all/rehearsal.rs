//! Canaries under load: real Terraform moves the weights, a real load balancer forwards real requests by them, and
//! clients count what they get.

use std::collections::BTreeMap;
use std::time::Instant;

use acceptance::process::Disturbance;
use acceptance::rehearsal::canary::{self, BACKEND, STEPS};
use acceptance::rehearsal::stage::Stage;
use acceptance::rehearsal::step::{MAX_DIFFERENCE, Step, Weights};
use serde_json::json;

use crate::fixture::APP;
use crate::{blue_green, fixture, modules};

/// Requests that are watched after each step. `make rehearse` watches more.
const REQUESTS: u32 = 200;
const PER_SECOND: u32 = 100;

fn stage() -> Stage {
    canary::stage(fixture::tools(), fixture::programs()).unwrap()
}

fn by_backend(weights: Weights) -> BTreeMap<String, u16> {
    weights.iter().map(|(backend, weight)| ((*backend).to_owned(), *weight)).collect()
}

#[test]
fn no_request_fails_from_the_first_step_to_the_last() {
    let mut stage = stage();
    let load = stage.load(PER_SECOND);
    let (first, _blue) = canary::begin(&mut stage, &load, REQUESTS).unwrap();
    first.check().unwrap();
    for weights in &STEPS[1..] {
        canary::step(&mut stage, &load, weights, REQUESTS).unwrap().check().unwrap();
        assert_eq!(stage.weights().unwrap(), by_backend(weights));
    }
    assert_eq!(load.answers().failed().count(), 0);
    let plan = stage.terraform.plan().unwrap();
    assert!(!plan.has_changes, "{}", plan.text);
}

#[test]
fn a_backend_that_turns_to_500_in_the_second_step_loses_its_requests() {
    let mut stage = stage();
    let load = stage.load(PER_SECOND);
    let (_, blue) = canary::begin(&mut stage, &load, 1).unwrap();
    canary::step(&mut stage, &load, STEPS[1], REQUESTS).unwrap().check().unwrap();
    // Long enough that only the guard ends the step.
    stage.terraform.variable("bake", "60s");
    canary::set_weights(&mut stage, STEPS[2]);
    let start = Instant::now();
    blue.answer_with(500);
    let stopped = stage.terraform.try_apply().unwrap();
    assert_eq!(stopped.code, 1, "{}", stopped.stdout);
    assert!(stopped.stderr.contains("server_errors"), "{}", stopped.stderr);
    assert_eq!(stage.weights().unwrap(), by_backend(STEPS[1]), "the weights of the first step are back");
    let answers = load.answers().since(start);
    assert!(answers.failed().count() * 2 <= answers.count(), "no more fail than the step's share");
}

#[test]
fn a_backend_without_healthy_targets_gets_no_request() {
    let mut stage = stage();
    let load = stage.load(PER_SECOND);
    canary::step(&mut stage, &load, STEPS[0], 1).unwrap();
    canary::set_weights(&mut stage, STEPS[1]);
    let refused = stage.terraform.try_apply().unwrap();
    assert_eq!(refused.code, 1, "{}", refused.stdout);
    assert!(refused.stderr.contains("0 of 1 healthy targets"), "{}", refused.stderr);
    assert_eq!(stage.weights().unwrap(), by_backend(STEPS[0]));
    load.measure(REQUESTS).unwrap();
    assert_eq!(load.answers().failed().count(), 0);
}

#[test]
fn ctrl_c_in_the_second_step_leaves_the_first() {
    let mut stage = stage();
    let load = stage.load(PER_SECOND);
    let (_, _blue) = canary::begin(&mut stage, &load, 1).unwrap();
    canary::step(&mut stage, &load, STEPS[1], 1).unwrap();
    stage.terraform.variable("bake", "60s");
    canary::set_weights(&mut stage, STEPS[2]);
    let second = by_backend(STEPS[2]);
    let interrupted = stage
        .terraform
        .disturbed_apply(Disturbance::Interrupt, || stage.weights().is_ok_and(|weights| weights == second))
        .unwrap();
    assert_eq!(interrupted.code, 1, "{}", interrupted.everything());
    assert_eq!(stage.weights().unwrap(), by_backend(STEPS[1]));
    let settled = load.measure(REQUESTS).unwrap();
    assert!((settled.share(BACKEND) - 10.0).abs() <= MAX_DIFFERENCE, "{}", settled.share(BACKEND));
    assert_eq!(load.answers().failed().count(), 0);
}

#[test]
fn a_killed_walk_continues_from_the_weights_in_force() {
    let mut stage = stage();
    let load = stage.load(PER_SECOND);
    let (_, _blue) = canary::begin(&mut stage, &load, 1).unwrap();
    stage.terraform.variable("steps", "[10, 50, 100]");
    stage.terraform.variable("bake", "10s");
    canary::set_weights(&mut stage, STEPS[3]);
    let killed = stage
        .terraform
        .disturbed_apply(Disturbance::Kill, || stage.weights().is_ok_and(|weights| weights[BACKEND] > 0))
        .unwrap();
    assert_ne!(killed.code, 0, "{}", killed.everything());
    let settled = load.measure(REQUESTS).unwrap();
    assert!((settled.share(BACKEND) - 10.0).abs() <= MAX_DIFFERENCE, "{}", settled.share(BACKEND));

    stage.terraform.variable("bake", "1s");
    let plan = stage.terraform.plan().unwrap();
    assert_eq!(plan.change(APP)["before"]["weights"], json!({ "blue": 90, "ec2": 810 }), "{}", plan.text);
    stage.terraform.apply().unwrap();
    load.measure(REQUESTS).unwrap();
    assert_eq!(stage.weights().unwrap(), by_backend(STEPS[3]));
    assert_eq!(load.answers().failed().count(), 0);
}

#[test]
fn no_request_fails_while_a_new_port_replaces_the_target_group() {
    let mut stage = stage();
    let load = stage.load(PER_SECOND);
    let (_, _old) = canary::begin(&mut stage, &load, 1).unwrap();
    canary::step(&mut stage, &load, STEPS[3], 1).unwrap();
    let old = stage.groups(BACKEND).unwrap();
    stage.terraform.replace("main.tf", "port = 8080", "port = 9090").unwrap();
    stage.terraform.apply().unwrap();
    let _new = stage.deploy(BACKEND, "10.0.0.20").unwrap();
    Step::apply(&stage, &load, STEPS[3], REQUESTS).unwrap().check().unwrap();
    let new = stage.groups(BACKEND).unwrap();
    assert_eq!((new.len(), new[0].port), (1, 9090));
    assert_ne!(new, old);
    assert_eq!(load.answers().failed().count(), 0);
}

#[test]
fn no_request_fails_while_a_cluster_takes_over_from_another() {
    let aws = fixture::aws();
    let program = fixture::tools().terraform.clone();
    let terraform = modules::with_inputs(modules::example(&aws, program), &aws);
    let mut stage = Stage::start(aws, terraform).unwrap();
    blue_green::set_clusters(&mut stage.terraform, blue_green::STEPS[0]);
    stage.terraform.apply().unwrap();
    let _blue = stage.deploy("blue", "10.0.0.10").unwrap();

    let load = stage.load(PER_SECOND);
    let mut green = None;
    for weights in &blue_green::STEPS[1..] {
        blue_green::set_clusters(&mut stage.terraform, weights);
        Step::apply(&stage, &load, weights, REQUESTS).unwrap().check().unwrap();
        assert_eq!(stage.weights().unwrap(), by_backend(weights));
        if green.is_none() {
            green = Some(stage.deploy("green", "10.0.1.10").unwrap());
        }
    }
    assert_eq!(load.answers().failed().count(), 0);
    assert!(stage.groups("blue").unwrap().is_empty(), "the old cluster's target group is deleted");
}
