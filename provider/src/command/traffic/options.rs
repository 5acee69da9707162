//! The options of `shift` and `rollback`.

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use provider_framework::{Diagnostic, Diagnostics};

use crate::app::names::Identity;
use crate::app::rollout::RolloutConfig;
use crate::operations::Shift;

/// What the command `shift` does, in a line.
pub(in crate::command) const ABOUT_SHIFT: &str = "Moves the traffic of an app to other weights";
/// What the command `rollback` does, in a line.
pub(in crate::command) const ABOUT_ROLLBACK: &str = "Moves the traffic of an app back to where it was";

const SHIFT_EXAMPLES: &str = "\
Example:
  terraform-provider-ipsy shift --environment prod --name checkout \\
    --weight ec2=0 --weight blue=100 --step 10 --step 50 --bake 5m --alarm checkout-5xx

The command does what an apply of the `ipsy_app` does: each step is watched, and the weights go back when a guard fails. The \
next plan of the `ipsy_app` moves the traffic back, unless its `backend` blocks have the new weights. Ctrl-C ends it at the \
last good step.

Exit codes: 0 done, 1 refused or rolled back, 2 usage.";

const ROLLBACK_EXAMPLES: &str = "\
Example:
  terraform-provider-ipsy rollback --environment prod --name checkout

The weights go back to those before the last change, at once. Where these are unknown, all requests go to the backends \
outside of Kubernetes. The next plan of the `ipsy_app` notices it, and does not move the traffic again by itself.

Exit codes: 0 done, 1 refused, 2 usage.";

fn text(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

fn of_app(name: &'static str, about: &'static str, examples: &'static str) -> Command {
    Command::new(name)
        .about(about)
        .after_help(examples)
        .arg(text("environment", "NAME", "Environment of the app").required(true))
        .arg(text("name", "NAME", "Name of the app").required(true))
        .arg(text("region", "REGION", "AWS region [default: that of the environment or profile]"))
}

/// The command `shift`.
pub(super) fn shift() -> Command {
    of_app("terraform-provider-ipsy shift", ABOUT_SHIFT, SHIFT_EXAMPLES)
        .arg(
            text(
                "weight",
                "BACKEND=WEIGHT",
                "Weight of a backend, 0 to 999; others keep theirs; can be repeated",
            )
            .action(ArgAction::Append)
            .value_parser(weight)
            .required(true),
        )
        .arg(
            text("step", "PERCENT", "Step on the way to the new weights; can be repeated [default: 100]")
                .action(ArgAction::Append)
                .value_parser(value_parser!(i64).range(1..=100)),
        )
        .arg(text("bake", "DURATION", "How long each step is watched, such as 5m"))
        .arg(text("interval", "DURATION", "How often it is looked at, such as 15s"))
        .arg(text("timeout", "DURATION", "How long targets may take to become healthy, such as 10m"))
        .arg(text(
            "min-healthy",
            "NUMBER",
            "Minimum number or percentage of healthy targets, such as 2 or 50%",
        ))
        .arg(
            text("alarm", "NAME", "CloudWatch alarm that stops the walk; can be repeated")
                .action(ArgAction::Append),
        )
        .arg(
            text("immediate", "REASON", "Changes the weights at once without any guard, for this reason")
                .conflicts_with_all(["step", "bake", "interval", "timeout", "min-healthy", "alarm"]),
        )
}

/// The command `rollback`.
pub(super) fn rollback() -> Command {
    of_app("terraform-provider-ipsy rollback", ABOUT_ROLLBACK, ROLLBACK_EXAMPLES)
}

fn weight(text: &str) -> Result<(String, i64), String> {
    let parsed =
        text.split_once('=').and_then(|(name, weight)| Some((name.to_owned(), weight.parse().ok()?)));
    parsed.ok_or_else(|| "expected BACKEND=WEIGHT, such as blue=100".to_owned())
}

/// The app that the options name.
pub(super) fn identity(matches: &ArgMatches) -> Identity {
    let text = |name: &str| matches.get_one::<String>(name).cloned().unwrap_or_default();
    Identity { app: text("name"), environment: text("environment") }
}

/// What the options of `shift` ask for.
pub(super) fn request(matches: &ArgMatches) -> Result<Shift, Diagnostics> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let all = |name: &str| matches.get_many::<String>(name).map(|all| all.cloned().collect::<Vec<_>>());
    let weights = matches.get_many::<(String, i64)>("weight").into_iter().flatten().cloned().collect();
    let mut steps: Option<Vec<i64>> = matches.get_many::<i64>("step").map(|steps| steps.copied().collect());
    if let Some(steps) = steps.as_mut().filter(|steps| steps.last() != Some(&100)) {
        steps.push(100);
    }
    let reason = text("immediate");
    if reason.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
        let detail = "Name why the weights may change without a look at anything.";
        return Err(Diagnostic::error("`--immediate` needs a reason", detail).into());
    }
    let rollout = RolloutConfig {
        mode: reason.as_ref().map(|_| "immediate".to_owned()),
        reason,
        steps,
        bake: text("bake"),
        interval: text("interval"),
        timeout: text("timeout"),
        min_healthy: text("min-healthy"),
        alarms: all("alarm"),
        ..RolloutConfig::default()
    };
    let is_given = matches!(&rollout, RolloutConfig { mode: Some(_), .. })
        || ["step", "bake", "interval", "timeout", "min-healthy", "alarm"]
            .iter()
            .any(|name| matches.contains_id(name));
    Ok(Shift { weights, rollout: is_given.then_some(rollout) })
}
