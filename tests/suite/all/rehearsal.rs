//! Canaries under load: real Terraform moves the weights, a real load balancer forwards real requests by them, and
//! clients count what they get.

use acceptance::process::Disturbance;
use acceptance::rehearsal::canary::{self, BACKEND, STEPS};
use acceptance::rehearsal::incidents::{self, Incident};
use acceptance::rehearsal::stage::Stage;
use acceptance::rehearsal::step::{MAX_DIFFERENCE, Step};
use serde_json::json;

use crate::fixture::{self, APP};

/// Requests that are watched after each step. `make rehearse` watches more.
const REQUESTS: u32 = 200;
const PER_SECOND: u32 = 100;

fn stage() -> Stage {
    canary::stage(fixture::tools(), fixture::programs()).unwrap()
}

#[test]
fn no_request_fails_from_the_first_step_to_the_last() {
    let mut stage = stage();
    let load = stage.load(PER_SECOND);
    let (first, _blue) = canary::begin(&mut stage, &load, REQUESTS).unwrap();
    first.check().unwrap();
    for weights in &STEPS[1..] {
        canary::step(&mut stage, &load, weights, REQUESTS).unwrap().check().unwrap();
        stage.ensure_weights(weights).unwrap();
    }
    assert_eq!(load.answers().failed().count(), 0);
    let plan = stage.terraform.plan().unwrap();
    assert!(!plan.has_changes, "{}", plan.text);
}

#[test]
fn a_backend_that_turns_to_500_in_the_second_step_loses_its_requests() {
    rehearse(incidents::server_errors);
}

#[test]
fn a_backend_without_healthy_targets_gets_no_request() {
    rehearse(incidents::no_healthy_target);
}

#[test]
fn ctrl_c_in_the_second_step_leaves_the_first() {
    rehearse(incidents::interrupt);
}

fn rehearse(incident: Incident) {
    let mut stage = stage();
    let load = stage.load(PER_SECOND);
    incident(&mut stage, &load, REQUESTS).unwrap();
}

#[test]
fn an_alarm_on_the_answers_of_the_pods_brings_the_old_weights_back() {
    let mut stage = stage();
    let load = stage.load(PER_SECOND);
    let (_, blue) = canary::begin(&mut stage, &load, 1).unwrap();
    stage.terraform.replace("main.tf", "maximum          = 1", "maximum          = 100").unwrap();
    canary::set_weights(&mut stage, STEPS[2]);
    // Long enough that only the alarm ends the step.
    stage.terraform.variable("bake", "60s");
    let (stopped, _) = stage.apply_and_act(STEPS[2], || blue.answer_with(500)).unwrap();
    assert_eq!(stopped.code, 1, "{}", stopped.stdout);
    assert!(
        stopped.printed().contains("alarm `checkout-prod-server_errors-blue` went off"),
        "{}",
        stopped.printed()
    );
    stage.ensure_weights(STEPS[0]).unwrap();
}

#[test]
fn a_killed_walk_continues_from_the_weights_in_force() {
    let mut stage = stage();
    let load = stage.load(PER_SECOND);
    let (_, _blue) = canary::begin(&mut stage, &load, 1).unwrap();
    canary::set_walk(&mut stage, "10s");
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
    stage.ensure_weights(STEPS[3]).unwrap();
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
