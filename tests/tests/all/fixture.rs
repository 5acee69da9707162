//! What all tests here share: the tools and the programs, made ready once.

use std::sync::LazyLock;

use acceptance::aws_bench::AwsBench;
use acceptance::console::Console;
use acceptance::programs::Programs;
use acceptance::terraform::Terraform;
use acceptance::tools::Tools;
use acceptance::workspace;

/// The app of the quickstart.
pub(crate) const APP: &str = "ipsy_app.checkout";

static TOOLS: LazyLock<Tools> = LazyLock::new(|| Tools::ready(Console::quiet()).unwrap());
static PROGRAMS: LazyLock<Programs> = LazyLock::new(|| Programs::ready().unwrap());

/// The pinned tools.
pub(crate) fn tools() -> &'static Tools {
    &TOOLS
}

/// The built programs.
pub(crate) fn programs() -> &'static Programs {
    &PROGRAMS
}

/// An AWS of the test's own.
pub(crate) fn aws() -> AwsBench {
    AwsBench::start(tools()).unwrap()
}

/// The quickstart against an AWS, initialised.
pub(crate) fn quickstart(aws: &AwsBench) -> Terraform {
    let example = workspace::root().join("examples/quickstart");
    let mut terraform = Terraform::copy_of(&example, tools(), programs()).unwrap().against(aws);
    terraform.variable("listener_arn", &aws.platform.listener_arn);
    terraform.variable("legacy_target_group_arn", &aws.platform.legacy_target_group_arn);
    terraform.init().unwrap();
    terraform
}
