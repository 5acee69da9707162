//! From Terraform's values to an app.

use ipsy_aws::Secret;
use provider_framework::{Arguments, Diagnostic, Diagnostics, Path, Step, Value};

use super::pending_backends::Entering;
use super::schema::schema;
use super::{replaced_target_groups, state};
use crate::app::arguments::{AppConfig, AwsConfig};
use crate::app::explain::Source;
use crate::app::overrides;
use crate::app::problem::Problems;
use crate::app::resolve::{App, resolve};
use crate::app::rollout::{Mode, entering};
use crate::app::standards::StandardsDocument;
use crate::app::traffic::{Login, Previous, weight_argument};
use crate::diagnose::problem_diagnostics;
use crate::infrastructure::Kind;
use crate::session::today;

/// An app as far as it is known.
pub(super) struct Parsed {
    /// Boxed, because it is large and lives in futures.
    pub(super) app: Box<App>,
    /// The places that are still unknown.
    pub(super) unknown: Vec<Path>,
    /// The target groups that enter the rule with weight 0.
    pub(super) entering: Entering,
}

/// The arguments that `post_renderer_config` depends on.
const IN_POST_RENDERER_CONFIG: [&str; 7] =
    ["name", "environment", "team", "labels", "annotations", "advanced_setting", "exception"];

/// Placeholder for a target group that another resource has yet to make. It distinguishes the backend from one that
/// is a cluster, and is never shown: while it is needed, all that would show it is unknown.
const PENDING_TARGET_GROUP: &str = "arn:aws:elasticloadbalancing:::targetgroup/pending/0";

/// Reads and resolves `config`. Problems go to `diagnostics`; `None` if there are errors among them.
pub(super) fn parse(
    config: &Value,
    standards: &StandardsDocument,
    warnings: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Parsed> {
    let unknown = overrides::unknown_paths(config);
    let mut known = config.clone();
    for path in &unknown {
        if let [Step::Attribute(block), _, Step::Attribute(name)] = path.steps()
            && block == "backend"
            && name == "target_group_arn"
        {
            known.set(path, Value::from(PENDING_TARGET_GROUP));
        }
    }
    let config = diagnostics.take(AppConfig::read(schema(), &known))?;
    let mut problems = Problems::default();
    let app = resolve(&config, standards, unknown.is_empty(), today(), &mut problems);
    problem_diagnostics(&problems, warnings, diagnostics);
    (!diagnostics.has_errors()).then_some(Parsed { app: Box::new(app), unknown, entering: Entering::new() })
}

/// Reads an app out of a state: what was right when it was written is not judged again, but what it leaves open is
/// still the standards' to say.
pub(super) fn parse_leniently(value: &Value, standards: &StandardsDocument) -> Result<Parsed, Diagnostic> {
    let config = AppConfig::read(schema(), &state::arguments(value))?;
    let mut app = resolve(&config, standards, false, today(), &mut Problems::default());
    app.traffic.previous = replaced_target_groups::serving(value);
    app.traffic.leaving = replaced_target_groups::leaving(&app.traffic, value);
    Ok(Parsed { app: Box::new(app), unknown: Vec::new(), entering: Entering::new() })
}

/// Checks what can be checked without the standards, which the provider does not have yet when Terraform asks: what the
/// configuration leaves open can have a default there.
pub(super) fn validate(config: &Value, diagnostics: &mut Diagnostics) {
    let Some(config) = diagnostics.take(AppConfig::read(schema(), config)) else { return };
    let mut problems = Problems::default();
    resolve(&config, &StandardsDocument::unread(), false, today(), &mut problems);
    problem_diagnostics(&problems, false, diagnostics);
}

impl Parsed {
    /// Lets new clusters enter the rule with weight 0, unless the rollout is `immediate`; gives their names. The next
    /// apply, when they are known, moves the traffic. `unfinished` are those that a failed update was to let in:
    /// they are as new as before.
    pub(super) fn enter(&mut self, prior: Option<&Value>, unfinished: &Entering) -> Vec<String> {
        let traffic = &mut self.app.traffic;
        if let Some(prior) = prior {
            traffic.previous = replaced_target_groups::replaced(traffic, prior, unfinished);
            traffic.leaving = replaced_target_groups::leaving(traffic, prior);
        }
        let has_group = |name: &str, group: Option<&str>| {
            let current = prior.and_then(|prior| replaced_target_groups::current(prior, name));
            current.is_none_or(|current| Some(current.as_str()) == group)
        };
        let known = prior
            .map(state::keys)
            .unwrap_or_default()
            .iter()
            .filter_map(|key| key.name_of(Kind::TargetGroup).map(ToOwned::to_owned))
            .filter(|name| {
                let group = traffic.target_group(name);
                traffic.previous.contains_key(name)
                    || group.is_none()
                    || (unfinished.get(name).map(String::as_str) != group && has_group(name, group))
            })
            .collect();
        // Its reason explains why a new cluster may get requests at once.
        let entering = match self.app.rollout.mode {
            Mode::Immediate => Vec::new(),
            Mode::Whole | Mode::Stepwise => entering(&traffic.backends, &known),
        };
        for name in &entering {
            if let Some(backend) = traffic.backends.get_mut(name) {
                backend.weight = 0;
                self.app.explanations.note(&weight_argument(name), 0, &Source::Entering);
            }
        }
        let serving = traffic.previous.iter().filter(|(_, previous)| previous.serves).map(|(name, _)| name);
        self.entering = serving
            .chain(&entering)
            .filter_map(|name| Some((name.clone(), traffic.target_group(name)?.to_owned())))
            .collect();
        entering
    }

    /// The backends whose new target group enters the rule with nothing, beside the one that serves.
    pub(super) fn replaced(&self) -> impl Iterator<Item = (&String, &Previous)> {
        self.app.traffic.previous.iter().filter(|(_, previous)| previous.serves)
    }

    /// Takes what is only ever in the configuration: neither plan nor state holds secrets.
    pub(super) fn take_secrets(&mut self, config: &Value) {
        let merged = overrides::merged(config);
        let config = merged.as_ref().unwrap_or(config);
        let oidc = config.attribute("load_balancer").attribute("authenticate_oidc");
        if let (Some(balancer), Some(secret)) =
            (&mut self.app.traffic.load_balancer, oidc.attribute("client_secret").as_str())
            && let Some(Login::Oidc(oidc)) = &mut balancer.login
        {
            oidc.client_secret = Some(Secret::new(secret));
        }
    }

    /// Whether nothing is unknown.
    pub(super) fn is_complete(&self) -> bool {
        self.unknown.is_empty()
    }

    /// Whether the Helm values can be told already: what only AWS needs may be unknown.
    pub(super) fn values_known(&self) -> bool {
        // What the controller of the cluster makes is in the values.
        let is_of_controller = self.app.arguments["load_balancer"]["owner"] == "controller";
        let feeds = |path| feeds_values(path) || is_of_controller && roots(path, &["load_balancer"]);
        !self.unknown.iter().any(feeds)
    }

    /// Whether the post-renderer's configuration can be told already.
    pub(super) fn post_renderer_known(&self) -> bool {
        !self.unknown.iter().any(|path| roots(path, &IN_POST_RENDERER_CONFIG))
    }

    /// Whether it is known which blocks named `block` there are.
    pub(super) fn knows_names(&self, block: &str) -> bool {
        let hides_names = |path: &Path| match path.steps() {
            [Step::Attribute(root)] | [Step::Attribute(root), _] => root == block,
            [Step::Attribute(root), _, Step::Attribute(name)] => root == block && name == "name",
            _ => false,
        };
        !self.unknown.iter().any(hides_names)
    }

    /// Whether the attribute or block `name`, and all in it, is known.
    pub(super) fn knows(&self, name: &str) -> bool {
        !self.unknown.iter().any(|path| roots(path, &[name]))
    }
}

fn roots(path: &Path, names: &[&str]) -> bool {
    matches!(path.steps().first(), Some(Step::Attribute(name)) if names.contains(&name.as_str()))
}

fn feeds_values(path: &Path) -> bool {
    let name = |index: usize| match path.steps().get(index) {
        Some(Step::Attribute(name)) => Some(name.as_str()),
        _ => None,
    };
    match name(0) {
        // The role's ARN shows where a cluster's own tokens give the role.
        Some("iam") => matches!(name(1), None | Some("role_name" | "path")),
        // A target group's name follows from its port and protocol version; nothing else of the rule shows.
        Some("load_balancer") => matches!(name(1), None | Some("owner" | "port" | "protocol_version")),
        // Only the listener rule shows these of a backend.
        Some("backend") => name(2).is_none_or(|name| !["target_group_arn", "weight"].contains(&name)),
        Some("advanced_setting" | "exception") => false,
        Some(root) => !is_about_aws_alone(root),
        None => true,
    }
}

fn is_about_aws_alone(argument: &str) -> bool {
    let body = AwsConfig::body();
    body.attributes().any(|(name, _)| name == argument) || body.blocks().any(|(name, _)| name == argument)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_wait_only_for_what_they_show() {
        let path = |steps: &[&str]| steps.iter().fold(Path::EMPTY, |path, step| path.attribute(*step));
        for waits in [&["env"][..], &["backend"], &["load_balancer"], &["load_balancer", "port"]] {
            assert!(feeds_values(&path(waits)), "{waits:?}");
        }
        for free in [&["iam", "policy_json"][..], &["load_balancer", "listener_arn"], &["tags"]] {
            assert!(!feeds_values(&path(free)), "{free:?}");
        }
        let backend = Path::root("backend").index(0);
        assert!(!feeds_values(&backend.clone().attribute("target_group_arn")));
        assert!(feeds_values(&backend.clone().attribute("placement").attribute("arch")));
        assert!(feeds_values(&backend));
        assert!(feeds_values(&backend.clone().attribute("name")));
        assert!(feeds_values(&path(&["iam", "role_name"])));
        assert!(feeds_values(&backend.attribute("oidc_provider_arn")));
    }
}
