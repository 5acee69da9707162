//! What all comparisons stand on.

use std::path::PathBuf;

use acceptance::aws_bench::{self, AwsBench};
use acceptance::console::Console;
use acceptance::programs::{Profile, Programs};
use acceptance::terraform::Terraform;
use acceptance::tools::{ClusterTools, HASHICORP_AWS_VERSION, Tools};
use acceptance::workspace;
use anyhow::{Result, ensure};

/// Programs, ours and theirs.
pub(super) struct Bed {
    pub(super) tools: Tools,
    programs: Programs,
    hashicorp_aws: PathBuf,
    hashicorp_helm: PathBuf,
}

impl Bed {
    /// Installs and builds what is missing.
    pub(super) fn ready(console: Console) -> Result<Self> {
        let step = console.step("tools, hashicorp/aws among them, and the programs");
        let tools = Tools::ready(console)?;
        let hashicorp_aws = Tools::hashicorp_aws(console)?;
        let hashicorp_helm = ClusterTools::helm_provider(console)?;
        let programs = Programs::given_or_built(Profile::Development)?;
        step.done("ready");
        Ok(Self { tools, programs, hashicorp_aws, hashicorp_helm })
    }

    /// A copy of a folder of the checkout, with the providers that it may ask for.
    pub(super) fn terraform(&self, aws: &AwsBench, folder: &str) -> Result<Terraform> {
        let folder = workspace::root().join(folder);
        let mut terraform = Terraform::copy_of(&folder, &self.tools, &self.programs)?.against(aws).patient();
        terraform.add_provider("hashicorp/aws", HASHICORP_AWS_VERSION, &self.hashicorp_aws)?;
        terraform.add_provider("hashicorp/helm", "3.2.0", &self.hashicorp_helm)?;
        let platform = &aws.platform;
        for (name, value) in [
            ("account_id", &platform.account_id),
            ("certificate_arn", &platform.certificate_arn),
            ("legacy_target_group_arn", &platform.legacy_target_group_arn),
            ("listener_arn", &platform.listener_arn),
            ("vpc_id", &platform.vpc_id),
        ] {
            terraform.variable(name, value);
        }
        Ok(terraform)
    }
}

/// Nothing was asked of AWS since `forget_calls` but what there is.
pub(super) fn ensure_only_read(aws: &AwsBench) -> Result<()> {
    let calls = aws.calls()?;
    let changing: Vec<&String> = calls.keys().filter(|call| !is_read(call)).collect();
    ensure!(changing.is_empty(), "these calls change AWS: {changing:?}");
    Ok(())
}

fn is_read(call: &str) -> bool {
    aws_bench::is_read(call.split_once(':').map_or(call, |(_, operation)| operation))
}

/// Nothing of an app is left.
pub(super) fn ensure_nothing_left(aws: &AwsBench) -> Result<()> {
    let left = aws.resources()?;
    ensure!(left.is_empty(), "left in AWS: {:?}", left.names());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_changes_is_not_a_read() {
        assert!(is_read("iam:GetRole") && is_read("elasticloadbalancing:DescribeRules"));
        assert!(!is_read("iam:TagRole") && !is_read("eks:"));
    }
}
