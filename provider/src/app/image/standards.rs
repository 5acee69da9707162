//! The standards about images, judged at plan where the configuration names the whole image.

use ipsy_post_renderer::{IMAGE_REGISTRY, check_image};

use super::{Image, ImageConfig, Reference, Repository, Source};
use crate::app::exceptions::Exceptions;
use crate::app::problem::Problems;
use crate::app::standards::{AppStandards, Breach, capitalized};

impl Image {
    /// Reports the standards that the image breaks. An image that CI writes into the pointer is checked at install time.
    pub(crate) fn check_standards(
        &self,
        config: Option<&ImageConfig>,
        standards: &AppStandards<'_>,
        exceptions: &Exceptions,
        problems: &mut Problems,
    ) {
        let written = |place, tag: &Option<String>| tag.is_some().then_some(place);
        let place = match (&self.source, config) {
            (Source::Literal { .. }, Some(config)) => {
                written("image.digest", &config.digest).or(written("image.tag", &config.tag))
            }
            (Source::Pointer { .. }, Some(config)) => written("image.initial", &config.initial),
            (_, None) => None,
        };
        let Some(place) = place else { return };
        let (Repository::Owned(name) | Repository::Foreign(name)) = &self.repository;
        let image: Reference = self.initial_reference(name);
        for breach in check_image(&image.text(), &standards.standards) {
            let rule = breach.rule.id;
            let is_registry = rule == IMAGE_REGISTRY.id;
            let is_waived = exceptions.waives(&format!("{rule}/{}", breach.name));
            // A repository of the app's own is in the registry of the account.
            if is_waived || is_registry && matches!(self.repository, Repository::Owned(_)) {
                continue;
            }
            problems.breach(
                breach.mode,
                Breach {
                    rule,
                    place: if is_registry { "image.repository" } else { place },
                    summary: breach.message,
                    wanted: format!("{} do not allow it", standards.source(breach.rule.source)),
                    fix: capitalized(&breach.help),
                },
            );
        }
    }
}
