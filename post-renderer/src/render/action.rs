//! What a setting does to an object: a patch, or one part of a kustomization.

use super::kustomization::{MetadataEntries, ReplacementStep, set_replicas};
use super::plan::Plan;
use crate::configuration::Image;
use crate::images::replace_images;
use manifest_patch::{Failure, Identity, Outcome, Patch};
use yaml_edit::{NodeId, Tree};

/// What a setting does.
pub(super) enum Action {
    /// A patch.
    Patch(Patch),
    /// Labels or annotations.
    Metadata(MetadataEntries),
    /// A number of replicas.
    Replicas(u32),
    /// Image replacements.
    Images(Vec<Image>),
    /// A value from another object.
    Replacement(Box<ReplacementStep>),
}

impl Action {
    /// Whether it is a patch that has nothing to do.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Patch(patch) if patch.is_empty())
    }

    /// Whether it could change what names an object.
    pub(super) fn reaches_identity(&self) -> bool {
        match self {
            Self::Patch(patch) => patch.reaches_identity(),
            // Their keys and fields may be any.
            Self::Metadata(_) | Self::Replacement(_) => true,
            Self::Replicas(_) | Self::Images(_) => false,
        }
    }

    /// Applies it to the object at a node.
    pub(super) fn apply(
        &self,
        tree: &mut Tree<'_>,
        id: NodeId,
        identity: &Identity,
        plan: &Plan<'_>,
    ) -> Result<Outcome, Failure> {
        match self {
            Self::Patch(patch) => return patch.apply(tree, id, identity, &plan.list_keys),
            Self::Metadata(entries) => entries.apply(tree, id, identity)?,
            Self::Replicas(count) => set_replicas(tree, id, *count)?,
            Self::Images(images) => replace_images(tree, id, images)?,
            Self::Replacement(replacement) => {
                replacement.apply(tree, id, identity, plan.context.namespace)?;
            }
        }
        Ok(Outcome::Stays)
    }
}
