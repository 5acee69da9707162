//! `cargo dev aws`: the AWS on loopback, for trying things by hand.

use std::time::Duration;

use acceptance::aws_bench::AwsBench;
use acceptance::console::Console;
use acceptance::interrupt;
use acceptance::tools::Tools;
use anyhow::Result;

/// Starts the bench, prints how to use it, and keeps it running until it is interrupted.
pub(crate) fn run(console: Console) -> Result<()> {
    let tools = Tools::ready(console)?;
    let step = console.step("starting AWS on loopback");
    let aws = AwsBench::start(&tools)?;
    step.done("ready; Ctrl-C stops it. In another shell:");
    for (name, value) in aws.environment() {
        console.say(format!("export {name}={value}"));
    }
    let platform = &aws.platform;
    console.say(format!("export TF_VAR_listener_arn={}", platform.listener_arn));
    console.say(format!("export TF_VAR_legacy_target_group_arn={}", platform.legacy_target_group_arn));
    while !interrupt::came() {
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
