//! Settings that no object took: an error that shows what was nearly meant, and why it was not.

use super::plan::{Plan, Setting};
use crate::configuration::{HookSettings, OnUnmatched};
use crate::finding::{Finding, Severity};
use crate::manifest::{HOOK, objects};
use crate::target::{Part, target_namespace};
use manifest_patch::Identity;
use strsim::osa_distance as distance;
use yaml_edit::Tree;

/// How many candidates a message shows.
const SHOWN: usize = 3;

/// An object that a setting did not take.
struct Candidate {
    identity: Identity,
    is_hook: bool,
    /// For each unmatched setting, the parts of its target that do not match.
    differences: Vec<Vec<Part>>,
}

/// The findings for the settings that matched nothing. In a stream that bears the stamp of this configuration they
/// matched when it was rendered: what they deleted, or selected by what they changed, is not to be found twice.
pub(super) fn unmatched<'s>(
    bodies: impl Iterator<Item = &'s str>,
    plan: &Plan<'_>,
    matched: &[bool],
    is_rendered: bool,
) -> Vec<Finding> {
    let missed: Vec<&Setting> = plan
        .settings
        .iter()
        .zip(matched)
        .filter(|(setting, matched)| !**matched && setting.on_unmatched != OnUnmatched::Ignore)
        .map(|(setting, _)| setting)
        .collect();
    if missed.is_empty() {
        return Vec::new();
    }
    let candidates = candidates(bodies, plan, &missed);
    let findings = missed.into_iter().enumerate().map(|(index, setting)| {
        let severity = match setting.on_unmatched {
            _ if is_rendered => Severity::Warning,
            OnUnmatched::Error => Severity::Error,
            OnUnmatched::Warn | OnUnmatched::Ignore => Severity::Warning,
        };
        let (message, help) = explained(setting, index, &candidates, plan);
        Finding::new("setting-unmatched", severity, message).field(&setting.source).help(help)
    });
    findings.collect()
}

fn candidates<'s>(
    bodies: impl Iterator<Item = &'s str>,
    plan: &Plan<'_>,
    missed: &[&Setting],
) -> Vec<Candidate> {
    let mut found = Vec::new();
    for body in bodies {
        let Ok(tree) = yaml_edit::read(body, Tree::default()) else { continue };
        for id in objects(&tree).unwrap_or_default() {
            let identity = Identity::of(&tree, id);
            let namespace = plan.context.namespace;
            let differences = missed
                .iter()
                .map(|setting| setting.matcher.differences(&identity, namespace, &tree, id).collect())
                .collect();
            let is_hook = tree.at(id, &["metadata", "annotations", HOOK]).is_some();
            found.push(Candidate { identity, is_hook, differences });
        }
    }
    found
}

/// What is wrong with the setting of the given index among the unmatched ones, and what to do about it.
fn explained(setting: &Setting, index: usize, candidates: &[Candidate], plan: &Plan<'_>) -> (String, String) {
    let wanted = &setting.wanted.text;
    let parts = |candidate: &Candidate| candidate.differences.get(index).cloned().unwrap_or_default();
    let hook = candidates.iter().find(|candidate| candidate.is_hook && parts(candidate).is_empty());
    if let Some(hook) = hook {
        let message =
            format!("no object matches `{wanted}` except the Helm hook `{}`", hook.identity.label());
        let help = match plan.context.configuration.hooks.settings {
            HookSettings::None => "settings skip Helm hooks because of `hooks: {settings: none}`; set `all`",
            HookSettings::Targeted | HookSettings::All => {
                "settings skip Helm hooks; set `hooks: {settings: all}`, or name `helm.sh/hook` in `target.annotationSelector`"
            }
        };
        return (message, help.to_owned());
    }
    let message = format!("no object matches `{wanted}`");
    // Where kind and name are right, objects of other names explain nothing.
    let is_named =
        |candidate: &Candidate| parts(candidate).iter().all(|part| !matches!(part, Part::Kind | Part::Name));
    let any_is_named = candidates.iter().any(is_named);
    let mut near: Vec<(usize, String)> = candidates
        .iter()
        .filter(|candidate| !any_is_named || is_named(candidate))
        .map(|candidate| {
            let parts = parts(candidate);
            (cost(setting, &candidate.identity, &parts), described(&candidate.identity, &parts, plan))
        })
        .collect();
    near.sort();
    near.dedup();
    let near: Vec<String> = near.into_iter().take(SHOWN).map(|(_, text)| text).collect();
    let help = match near.as_slice() {
        [] => "the stream has no objects".to_owned(),
        [one] => format!("the nearest is {one}"),
        several => format!("the nearest are {}", several.join(", ")),
    };
    (message, help)
}

/// How far an object is from what a setting is for. The right kind under another name is nearer than the right name
/// under another kind.
fn cost(setting: &Setting, identity: &Identity, parts: &[Part]) -> usize {
    let wanted = &setting.wanted;
    let others = parts.iter().filter(|part| !matches!(part, Part::Kind | Part::Name)).count();
    let kind = if parts.contains(&Part::Kind) { distance(&wanted.kind, &identity.kind) } else { 0 };
    let name = if parts.contains(&Part::Name) { distance(&wanted.name, &identity.name) } else { 0 };
    3 * kind + name + others
}

/// An object, with the reasons why it does not match where its kind and name do.
fn described(identity: &Identity, parts: &[Part], plan: &Plan<'_>) -> String {
    let label = identity.label();
    let reasons: Vec<String> = parts.iter().filter_map(|part| reason(*part, identity, plan)).collect();
    if reasons.is_empty() || parts.iter().any(|part| matches!(part, Part::Kind | Part::Name)) {
        return format!("`{label}`");
    }
    format!("`{label}` ({})", reasons.join(", "))
}

fn reason(part: Part, identity: &Identity, plan: &Plan<'_>) -> Option<String> {
    Some(match part {
        Part::Kind | Part::Name => return None,
        Part::Group if identity.group.is_empty() => "its API group is the core group".to_owned(),
        Part::Group => format!("its API group is `{}`", identity.group),
        Part::Version => format!("its API version is `{}`", identity.version),
        Part::Namespace => match target_namespace(identity, plan.context.namespace) {
            "" => "objects of its kind have no namespace".to_owned(),
            namespace if !identity.namespace.is_empty() => format!("its namespace is `{namespace}`"),
            namespace if plan.context.namespace.is_some() => {
                format!("its namespace is `{namespace}`, given by `--namespace`")
            }
            _ => "it names no namespace; pass that of the release with `--namespace`".to_owned(),
        },
        Part::LabelSelector => "its labels do not match".to_owned(),
        Part::AnnotationSelector => "its annotations do not match".to_owned(),
    })
}
