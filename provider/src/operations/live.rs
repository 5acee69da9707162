//! An app as it is on AWS, found by its name and environment.

use std::collections::BTreeMap;

use ipsy_aws::Aws;
use provider_framework::{Diagnostic, Diagnostics, Path};

use super::Surroundings;
use crate::app::arguments::AppConfig;
use crate::app::names::Identity;
use crate::app::problem::{Place, Problem, Problems};
use crate::app::resolve::{App, resolve};
use crate::app::rollout::Shares;
use crate::app::traffic::BackendPlace;
use crate::diagnose::{aws_diagnostic, failure_diagnostic, fault_diagnostic, problem_diagnostics};
use crate::infrastructure::account::Account;
use crate::infrastructure::components::components;
use crate::infrastructure::ensure::change;
use crate::infrastructure::observe::observe_each;
use crate::infrastructure::ownership::{Holder, owner_of};
use crate::infrastructure::{
    Component, ComponentKey, Facts, Kind, Known, Observed, RuleStatus, listener_rule, target_group,
};
use crate::resources::app::{import, schema};
use crate::session::{Configured, today};

/// The listener rule of an app.
pub(super) struct LiveRule<'a> {
    configured: &'a Configured,
    aws: &'a Aws,
    account: &'a Account,
    pub(super) app: App,
    pub(super) status: RuleStatus,
    observed: Observed,
    arns: BTreeMap<ComponentKey, String>,
}

impl<'a> LiveRule<'a> {
    /// Finds the app. `edit` changes the arguments that describe it, before they are resolved.
    pub(super) async fn find(
        configured: &'a Configured,
        identity: &Identity,
        edit: impl FnOnce(&mut AppConfig) -> Result<(), Diagnostic>,
    ) -> Result<Self, Diagnostics> {
        let (aws, account) = configured.connect().await?;
        let found = import::find(configured, &identity.id()).await?;
        let mut config = AppConfig::read(schema(), &found.state)?;
        edit(&mut config)?;
        let mut problems = Problems::default();
        let app = resolve(&config, &configured.standards, false, today(), &mut problems);
        // What AWS has is not judged here, only how the traffic is to move.
        problems.0.retain(|problem| !problem.warning && is_about_rollout(problem));
        let mut diagnostics = Diagnostics::new();
        problem_diagnostics(&problems, false, &mut diagnostics);
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        let wanted = components(&app, aws, account, &configured.tags, &Holder::default(), "");
        let serves = |component: &&dyn Component| {
            matches!(component.key().kind, Kind::TargetGroup | Kind::ListenerRule)
        };
        let seen = observe_each(wanted.iter().map(AsRef::as_ref).filter(serves), &Known::default()).await;
        let mut seen = seen.map_err(|failures| {
            failures.iter().map(|failure| failure_diagnostic(failure, "read")).collect::<Diagnostics>()
        })?;
        let arns = seen.iter().map(|(key, observed)| (key.clone(), observed.arn.clone())).collect();
        let rule = seen.remove(&listener_rule::KEY).and_then(|rule| Some((RuleStatus::of(&rule)?, rule)));
        let (status, observed) = rule.ok_or_else(|| without_rule(identity))?;
        if owner_of(&observed.tags).as_ref() != Some(identity) {
            return Err(not_ours(identity, &observed).into());
        }
        Ok(Self { configured, aws, account, app, status, observed, arns })
    }

    /// Brings the rule to the weights of the app's backends, by the app's rollout.
    pub(super) async fn change(&self, surroundings: &Surroundings) -> Result<(), Diagnostic> {
        let wanted =
            components(&self.app, self.aws, self.account, &self.configured.tags, &Holder::default(), "");
        let facts = Facts {
            arns: self.arns.clone(),
            cancel: surroundings.cancel.clone(),
            report: surroundings.report.clone(),
        };
        for rule in wanted.iter().filter(|component| component.key() == listener_rule::KEY) {
            self.check_unchanged(rule.as_ref())?;
            let changed = change(rule.as_ref(), &self.observed, &facts).await;
            changed.map_err(|fault| fault_diagnostic("The traffic was not moved", &fault))?;
        }
        Ok(())
    }

    /// Adds tags to the rule.
    pub(super) async fn tag(&self, tags: &ipsy_aws::Tags) -> Result<(), Diagnostic> {
        let tagged = self.aws.listener_rules.tag(&self.observed.arn, tags).await;
        tagged.map_err(|error| aws_diagnostic("The rule does not remember the rollback", &error))
    }

    /// Weights by ARN of the target group, for those that get requests.
    pub(super) fn receivers(&self, weights: &Shares) -> Vec<(String, String)> {
        let named = weights.iter().filter(|(_, weight)| **weight > 0);
        named
            .filter_map(|(name, _)| {
                let arn = match &self.app.traffic.backends.get(name)?.place {
                    BackendPlace::Existing { target_group_arn } => target_group_arn,
                    BackendPlace::Cluster { .. } => self.arns.get(&target_group::key(name))?,
                };
                Some((name.clone(), arn.clone()))
            })
            .collect()
    }

    pub(super) fn aws(&self) -> &Aws {
        self.aws
    }

    /// Only weights change here: whatever else differs is for the next apply.
    fn check_unchanged(&self, rule: &dyn Component) -> Result<(), Diagnostic> {
        let desired = rule.desired();
        let members = ["conditions", "login", "stickiness_seconds"];
        let differs = |name: &&str| self.observed.properties.get(*name) != desired.get(*name);
        match members.iter().find(|name| differs(name)) {
            None => Ok(()),
            Some(member) => Err(Diagnostic::error(
                format!("The listener rule has other {member} than ipsy gave it"),
                format!(
                    "Moving the traffic would undo that in `{}`. Apply the `ipsy_app` first.",
                    self.observed.arn
                ),
            )),
        }
    }
}

fn is_about_rollout(problem: &Problem) -> bool {
    matches!(problem.place.first(), Some(Place::Attribute(name)) if name == "rollout")
}

fn without_rule(identity: &Identity) -> Diagnostic {
    Diagnostic::error(
        format!("`{}` has no listener rule", identity.id()),
        "An app without a rule has no traffic that could move. Check name and environment, and the provider's credentials and `region`.",
    )
    .at(Path::root("name"))
}

fn not_ours(identity: &Identity, observed: &Observed) -> Diagnostic {
    Diagnostic::error(
        format!("ipsy does not keep the listener rule of `{}` yet", identity.id()),
        format!(
            "`{}` does not carry ipsy's tags. An imported app gets them with its first change: apply it first.",
            observed.arn
        ),
    )
    .at(Path::root("name"))
}
