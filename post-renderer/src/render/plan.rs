//! A configuration made ready: patches and targets compiled, standards chosen, everything that is wrong found.

use super::RenderOptions;
use super::kapp::Kapp;
use crate::autoscalers::Owners;
use crate::configuration::{AdvancedSetting, Configuration, OnUnmatched, Stamp, Target};
use crate::finding::Finding;
use crate::object::{Context, Waiver};
use crate::settings::{check, compile};
use crate::standards::{STANDARDS, Standard};
use crate::target::Matcher;
use manifest_patch::Identity;
use manifest_patch::{Body, ListKeys, Patch};
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
    pub(super) patch: Patch,
    /// Whether the patch could change what no patch may change.
    pub(super) reaches_identity: bool,
    pub(super) on_unmatched: OnUnmatched,
    pub(super) origin: Origin,
}

/// Where a setting comes from, which decides when it applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The configuration: after the standards.
    Configuration,
    /// The stream itself: before the standards, so that it can undo none of them.
    Stream,
}

impl Setting {
    /// Compiles a setting.
    fn compile((index, setting): (usize, &AdvancedSetting)) -> Result<Self, Vec<Finding>> {
        let place = format!("advancedSettings[{index}]");
        let source = if setting.name.is_empty() { place } else { format!("{place} ({})", setting.name) };
        let patch = compile(setting)
            .map_err(|problems| problems.into_iter().map(Finding::from).collect::<Vec<_>>())?;
        let (matcher, wanted) = match &setting.target {
            Some(target) => (Matcher::compile(target)?, Wanted::of(target)),
            None => named(&patch),
        };
        let patch = patch.anonymous();
        let reaches_identity = patch.reaches_identity();
        Ok(Self {
            source,
            matcher,
            wanted,
            patch,
            reaches_identity,
            on_unmatched: setting.on_unmatched,
            origin: Origin::Configuration,
        })
    }
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
        let settings = configuration.advanced_settings.iter().enumerate();
        let settings = settings.map(Setting::compile).collect::<Result<Vec<Setting>, Vec<Finding>>>()?;
        let mut warnings = Vec::new();
        let exceptions = waivers(configuration, options, &mut warnings)?;
        let context = Context {
            configuration,
            exceptions,
            owners: Owners::default(),
            namespace: options.namespace.as_deref(),
        };
        let mut standards: Vec<_> =
            STANDARDS.iter().copied().filter(|standard| standard.is_on(configuration)).collect();
        if options.without_standards {
            warnings.extend(standards_off(&standards));
            standards.clear();
        }
        let mut stamps = Vec::new();
        if configuration.stamp != Stamp::Never {
            stamps.push(("ipsy.dev/config-hash", Value::String(configuration.hash())));
            if let Some(version) = &configuration.standards_version {
                stamps.push(("ipsy.dev/standards-version", Value::String(version.clone())));
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
            for setting in configuration.advanced_settings.iter().enumerate() {
                self.settings.push(Setting { origin: Origin::Stream, ..Setting::compile(setting)? });
            }
        }
        Ok(())
    }
}

fn waivers<'c>(
    configuration: &'c Configuration,
    options: &RenderOptions,
    warnings: &mut Vec<Finding>,
) -> Result<Vec<Waiver<'c>>, Vec<Finding>> {
    let mut waivers = Vec::new();
    for (index, exception) in configuration.exceptions.iter().enumerate() {
        let place = format!("exceptions[{index}]");
        let expired = match (&options.as_of, &exception.expires) {
            // ISO dates order as texts do; their form is checked when the configuration is read.
            (Some(today), Some(last)) => last.as_str() < today.as_str(),
            _ => false,
        };
        if expired {
            let last = exception.expires.as_deref().unwrap_or_default();
            let message = format!(
                "the exception from `{}` ended on {last}; the standard applies again",
                exception.rule
            );
            warnings.push(Finding::warning("exception-expired", message).field(place));
            continue;
        }
        let matcher = exception.target.as_ref().map(Matcher::compile).transpose()?.unwrap_or_default();
        waivers.push(Waiver { exception, matcher });
    }
    Ok(waivers)
}

/// A warning that names the standards which the configuration turns on, but which do not apply.
fn standards_off(standards: &[&'static dyn Standard]) -> Option<Finding> {
    let unconfigured = Configuration::default();
    let configured: Vec<String> = standards
        .iter()
        .filter(|standard| !standard.is_on(&unconfigured))
        .map(|standard| format!("`{}`", standard.rule().id))
        .collect();
    (!configured.is_empty()).then(|| {
        let message = format!("standards of the configuration do not apply: {}", configured.join(", "));
        Finding::warning("standards-off", message).help("leave out `--standards none` to apply them")
    })
}

/// The object that a merge patch without target names itself.
fn named(patch: &Patch) -> (Matcher, Wanted) {
    let Body::Merge(members) = &patch.body else { return (Matcher::default(), Wanted::default()) };
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let metadata = members.get("metadata");
    let api_version = text(members.get("apiVersion"));
    let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
    let identity = Identity {
        group: group.to_owned(),
        version: version.to_owned(),
        kind: text(members.get("kind")),
        name: text(metadata.and_then(|metadata| metadata.get("name"))),
        namespace: text(metadata.and_then(|metadata| metadata.get("namespace"))),
    };
    let wanted = Wanted {
        kind: identity.kind.clone(),
        name: identity.name.clone(),
        text: format!("{api_version} {}", identity.label()),
    };
    (Matcher::exactly(&identity), wanted)
}

impl Wanted {
    fn of(target: &Target) -> Self {
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
