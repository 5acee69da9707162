//! The standards about images, judged at plan where the configuration names the whole image.

use ipsy_post_renderer::{IMAGE_REGISTRY, check_image};

use super::{Image, ImageConfig, Reference, Repository, Source};
use crate::app::exceptions::Exceptions;
use crate::app::problem::Problems;
use crate::app::standards::{AppStandards, Breach, capitalized};

/// The arguments of an image. A rule whose argument is `None` is not judged.
pub(crate) struct ImagePlaces<'p> {
    /// The argument that names the registry.
    pub(crate) registry: Option<&'p str>,
    /// The argument that names the version.
    pub(crate) pin: Option<&'p str>,
}

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
        let pin = match (&self.source, config) {
            (Source::Literal { .. }, Some(config)) => {
                written("image.digest", &config.digest).or(written("image.tag", &config.tag))
            }
            (Source::Pointer { .. }, Some(config)) => written("image.initial", &config.initial),
            (_, None) => None,
        };
        if pin.is_none() {
            return;
        }
        let (Repository::Owned(name) | Repository::Foreign(name)) = &self.repository;
        // A repository of the app's own is in the registry of the account.
        let registry = matches!(self.repository, Repository::Foreign(_)).then_some("image.repository");
        let image: Reference = self.initial_reference(name);
        let places = ImagePlaces { registry, pin };
        check_image_standards(&image.text(), &places, standards, exceptions, problems);
    }
}

/// Reports the standards that an image breaks.
pub(crate) fn check_image_standards(
    image: &str,
    places: &ImagePlaces<'_>,
    standards: &AppStandards<'_>,
    exceptions: &Exceptions,
    problems: &mut Problems,
) {
    for breach in check_image(image, &standards.standards) {
        let rule = breach.rule.id;
        let place = if rule == IMAGE_REGISTRY.id { places.registry } else { places.pin };
        let Some(place) = place.filter(|_| !exceptions.waives(&format!("{rule}/{}", breach.name))) else {
            continue;
        };
        problems.breach(
            breach.mode,
            Breach {
                rule,
                place,
                summary: breach.message,
                wanted: format!("{} do not allow it", standards.source(breach.rule.source)),
                fix: capitalized(&breach.help),
            },
        );
    }
}
