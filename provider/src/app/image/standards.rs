//! The standards about images, judged at plan where the configuration names the whole image.

use ipsy_post_renderer::check_image;

use super::{Image, Reference, Repository, Source};
use crate::app::config::ImageConfig;
use crate::app::exceptions::Exceptions;
use crate::app::problem::Problems;
use crate::app::standards::{AppStandards, Breach, capitalized};

/// Where the standard about registries stands: what is pushed to the app's own repository is in the account's.
const REGISTRY: &str = "image-registry";

impl Image {
    /// Tells which standards the image breaks. What CI writes into the pointer is judged when it is installed.
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
            let is_registry = breach.rule == REGISTRY;
            let is_waived = exceptions.waives(&format!("{}/{}", breach.rule, breach.name));
            if is_waived || is_registry && matches!(self.repository, Repository::Owned(_)) {
                continue;
            }
            let (place, field) = if is_registry {
                ("image.repository", "standards.imageRegistry")
            } else {
                (place, "standards.imagePinning")
            };
            problems.breach(
                breach.mode,
                Breach {
                    rule: breach.rule,
                    place,
                    summary: breach.message,
                    wanted: format!("{} do not allow it", standards.source(field)),
                    fix: capitalized(&breach.help),
                },
            );
        }
    }
}
