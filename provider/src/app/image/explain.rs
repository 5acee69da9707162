//! The image among the explained settings: who chooses it, and where.

use super::{Image, ImageConfig, Repository, Source};
use crate::app::explain::{Explanations, Source as Origin};

impl Image {
    /// Notes the repository, and what decides the version.
    pub(crate) fn explain(&self, config: Option<&ImageConfig>, explanations: &mut Explanations) {
        let default = ImageConfig::default();
        let config = config.unwrap_or(&default);
        let mut note = |argument: &str, given: &Option<String>, value: &str| {
            let origin = if given.is_some() { Origin::Argument } else { Origin::Default };
            explanations.note(&format!("image.{argument}"), value, &origin);
        };
        let (Repository::Owned(name) | Repository::Foreign(name)) = &self.repository;
        note("repository", &config.repository, name);
        note("pull_policy", &config.pull_policy, &self.pull_policy);
        match &self.source {
            Source::Pointer { initial } => {
                note("source", &config.source, "pointer");
                note("parameter", &config.parameter, &self.parameter);
                note("initial", &config.initial, initial);
            }
            Source::Literal { tag, digest } => {
                note("source", &config.source, "literal");
                for (argument, given, value) in
                    [("tag", &config.tag, tag), ("digest", &config.digest, digest)]
                {
                    if given.is_some() {
                        note(argument, given, value);
                    }
                }
            }
        }
    }
}
