//! What all tests here share: the tools and the programs, made ready once.

use std::sync::LazyLock;

use acceptance::aws_bench::AwsBench;
use acceptance::console::Console;
use acceptance::process::Outcome;
use acceptance::programs::Programs;
use acceptance::terraform::Terraform;
use acceptance::tools::Tools;
use acceptance::workspace;
use serde_json::json;

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

/// Pushes an image into a repository.
pub(crate) fn push_image(aws: &AwsBench, repository: &str) {
    let kind = |name: &str| format!("application/vnd.oci.image.{name}.v1+json");
    let digest = format!("sha256:{}", "a".repeat(64));
    let config = json!({ "mediaType": kind("config"), "digest": digest, "size": 2 });
    let manifest =
        json!({ "schemaVersion": 2, "mediaType": kind("manifest"), "config": config, "layers": [] })
            .to_string();
    let image = json!({ "repositoryName": repository, "imageManifest": manifest, "imageTag": "1.0.0" });
    aws.json("ecr", "AmazonEC2ContainerRegistry_V20150921.PutImage", &image).unwrap();
}

/// The operations by which the provider has changed something since the calls were forgotten.
pub(crate) fn changing_calls(aws: &AwsBench) -> Vec<String> {
    aws.changing_calls().unwrap()
}
