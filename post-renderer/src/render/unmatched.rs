//! Settings that no object took: an error that shows what was nearly meant.

use super::plan::Setting;
use crate::configuration::OnUnmatched;
use crate::finding::{Finding, Severity};
use crate::manifest::objects;
use manifest_patch::Identity;
use strsim::osa_distance as distance;
use yaml_edit::Tree;

/// How many candidates a message shows.
const SHOWN: usize = 3;

/// The findings for the settings that matched nothing. In a stream that bears the stamp of this configuration they
/// matched when it was rendered: what they deleted, or selected by what they changed, is not to be found twice.
pub(super) fn unmatched<'s>(
    bodies: impl Iterator<Item = &'s str>,
    settings: &[Setting],
    matched: &[bool],
    is_rendered: bool,
) -> Vec<Finding> {
    let missed: Vec<&Setting> = settings
        .iter()
        .zip(matched)
        .filter(|(setting, matched)| !**matched && setting.on_unmatched != OnUnmatched::Ignore)
        .map(|(setting, _)| setting)
        .collect();
    if missed.is_empty() {
        return Vec::new();
    }
    let identities = identities(bodies);
    missed
        .into_iter()
        .map(|setting| {
            let severity = match setting.on_unmatched {
                _ if is_rendered => Severity::Warning,
                OnUnmatched::Error => Severity::Error,
                OnUnmatched::Warn | OnUnmatched::Ignore => Severity::Warning,
            };
            let message = format!("no object matches `{}`", setting.wanted.text);
            let finding = Finding::new("setting-unmatched", severity, message).field(&setting.source);
            let near = nearest(setting, &identities);
            if near.is_empty() {
                finding.help("the stream has no objects")
            } else {
                finding.help(format!("the nearest are {}", near.join(", ")))
            }
        })
        .collect()
}

fn identities<'s>(bodies: impl Iterator<Item = &'s str>) -> Vec<Identity> {
    let mut found = Vec::new();
    for body in bodies {
        let Ok(tree) = yaml_edit::read(body, Tree::default()) else { continue };
        found.extend(objects(&tree).unwrap_or_default().into_iter().map(|id| Identity::of(&tree, id)));
    }
    found
}

fn nearest(setting: &Setting, identities: &[Identity]) -> Vec<String> {
    let wanted = &setting.wanted;
    let cost = |identity: &Identity| {
        let kind = if wanted.kind.is_empty() { 0 } else { distance(&wanted.kind, &identity.kind) };
        let name = if wanted.name.is_empty() { 0 } else { distance(&wanted.name, &identity.name) };
        // The right kind under another name is nearer than the right name under another kind.
        (3 * kind + name, identity.label())
    };
    let mut sorted: Vec<(usize, String)> = identities.iter().map(cost).collect();
    sorted.sort();
    sorted.dedup();
    sorted.into_iter().take(SHOWN).map(|(_, label)| format!("`{label}`")).collect()
}
