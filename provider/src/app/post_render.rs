//! The configuration of the post-renderer for an app: the standards that any chart must keep to, and the
//! app's advanced settings. Checked at plan by the functions that apply it at install time.

use ipsy_post_renderer::configuration::{Configuration, Exception, Metadata};

use super::exceptions::{Exceptions, is_renderer_rule};
use super::resolve::App;

/// Label that names the environment of an object.
pub(crate) const ENVIRONMENT_LABEL: &str = "ipsy.dev/environment";
/// Label that names the team that answers for an object.
pub(crate) const TEAM_LABEL: &str = "ipsy.dev/team";

/// The post-renderer's configuration for `app`.
pub(crate) fn configuration(app: &App) -> Configuration {
    let standards = (*app.standards).clone();
    let mut labels = standards.labels;
    labels.extend(app.labels.clone());
    labels.insert(ENVIRONMENT_LABEL.to_owned(), app.identity.environment.clone());
    if let Some(team) = &app.team {
        labels.insert(TEAM_LABEL.to_owned(), team.clone());
    }
    let mut annotations = standards.annotations;
    annotations.extend(app.annotations.clone());
    Configuration {
        metadata: Metadata { name: app.identity.app.clone() },
        standards_version: standards.version,
        stamp: standards.stamp,
        labels,
        annotations,
        pod_templates: standards.pod_templates,
        resources: standards.resources,
        standards: standards.standards,
        list_keys: standards.list_keys,
        pod_template_paths: standards.pod_template_paths,
        unknown_pod_kinds: standards.unknown_pod_kinds,
        hooks: standards.hooks,
        kapp: standards.kapp,
        advanced_settings: app.settings.clone(),
        exceptions: exceptions(&app.exceptions),
        ..Configuration::default()
    }
}

fn exceptions(exceptions: &Exceptions) -> Vec<Exception> {
    exceptions
        .0
        .iter()
        .filter(|(rule, _)| is_renderer_rule(rule))
        .map(|(rule, exception)| Exception {
            rule: rule.clone(),
            reason: exception.reason.clone(),
            owner: exception.owner.clone(),
            expires: Some(exception.expires.clone()).filter(|date| !date.is_empty()),
            target: None,
        })
        .collect()
}
