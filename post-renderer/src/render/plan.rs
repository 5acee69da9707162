//! A configuration made ready: patches and targets compiled, standards chosen, everything that is wrong found.

use super::RenderOptions;
use super::kapp::Kapp;
use crate::configuration::{Configuration, OnUnmatched, Stamp, Target, check_setting};
use crate::finding::Finding;
use crate::manifest::Identity;
use crate::object::{Context, Waiver};
use crate::patch::{self, Body, ListKeys, Patch};
use crate::standards::{Owners, STANDARDS, Standard};
use crate::target::Matcher;
use serde_json::Value;

/// What a rendering does, ready to be done.
pub(super) struct Plan<'c> {
    pub(super) context: Context<'c>,
    pub(super) standards: Vec<&'static dyn Standard>,
    pub(super) settings: Vec<Setting>,
    pub(super) list_keys: ListKeys,
    /// What kapp is told, where it deploys.
    pub(super) kapp: Option<Kapp>,
    /// Whether the stream may have a configuration among its documents.
    pub(super) carries: bool,
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
        let mut findings = Vec::new();
        let mut settings = Vec::new();
        for (index, setting) in configuration.advanced_settings.iter().enumerate() {
            let place = format!("advancedSettings[{index}]");
            let source =
                if setting.name.is_empty() { place.clone() } else { format!("{place} ({})", setting.name) };
            let found = check_setting(setting);
            let compiled = patch::compile(setting);
            if let (true, Ok(patch)) = (found.is_empty(), compiled) {
                let (matcher, wanted) = match &setting.target {
                    Some(target) => (Matcher::compile(target).unwrap_or_default(), Wanted::of(target)),
                    None => named(&patch),
                };
                let on_unmatched = setting.on_unmatched;
                let patch = patch.anonymous();
                let reaches_identity = patch.reaches_identity();
                settings.push(Setting { source, matcher, wanted, patch, reaches_identity, on_unmatched });
            }
            findings.extend(found.into_iter().map(|finding| {
                let field = format!("{place}.{}", finding.location.field.clone().unwrap_or_default());
                finding.field(field)
            }));
        }
        let mut warnings = Vec::new();
        let exceptions = waivers(configuration, options, &mut findings, &mut warnings);
        if !findings.is_empty() {
            return Err(findings);
        }
        let context = Context {
            configuration,
            exceptions,
            owners: Owners::default(),
            namespace: options.namespace.as_deref(),
        };
        let standards = STANDARDS.iter().copied().filter(|standard| standard.is_on(configuration)).collect();
        let mut stamps = Vec::new();
        if configuration.stamp != Stamp::Never {
            stamps.push(("ipsy.dev/config-hash", Value::String(configuration.hash())));
            if let Some(version) = &configuration.standards_version {
                stamps.push(("ipsy.dev/standards-version", Value::String(version.clone())));
            }
        }
        let list_keys = ListKeys::new(&configuration.list_keys);
        Ok(Self {
            context,
            standards,
            settings,
            list_keys,
            kapp: None,
            carries: false,
            stamps,
            findings: warnings,
        })
    }
}

fn waivers<'c>(
    configuration: &'c Configuration,
    options: &RenderOptions,
    findings: &mut Vec<Finding>,
    warnings: &mut Vec<Finding>,
) -> Vec<Waiver<'c>> {
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
        match Matcher::compile(exception.target.as_ref().unwrap_or(&Target::default())) {
            Ok(matcher) => waivers.push(Waiver { exception, matcher }),
            Err(found) => findings.extend(found.into_iter().map(|finding| {
                let field = format!("{place}.target.{}", finding.location.field.clone().unwrap_or_default());
                finding.field(field)
            })),
        }
    }
    waivers
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
