//! Canaries under load: real Terraform moves the weights, a real load balancer forwards real requests by them, and
//! clients count what they get.

use std::time::Instant;

use acceptance::process::Disturbance;
use acceptance::rehearsal::canary::{self, BACKEND, STEPS};
use acceptance::rehearsal::stage::Stage;

use crate::fixture;

/// Requests that are watched after each step. `make rehearse` watches more.
const REQUESTS: u32 = 200;
const PER_SECOND: u32 = 100;

fn stage() -> Stage {
    Stage::start(fixture::tools(), fixture::programs(), PER_SECOND).unwrap()
}

#[test]
fn no_request_fails_from_the_first_step_to_the_last() {
    let mut stage = stage();
    let start = Instant::now();
    let (first, _blue) = canary::begin(&mut stage, REQUESTS).unwrap();
    first.check().unwrap();
    for weights in &STEPS[1..] {
        canary::step(&mut stage, *weights, REQUESTS).unwrap().check().unwrap();
    }
    assert_eq!(stage.load.answers().since(start).failed().count(), 0);
    assert_eq!(stage.weights(BACKEND).unwrap(), (0, 100));
    let plan = stage.terraform.plan().unwrap();
    assert!(!plan.has_changes, "{}", plan.text);
}

#[test]
fn a_backend_that_turns_to_500_in_the_second_step_loses_its_requests() {
    let mut stage = stage();
    let (_, blue) = canary::begin(&mut stage, 1).unwrap();
    canary::step(&mut stage, STEPS[1], REQUESTS).unwrap().check().unwrap();
    // Long enough that only the guard ends the step.
    stage.terraform.variable("bake", "20s");
    let start = Instant::now();
    blue.answer_with(500);
    stage.set_weights(50, 50);
    let failed = stage.terraform.try_apply().unwrap();
    assert_eq!(failed.code, 1, "{}", failed.stdout);
    assert!(failed.stderr.contains("server_errors"), "{}", failed.stderr);
    assert_eq!(stage.weights(BACKEND).unwrap(), (90, 10), "the weights of the first step are back");
    let answers = stage.load.answers().since(start);
    assert!(answers.failed().count() <= answers.count() / 2, "no more fail than the step's share");
}

#[test]
fn a_backend_without_healthy_targets_gets_no_request() {
    let mut stage = stage();
    canary::step(&mut stage, STEPS[0], 1).unwrap();
    stage.aws.forget_calls().unwrap();
    let start = Instant::now();
    stage.set_weights(90, 10);
    let refused = stage.terraform.try_apply().unwrap();
    assert_eq!(refused.code, 1, "{}", refused.stdout);
    assert!(refused.stderr.contains("0 of 1 healthy targets"), "{}", refused.stderr);
    assert_eq!(stage.weights(BACKEND).unwrap(), (100, 0));
    stage.load.measure(REQUESTS).unwrap();
    assert_eq!(stage.load.answers().since(start).failed().count(), 0);
}

#[test]
fn ctrl_c_in_the_second_step_leaves_the_first() {
    let mut stage = stage();
    let (_, _blue) = canary::begin(&mut stage, 1).unwrap();
    canary::step(&mut stage, STEPS[1], 1).unwrap();
    stage.terraform.variable("bake", "60s");
    stage.set_weights(50, 50);
    let start = Instant::now();
    let interrupted = stage
        .terraform
        .disturbed_apply(Disturbance::Interrupt, || {
            stage.weights(BACKEND).is_ok_and(|weights| weights.0 == weights.1)
        })
        .unwrap();
    assert_eq!(interrupted.code, 1, "{}", interrupted.everything());
    assert_eq!(stage.weights(BACKEND).unwrap(), (90, 10));
    let settled = stage.load.measure(REQUESTS).unwrap();
    assert!((settled.share(BACKEND) - 10.0).abs() <= canary::MAX_DIFFERENCE, "{}", settled.share(BACKEND));
    assert_eq!(stage.load.answers().since(start).failed().count(), 0);
}
