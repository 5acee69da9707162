//! What all tests here share: the tools and the programs, made ready once.

use std::sync::LazyLock;

use acceptance::aws_bench::AwsBench;
use acceptance::console::Console;
use acceptance::process::Outcome;
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

/// The quickstart, applied, with the calls so far forgotten.
pub(crate) fn applied() -> (AwsBench, Terraform) {
    let aws = aws();
    let terraform = quickstart(&aws);
    terraform.apply().unwrap();
    aws.forget_calls().unwrap();
    (aws, terraform)
}

/// What Terraform prints, without its frame and line breaks.
pub(crate) fn printed(outcome: &Outcome) -> String {
    outcome.printed()
}

/// A run that fails, names all of `expected`, and has changed nothing on AWS.
pub(crate) fn assert_refused(aws: &AwsBench, outcome: &Outcome, expected: &[&str]) {
    assert_eq!(outcome.code, 1, "{}", outcome.everything());
    let printed = printed(outcome);
    for part in expected {
        assert!(printed.contains(part), "`{part}` is not in {printed}");
    }
    assert_eq!(changing_calls(aws), Vec::<String>::new(), "refused before the first change");
}

/// Changes the weights of a rule behind Terraform's back.
pub(crate) fn move_weights(aws: &AwsBench, rule_arn: &str, weights: &[(&str, u16)]) {
    let mut parameters = vec![
        ("Action".to_owned(), "ModifyRule".to_owned()),
        ("Version".to_owned(), "2015-12-01".to_owned()),
        ("RuleArn".to_owned(), rule_arn.to_owned()),
        ("Actions.member.1.Type".to_owned(), "forward".to_owned()),
    ];
    for (index, (arn, weight)) in weights.iter().enumerate() {
        let group = format!("Actions.member.1.ForwardConfig.TargetGroups.member.{}", index + 1);
        parameters.push((format!("{group}.TargetGroupArn"), (*arn).to_owned()));
        parameters.push((format!("{group}.Weight"), weight.to_string()));
    }
    let parameters: Vec<(&str, &str)> =
        parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    aws.query("elasticloadbalancing", &parameters).unwrap();
}

/// The operations by which the provider has changed something since the calls were forgotten.
pub(crate) fn changing_calls(aws: &AwsBench) -> Vec<String> {
    aws.changing_calls().unwrap()
}
