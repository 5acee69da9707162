//! Incidents of a canary under load. Each incident happens in one apply with several steps, and fails
//! unless the provider and the answers to clients are as `examples/canary` promises.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::answers::Answers;
use super::canary::{self, BACKEND, POD, STEPS};
use super::load::Load;
use super::stage::{MINUTE, PORT, Stage};
use super::step::{MAX_DIFFERENCE, Step, Weights};
use crate::process::{Disturbance, Outcome};

/// Rehearses one incident on a new stage, and watches a number of requests after it.
pub type Incident = fn(&mut Stage, &Load, u32) -> Result<Report>;

/// All incidents, as a table names them.
pub const INCIDENTS: [(&str, Incident); 3] = [
    ("the cluster answers with 500 in step two", server_errors),
    ("the cluster has no healthy target", no_healthy_target),
    ("Ctrl-C in step two", interrupt),
];

/// What an incident cost clients, and what the provider did about it.
#[derive(Debug)]
pub struct Report {
    /// What the provider did.
    pub outcome: &'static str,
    /// Weights after it.
    pub weights: Weights,
    /// Answers from the beginning of the incident to the end of it.
    pub answers: Answers,
    /// From the beginning of the incident until the last request failed.
    pub failing: Duration,
}

/// Weights of the first and of the second step of a walk that one apply makes.
const FIRST_STEP: Weights = &[("ec2", 810), (BACKEND, 90)];
const SECOND_STEP: Weights = &[("ec2", 450), (BACKEND, 450)];
/// Long enough to act within a step.
const BAKE: &str = "4s";
/// How often the provider looks at its guards.
const INTERVAL: Duration = Duration::from_secs(1);
/// A call of AWS, and a thread that waits for its turn, may take this long on a busy machine.
const TOLERANCE: Duration = Duration::from_millis(1500);

/// The pods begin to answer with 500. A limit finds it in the metrics of the load balancer, the old weights are back
/// within one interval, and no later plan or apply moves requests to the cluster again.
pub fn server_errors(stage: &mut Stage, load: &Load, requests: u32) -> Result<Report> {
    let (_, blue) = canary::begin(stage, load, 1)?;
    canary::set_walk(stage, BAKE);
    // The alarm would find it as well.
    stage.terraform.replace("main.tf", "threshold = 5", "threshold = 100000")?;
    let (stopped, began) = stage.apply_and_act(SECOND_STEP, || blue.answer_with(500))?;
    let began = began.with_context(|| format!("the apply made no second step: {}", stopped.printed()))?;
    ensure_fails_with(&stopped, "backend `blue`: limit `server_error_percent` is exceeded")?;
    ensure_fails_with(&stopped, "The weights are what they were before")?;
    stage.ensure_weights(STEPS[0])?;

    ensure_served_by_ec2(load, requests)?;
    let last = load.answers().failed().last_sent().context("no request failed")?;
    // A metric is written at the end of its minute, and the first whole minute after the failure shows it for sure.
    let failing = last - began;
    let allowed = 2 * MINUTE + INTERVAL + TOLERANCE;
    ensure!(failing <= allowed, "requests failed for {failing:?}, and {allowed:?} are allowed");
    let answers = load.answers().since(began).until(last);
    let share = answers.failed_share();
    ensure!(share <= 50.0 + MAX_DIFFERENCE, "{share:.1} % failed, and the step has 50 %");

    // Even a healthy cluster gets no request again until the configuration asks for it.
    blue.answer_with(200);
    let plan = stage.terraform.plan()?;
    ensure!(plan.text.contains("The weights were rolled back at"), "{}", plan.text);
    stage.aws.forget_calls()?;
    stage.terraform.apply()?;
    ensure_nothing_changed(stage)?;
    ensure_served_by_ec2(load, requests)?;
    Ok(Report { outcome: "apply fails, old weights are back", weights: STEPS[0], answers, failing })
}

/// The cluster's only pod fails its health checks. The apply is refused before it changes anything.
pub fn no_healthy_target(stage: &mut Stage, load: &Load, requests: u32) -> Result<Report> {
    let (_, blue) = canary::begin(stage, load, 1)?;
    let group = stage.groups(BACKEND)?.pop().context("the cluster has a target group")?;
    blue.set_healthy(false);
    stage.wait_for_targets(&group.arn, "unhealthy")?;
    canary::set_walk(stage, BAKE);
    stage.terraform.variable("timeout", "2s");
    let plan = stage.terraform.plan()?;
    ensure!(plan.text.contains("has no healthy target now"), "{}", plan.text);
    stage.aws.forget_calls()?;
    let began = Instant::now();
    let refused = stage.terraform.try_apply()?;
    ensure_fails_with(&refused, "backend `blue` has 0 of 1 healthy targets")?;
    ensure_fails_with(&refused, &format!("{POD}:{PORT} is unhealthy"))?;
    ensure_nothing_changed(stage)?;
    stage.ensure_weights(STEPS[0])?;
    ensure_served_by_ec2(load, requests)?;
    let answers = load.answers().since(began);
    load.answers().ensure_none_failed()?;
    Ok(Report { outcome: "refused before any change", weights: STEPS[0], answers, failing: Duration::ZERO })
}

/// Ctrl-C in the second step. The first one stays, the message names its weights, and the next apply continues from there.
pub fn interrupt(stage: &mut Stage, load: &Load, requests: u32) -> Result<Report> {
    let (_, _blue) = canary::begin(stage, load, 1)?;
    canary::set_walk(stage, BAKE);
    let began = Instant::now();
    let interrupted =
        stage.terraform.disturbed_apply(Disturbance::Interrupt, || stage.has_weights(SECOND_STEP))?;
    ensure_fails_with(&interrupted, "The weights of the last good step stay: blue 90, ec2 810")?;
    stage.ensure_weights(FIRST_STEP)?;
    let settled = load.measure(requests)?;
    let share = settled.share(BACKEND);
    ensure!((share - 10.0).abs() <= MAX_DIFFERENCE, "the cluster got {share:.1} % of the requests");

    stage.aws.forget_calls()?;
    Step::apply(stage, load, STEPS[3], requests)?.check()?;
    let log = stage.aws.call_log()?;
    let moves = log.iter().filter(|call| call["operation"] == "ModifyRule").count();
    ensure!(moves == 2, "steps two and three were left, and the next apply made {moves} steps");
    let answers = load.answers().since(began);
    load.answers().ensure_none_failed()?;
    Ok(Report {
        outcome: "apply fails, step one stays, the next apply continues",
        weights: FIRST_STEP,
        answers,
        failing: Duration::ZERO,
    })
}

fn ensure_fails_with(outcome: &Outcome, message: &str) -> Result<()> {
    let printed = outcome.printed();
    ensure!(outcome.code == 1 && printed.contains(message), "`{message}` is not in {printed}");
    Ok(())
}

fn ensure_nothing_changed(stage: &Stage) -> Result<()> {
    let changes = stage.aws.changing_calls()?;
    ensure!(changes.is_empty(), "these calls changed something: {changes:?}");
    Ok(())
}

fn ensure_served_by_ec2(load: &Load, requests: u32) -> Result<()> {
    let settled = load.measure(requests)?;
    let (failed, share) = (settled.failed().count(), settled.share(BACKEND));
    ensure!(failed == 0 && share <= 0.0, "{failed} requests failed, and the cluster got {share:.1} %");
    Ok(())
}
