//! The configuration of the post-renderer for an app: the standards that any chart must keep to, and the
//! app's advanced settings. Checked at plan by the functions that apply it at install time.

use ipsy_post_renderer::configuration::{Configuration, Exception, Metadata, OnUnmatched};
use ipsy_post_renderer::{AdvancedSetting, Finding, Target, check_setting, unknown_fields};
use serde_json::Value;

use super::config::{AdvancedSettingConfig, TargetConfig};
use super::exceptions::{Exceptions, is_renderer_rule};
use super::problem::Problems;
use super::resolve::App;

/// Label that names the environment of an object.
pub(crate) const ENVIRONMENT_LABEL: &str = "ipsy.dev/environment";
/// Label that names the team that answers for an object.
pub(crate) const TEAM_LABEL: &str = "ipsy.dev/team";

/// Resolves `advanced_setting { … }` blocks: each is checked as the post-renderer itself would.
pub(crate) fn resolve_settings(
    config: &[AdvancedSettingConfig],
    problems: &mut Problems,
) -> Vec<AdvancedSetting> {
    config
        .iter()
        .enumerate()
        .filter_map(|(index, setting)| resolve_setting(index, setting, problems))
        .collect()
}

fn resolve_setting(
    index: usize,
    config: &AdvancedSettingConfig,
    problems: &mut Problems,
) -> Option<AdvancedSetting> {
    let on_unmatched = match config.on_unmatched.as_deref() {
        None | Some("error") => OnUnmatched::Error,
        Some("warn") => OnUnmatched::Warn,
        Some("ignore") => OnUnmatched::Ignore,
        Some(other) => {
            problems.error(
                &format!("advanced_setting[{index}].on_unmatched"),
                format!("`{other}` is no answer to a target that matches nothing"),
                "Use \"error\", \"warn\" or \"ignore\".",
            );
            OnUnmatched::Error
        }
    };
    // A patch that is still unknown is checked when it is known.
    let patch = Value::String(config.patch.clone()?);
    let setting = AdvancedSetting {
        name: config.name.clone().unwrap_or_default(),
        target: config.target.as_ref().map(target),
        patch,
        on_unmatched,
        create: config.create.unwrap_or(false),
        ..AdvancedSetting::default()
    };
    let place = |finding: &Finding| {
        let field = finding.location.field.as_deref().unwrap_or_default();
        format!("advanced_setting[{index}]{}", attribute_of(field))
    };
    for finding in check_setting(&setting) {
        let summary = format!("The advanced setting `{}` can't be applied", setting.name);
        problems.error(&place(&finding), summary, detail(&finding));
    }
    for finding in unknown_fields(&setting) {
        let field = finding.location.field.as_deref().unwrap_or_default();
        let summary = format!("The advanced setting `{}` sets an unknown field: {field}", setting.name);
        problems.warning(&place(&finding), summary, detail(&finding));
    }
    Some(setting)
}

/// The message of a finding, and its advice.
fn detail(finding: &Finding) -> String {
    let paragraphs = [Some(finding.message.as_str()), finding.help.as_deref()];
    paragraphs.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
}

/// The HCL attribute that a field of the post-renderer's configuration stands in: below `patch` there is none,
/// because the patch is one string.
fn attribute_of(field: &str) -> String {
    let mut names = field.split(['.', '[']);
    match (names.next(), names.next()) {
        (Some("target"), Some(inner)) => format!(".target.{}", snake_case(inner)),
        (Some("target"), None) => ".target".to_owned(),
        (Some("patch"), _) => ".patch".to_owned(),
        (Some("name"), _) => ".name".to_owned(),
        _ => String::new(),
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}

fn target(config: &TargetConfig) -> Target {
    Target {
        group: config.group.clone(),
        version: config.version.clone(),
        kind: config.kind.clone(),
        name: config.name.clone(),
        namespace: config.namespace.clone(),
        label_selector: config.label_selector.clone(),
        annotation_selector: config.annotation_selector.clone(),
    }
}

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
