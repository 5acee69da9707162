//! Patches of the app, which the post-renderer applies. Checked at plan by the function that applies them at install
//! time.

use ipsy_post_renderer::configuration::OnUnmatched;
use ipsy_post_renderer::{AdvancedSetting, Finding, Target, check_setting, unknown_fields};
use provider_framework::Arguments;
use serde::Deserialize;
use serde_json::Value;

use super::problem::Problems;

/// A patch that the post-renderer applies to what the chart has rendered, in the order of the blocks.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct AdvancedSettingConfig {
    /// Name, for messages.
    #[argument(required)]
    pub(crate) name: Option<String>,
    #[argument(required)]
    pub(crate) target: Option<TargetConfig>,
    /// YAML or JSON: a mapping is a strategic merge patch, a sequence is a JSON patch (RFC 6902).
    #[argument(required)]
    pub(crate) patch: Option<String>,
    /// What happens when no object matches: `error`, `warn` or `ignore`. Default: `error`.
    pub(crate) on_unmatched: Option<String>,
    /// Whether a strategic merge patch may add an element to a list. Otherwise a container whose name is misspelt is
    /// an error instead of a second container. Default: false.
    pub(crate) create: Option<bool>,
}

/// Which objects. Regular expressions match the whole text; what is absent matches everything.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct TargetConfig {
    /// API group; `^$` is the core group.
    pub(crate) group: Option<String>,
    /// API version.
    pub(crate) version: Option<String>,
    /// Kind.
    #[argument(example = "\"Deployment\"")]
    pub(crate) kind: Option<String>,
    /// Name.
    pub(crate) name: Option<String>,
    /// Namespace.
    pub(crate) namespace: Option<String>,
    /// Label selector, as `kubectl -l` takes it.
    pub(crate) label_selector: Option<String>,
    /// The same over annotations.
    pub(crate) annotation_selector: Option<String>,
}

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
                format!("`{other}` is not a valid value of `on_unmatched`"),
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
