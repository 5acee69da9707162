//! A kustomization as settings, in kustomize's own order: patches, labels, annotations, JSON 6902 patches, replicas,
//! images, replacements.

mod metadata;
mod replacement;
mod sources;

use super::action::Action;
use super::plan::{Origin, Setting, Wanted};
use crate::configuration::{
    AdvancedSetting, Kustomization, OnUnmatched, Replacement, ReplacementTarget, ReplicaCount, Target,
    strategic_merge_settings,
};
use crate::finding::Finding;
use crate::target::Matcher;
use manifest_patch::Failure;
pub(super) use metadata::MetadataEntries;
pub(super) use replacement::ReplacementStep;
use serde_json::Value;
pub(super) use sources::resolve;
use yaml_edit::{NodeId, Tree};

/// The settings of a kustomization. `place` is its place in the configuration.
pub(super) fn settings(kustomization: &Kustomization, place: &str) -> Result<Vec<Setting>, Vec<Finding>> {
    let mut settings = Vec::new();
    let patch = |field: String, all: Vec<AdvancedSetting>, settings: &mut Vec<Setting>| {
        all.iter().try_for_each(|setting| {
            let compiled = Setting::compile(setting, format!("{place}.{field}"))?;
            settings.push(Setting { origin: Origin::Kustomization, ..compiled });
            Ok::<(), Vec<Finding>>(())
        })
    };
    for (index, text) in kustomization.patches_strategic_merge.iter().enumerate() {
        patch(format!("patchesStrategicMerge[{index}]"), strategic_merge_settings(text), &mut settings)?;
    }
    for (index, one) in kustomization.patches.iter().enumerate() {
        patch(format!("patches[{index}]"), one.settings(), &mut settings)?;
    }
    let every = |field: String, action: Action| Setting {
        on_unmatched: OnUnmatched::Ignore,
        ..step(format!("{place}.{field}"), Matcher::default(), Wanted::default(), action)
    };
    for (index, labels) in kustomization.labels.iter().enumerate() {
        let action = Action::Metadata(MetadataEntries::labels(labels));
        settings.push(every(format!("labels[{index}]"), action));
    }
    if !kustomization.common_annotations.is_empty() {
        let action = Action::Metadata(MetadataEntries::annotations(&kustomization.common_annotations));
        settings.push(every("commonAnnotations".to_owned(), action));
    }
    for (index, one) in kustomization.patches_json6902.iter().enumerate() {
        patch(format!("patchesJson6902[{index}]"), one.settings(), &mut settings)?;
    }
    for (index, replicas) in kustomization.replicas.iter().enumerate() {
        settings.push(replica_count(replicas, format!("{place}.replicas[{index}]"))?);
    }
    if !kustomization.images.is_empty() {
        settings.push(every("images".to_owned(), Action::Images(kustomization.images.clone())));
    }
    for (index, replacement) in kustomization.replacements.iter().enumerate() {
        replacements(replacement, &format!("{place}.replacements[{index}]"), &mut settings)?;
    }
    Ok(settings)
}

fn step(source: String, matcher: Matcher, wanted: Wanted, action: Action) -> Setting {
    let reaches_identity = action.reaches_identity();
    Setting {
        source,
        matcher,
        wanted,
        action,
        reaches_identity,
        on_unmatched: OnUnmatched::Error,
        origin: Origin::Kustomization,
        findings: Vec::new(),
    }
}

/// The kinds whose `spec.replicas` kustomize sets.
const REPLICATED: &str = "Deployment|StatefulSet|ReplicaSet|ReplicationController";

fn replica_count(replicas: &ReplicaCount, source: String) -> Result<Setting, Vec<Finding>> {
    let target = Target {
        kind: Some(REPLICATED.to_owned()),
        name: Some(regex::escape(&replicas.name)),
        ..Target::default()
    };
    let wanted = Wanted {
        kind: "Deployment".to_owned(),
        name: replicas.name.clone(),
        text: format!("name: {}, kind: {REPLICATED}", replicas.name),
    };
    Ok(step(source, Matcher::compile(&target)?, wanted, Action::Replicas(replicas.count)))
}

/// Sets `spec.replicas`.
pub(super) fn set_replicas(tree: &mut Tree<'_>, id: NodeId, count: u32) -> Result<(), Failure> {
    let spec = tree.mapping(id, &["spec"])?;
    tree.set(spec, "replicas", &Value::from(count))?;
    Ok(())
}

/// One setting for each target of a replacement.
fn replacements(
    replacement: &Replacement,
    place: &str,
    settings: &mut Vec<Setting>,
) -> Result<(), Vec<Finding>> {
    for (index, target) in replacement.targets.iter().enumerate() {
        let place = format!("{place}.targets[{index}]");
        let compiled = ReplacementStep::new(replacement, target, reject(target)?)
            .map_err(|problem| vec![Finding::from(problem).below(&place)])?;
        let matcher = Matcher::compile(&target.select)?;
        settings.push(step(
            place,
            matcher,
            Wanted::of(&target.select),
            Action::Replacement(Box::new(compiled)),
        ));
    }
    Ok(())
}

fn reject(target: &ReplacementTarget) -> Result<Vec<Matcher>, Vec<Finding>> {
    target.reject.iter().map(Matcher::compile).collect()
}
