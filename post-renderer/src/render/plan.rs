//! A configuration made ready: patches and targets compiled, standards chosen, everything that is wrong found.

use super::action::Action;
use super::kapp::Kapp;
use super::stamps::{CONFIG_HASH, STANDARDS_VERSION};
use super::{RenderOptions, kustomization};
use crate::autoscalers::Owners;
use crate::configuration::{AdvancedSetting, Configuration, Mode, OnUnmatched, Stamp, Target};
use crate::finding::{Finding, Severity};
use crate::object::{Context, Waiver};
use crate::selection::Selection;
use crate::settings::{check, compile, unknown_fields_of};
use crate::standards::{STANDARDS, Standard};
use crate::target::Matcher;
use manifest_patch::{ListKeys, Patch};
use serde_json::Value;

/// What a rendering does, ready to be done.
pub(super) struct Plan<'c> {
    pub(super) context: Context<'c>,
    pub(super) standards: Vec<&'static dyn Standard>,
    pub(super) settings: Vec<Setting>,
    pub(super) list_keys: ListKeys,
    /// What kapp is told, where it deploys.
    pub(super) kapp: Option<Kapp>,
    /// Annotations of the stamp.
    pub(super) stamps: Vec<(&'static str, Value)>,
    /// Warnings about the configuration itself.
    pub(super) findings: Vec<Finding>,
}

/// An advanced setting, compiled.
pub(super) struct Setting {
    /// `advancedSettings[0] (ndots)`
    pub(super) source: String,
    pub(super) matcher: Matcher,
    /// What is looked for, for messages.
    pub(super) wanted: Wanted,
    pub(super) action: Action,
    /// Whether the action could change what no action may change.
    pub(super) reaches_identity: bool,
    pub(super) on_unmatched: OnUnmatched,
    pub(super) origin: Origin,
    /// Warnings and notes about the setting itself.
    pub(super) findings: Vec<Finding>,
}

/// Where a setting comes from, which decides when it applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A kustomization: before the standards, as if kustomize had run first.
    Kustomization,
    /// The configuration: after the standards.
    Configuration,
    /// The stream itself: before the standards, so that it can undo none of them.
    Stream,
}

impl Setting {
    /// Compiles a setting that stands at a place of the configuration.
    pub(super) fn compile(setting: &AdvancedSetting, place: String) -> Result<Self, Vec<Finding>> {
        let patch = compile(setting)
            .map_err(|problems| problems.into_iter().map(Finding::from).collect::<Vec<_>>())?;
        let (matcher, wanted) = match &setting.target {
            Some(target) => (Matcher::compile(target)?, Wanted::of(target)),
            None => named(&patch),
        };
        let mut findings = unknown_fields(&patch, &matcher, &setting.name, &place);
        let source = if setting.name.is_empty() { place } else { format!("{place} ({})", setting.name) };
        findings.extend(note_if_empty(&patch, &source));
        let action = Action::Patch(patch.anonymous());
        let reaches_identity = action.reaches_identity();
        Ok(Self {
            source,
            matcher,
            wanted,
            action,
            reaches_identity,
            on_unmatched: setting.on_unmatched,
            origin: Origin::Configuration,
            findings,
        })
    }

    /// Compiles the settings of a configuration.
    fn compile_all(settings: &[AdvancedSetting]) -> Result<Vec<Self>, Vec<Finding>> {
        let place = |index| format!("advancedSettings[{index}]");
        settings.iter().enumerate().map(|(index, setting)| Self::compile(setting, place(index))).collect()
    }

    /// Whether it comes from a kustomization.
    pub(super) fn is_kustomization(&self) -> bool {
        self.origin == Origin::Kustomization
    }
}

/// Warnings about fields of a patch that no built-in kind has. `place` is that of the setting.
fn unknown_fields(patch: &Patch, matcher: &Matcher, name: &str, place: &str) -> Vec<Finding> {
    let found = unknown_fields_of(patch, matcher).into_iter();
    let named = found.map(|finding| match name {
        "" => finding,
        name => Finding { message: format!("setting `{name}`: {}", finding.message), ..finding },
    });
    named.map(|finding| finding.below(place)).collect()
}

/// A note about a patch that has nothing to do; such a setting is ignored.
fn note_if_empty(patch: &Patch, source: &str) -> Option<Finding> {
    patch.is_empty().then(|| {
        let message = format!("{source}: the patch is empty, so the setting is ignored");
        Finding::new("setting-empty", Severity::Note, message).help("remove the setting")
    })
}

/// The words of a target.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) text: String,
}

impl<'c> Plan<'c> {
    /// Compiles a configuration; all its mistakes at once.
    pub(super) fn new(
        configuration: &'c Configuration,
        options: &'c RenderOptions,
    ) -> Result<Self, Vec<Finding>> {
        let findings = check(configuration);
        if !findings.is_empty() {
            return Err(findings);
        }
        let mut settings = Vec::new();
        for (index, one) in configuration.kustomizations.iter().enumerate() {
            settings.extend(kustomization::settings(one, &format!("kustomizations[{index}]"))?);
        }
        settings.extend(Setting::compile_all(&configuration.advanced_settings)?);
        let mut warnings: Vec<Finding> =
            settings.iter_mut().flat_map(|setting| std::mem::take(&mut setting.findings)).collect();
        settings.retain(|setting| !setting.action.is_empty());
        let exceptions = waivers(configuration, options, &mut warnings)?;
        let mut context = Context {
            configuration,
            exceptions,
            owners: Owners::default(),
            selection: Selection::default(),
            namespace: options.namespace.as_deref(),
            as_of: options.as_of.as_deref(),
            scan_reports: &options.scan_reports,
        };
        let is_on = |standard: &&dyn Standard| standard.mode(configuration) != Mode::Off;
        let mut standards: Vec<_> = STANDARDS.iter().copied().filter(is_on).collect();
        if options.without_standards {
            warnings.extend(standards_off(&standards));
            standards.clear();
            // Without standards an exception has no effect.
            context.exceptions.clear();
        }
        let mut stamps = Vec::new();
        if configuration.stamp != Stamp::Never {
            stamps.push((CONFIG_HASH, Value::String(configuration.hash())));
            if let Some(version) = &configuration.standards_version {
                stamps.push((STANDARDS_VERSION, Value::String(version.clone())));
            }
        }
        let mut list_keys = ListKeys::default();
        for list in &configuration.list_keys {
            list_keys.declare(&list.group, &list.kind, &list.path, &list.keys);
        }
        Ok(Self { context, standards, settings, list_keys, kapp: None, stamps, findings: warnings })
    }
}

impl Plan<'_> {
    /// Adds the settings of configurations in the stream.
    pub(super) fn add_stream_settings(
        &mut self,
        configurations: &[Configuration],
    ) -> Result<(), Vec<Finding>> {
        for configuration in configurations {
            for mut setting in Setting::compile_all(&configuration.advanced_settings)? {
                self.findings.append(&mut setting.findings);
                if !setting.action.is_empty() {
                    self.settings.push(Setting { origin: Origin::Stream, ..setting });
                }
            }
        }
        Ok(())
    }
}

/// The exceptions in force. One that has ended is an error; where no date is given, one that will end is a warning.
fn waivers<'c>(
    configuration: &'c Configuration,
    options: &RenderOptions,
    warnings: &mut Vec<Finding>,
) -> Result<Vec<Waiver<'c>>, Vec<Finding>> {
    let mut waivers = Vec::new();
    let mut expired = Vec::new();
    for (index, exception) in configuration.exceptions.iter().enumerate() {
        let place = format!("exceptions[{index}]");
        let rule = &exception.rule;
        match (&options.as_of, &exception.expires) {
            // ISO dates order as texts do; their form is checked when the configuration is read.
            (Some(today), Some(last)) if last < today => {
                let message = format!("the exception from `{rule}` ended on {last}");
                let help = format!(
                    "fix what it allows and remove it, or agree on a later date with {}",
                    exception.owner
                );
                expired.push(Finding::error("exception-expired", message).field(place).help(help));
            }
            (None, Some(last)) => {
                let message = format!(
                    "the exception from `{rule}` ends on {last}, and no date was given to check that"
                );
                let finding = Finding::warning("exception-undated", message).field(place);
                warnings.push(finding.help("pass the date with `--as-of`"));
            }
            _ => {}
        }
        let matcher = exception.target.as_ref().map(Matcher::compile).transpose()?.unwrap_or_default();
        waivers.push(Waiver { exception, matcher });
    }
    if expired.is_empty() { Ok(waivers) } else { Err(expired) }
}

/// A warning that names the standards which the configuration turns on, but which do not apply.
fn standards_off(standards: &[&'static dyn Standard]) -> Option<Finding> {
    let unconfigured = Configuration::default();
    let configured: Vec<String> = standards
        .iter()
        .filter(|standard| standard.mode(&unconfigured) == Mode::Off)
        .map(|standard| format!("`{}`", standard.rule().id))
        .collect();
    (!configured.is_empty()).then(|| {
        let message = format!("standards of the configuration do not apply: {}", configured.join(", "));
        Finding::warning("standards-off", message).help("leave out `--standards none` to apply them")
    })
}

/// The object that a merge patch without target names itself.
fn named(patch: &Patch) -> (Matcher, Wanted) {
    let identity = patch.named_object();
    let wanted = Wanted {
        kind: identity.kind.clone(),
        name: identity.name.clone(),
        text: format!("{} {}", identity.api_version(), identity.label()),
    };
    (Matcher::exactly(&identity), wanted)
}

impl Wanted {
    pub(super) fn of(target: &Target) -> Self {
        let parts = [
            ("group", &target.group),
            ("version", &target.version),
            ("kind", &target.kind),
            ("name", &target.name),
            ("namespace", &target.namespace),
            ("labelSelector", &target.label_selector),
            ("annotationSelector", &target.annotation_selector),
        ];
        let text: Vec<String> = parts
            .iter()
            .filter_map(|(name, value)| {
                value.as_ref().filter(|value| !value.is_empty()).map(|value| format!("{name}: {value}"))
            })
            .collect();
        Self {
            kind: target.kind.clone().unwrap_or_default(),
            name: target.name.clone().unwrap_or_default(),
            text: if text.is_empty() { "any object".to_owned() } else { text.join(", ") },
        }
    }
}
