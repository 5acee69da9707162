//! Where a point is tried: an AWS of its own and a working directory of Terraform.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::phase::{ADDRESS, Action, Phase, configuration};
use crate::aws_bench::AwsBench;
use crate::programs::Programs;
use crate::terraform::Terraform;
use crate::tools::Tools;
use crate::xml;

/// How much there is of every kind.
pub(super) type Census = BTreeMap<String, u64>;

/// An AWS and a Terraform.
pub(super) struct Bed {
    pub(super) aws: AwsBench,
    pub(super) terraform: Terraform,
    /// A Terraform with another state, which has the app before this one takes it over.
    pub(super) other: Terraform,
    /// What there is without the app.
    pub(super) empty: Census,
}

impl Bed {
    /// A new one, with nothing in it but the platform.
    pub(super) fn new(tools: &Tools, programs: &Programs) -> Result<Self> {
        let aws = AwsBench::start(tools)?;
        let second_listener = second_listener(&aws)?;
        let terraform = || -> Result<Terraform> {
            let mut terraform = Terraform::copy_of(&configuration(), tools, programs)?.against(&aws);
            terraform.variable("listener_arn", &aws.platform.listener_arn);
            terraform.variable("legacy_target_group_arn", &aws.platform.legacy_target_group_arn);
            terraform.variable("zone_id", &aws.platform.zone_id);
            terraform.variable("second_listener_arn", &second_listener);
            terraform.init()?;
            Ok(terraform)
        };
        let (terraform, other) = (terraform()?, terraform()?);
        let empty = aws.census()?;
        Ok(Self { aws, terraform, other, empty })
    }

    /// Brings everything to where a phase starts.
    pub(super) fn prepare(&self, phase: &Phase) -> Result<()> {
        for terraform in [&self.terraform, &self.other] {
            terraform.clear()?;
            terraform.overlay(&configuration())?;
        }
        match (&phase.action, phase.folder()) {
            (Action::Create, _) => {}
            (Action::Replace(_), Some(folder)) => {
                self.terraform.overlay(folder)?;
                self.make(&self.terraform)?;
                self.taint()?;
            }
            (Action::TakeOver(_), Some(folder)) => {
                self.make(&self.other)?;
                self.terraform.overlay(folder)?;
            }
            (Action::RenameWithImages(_), Some(folder)) => {
                self.make(&self.terraform)?;
                self.aws.push_image("checkout")?;
                self.terraform.overlay(folder)?;
            }
            (_, Some(folder)) => {
                self.make(&self.terraform)?;
                self.terraform.overlay(folder)?;
            }
            (_, None) => {
                self.make(&self.terraform)?;
                if phase.action == Action::Adopt {
                    self.terraform.run(&["state", "rm", ADDRESS])?.ok()?;
                }
            }
        }
        self.aws.forget_calls()
    }

    /// Makes the app, with pods in it.
    fn make(&self, terraform: &Terraform) -> Result<()> {
        terraform.apply()?;
        self.aws.install_pods()
    }

    /// Marks the app as tainted, sees that Terraform refuses to destroy it for that, and takes the mark away.
    fn taint(&self) -> Result<()> {
        let made = self.aws.census()?;
        self.terraform.run(&["taint", ADDRESS])?.ok()?;
        let refused = self.terraform.try_apply()?;
        ensure!(refused.code == 1, "a tainted app was not kept:\n{}", refused.everything());
        ensure!(self.aws.census()? == made, "the refusal of a tainted app has changed something");
        self.terraform.run(&["untaint", ADDRESS])?.ok().map(drop)
    }

    /// Whether a listener rule has requests for the app.
    pub(super) fn serves(&self) -> Result<bool> {
        let rules = self.aws.resources()?.rules;
        Ok(rules.iter().any(|rule| rule.weights.values().any(|weight| *weight > 0)))
    }

    /// Brings the configuration back to what it was before the update of `folder`.
    pub(super) fn revert(&self, folder: &Path) -> Result<()> {
        for entry in fs::read_dir(folder)? {
            self.terraform.take(&entry?.file_name().to_string_lossy())?;
        }
        self.terraform.overlay(&configuration())
    }
}

/// Another HTTPS listener of the platform's load balancer.
fn second_listener(aws: &AwsBench) -> Result<String> {
    let listener = [
        ("Action", "CreateListener"),
        ("Version", "2015-12-01"),
        ("LoadBalancerArn", &aws.platform.load_balancer_arn),
        ("Protocol", "HTTPS"),
        ("Port", "8443"),
        ("Certificates.member.1.CertificateArn", &aws.platform.certificate_arn),
        ("DefaultActions.member.1.Type", "forward"),
        ("DefaultActions.member.1.TargetGroupArn", &aws.platform.legacy_target_group_arn),
    ];
    let answer = aws.query("elasticloadbalancing", &listener)?;
    Ok(xml::element(&answer, "ListenerArn").context("a listener has an ARN")?.to_owned())
}

/// How many objects there are in `found` that are not expected, and which.
pub(super) fn surplus(found: &Census, expected: &Census) -> (u64, Vec<String>) {
    let more: Vec<(u64, String)> = found
        .iter()
        .map(|(kind, count)| (count.saturating_sub(expected.get(kind).copied().unwrap_or(0)), kind))
        .filter(|(count, _)| *count > 0)
        .map(|(count, kind)| (count, format!("{count} {kind}")))
        .collect();
    (more.iter().map(|(count, _)| count).sum(), more.into_iter().map(|(_, text)| text).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_expected_is_surplus() {
        let census = |counts: &[(&str, u64)]| {
            counts.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect::<Census>()
        };
        let found = census(&[("Role", 3), ("Rule", 1), ("Group", 2)]);
        let expected = census(&[("Role", 1), ("Rule", 4), ("Group", 2)]);
        assert_eq!(surplus(&found, &expected), (2, vec!["2 Role".to_owned()]));
        assert_eq!(surplus(&expected, &found), (3, vec!["3 Rule".to_owned()]));
    }
}
