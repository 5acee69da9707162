//! The organisation's standards as one app meets them: the document with the overlay of the app's environment, and
//! where in it each value stands.

use std::ops::Deref;

use ipsy_post_renderer::configuration::Mode;
pub(crate) use ipsy_post_renderer::standards_document::{Standards, StandardsDocument};

use super::problem::Problems;

/// The standards of an app's environment.
pub(crate) struct AppStandards<'d> {
    document: &'d StandardsDocument,
    environment: Option<String>,
    standards: Standards,
}

impl<'d> AppStandards<'d> {
    /// The standards of an environment. One that the document does not list is an error.
    pub(crate) fn of(
        document: &'d StandardsDocument,
        environment: Option<&str>,
        problems: &mut Problems,
    ) -> Self {
        let found = document.of_environment(environment);
        let environment = environment.filter(|_| found.is_ok()).map(ToOwned::to_owned);
        let standards = found.unwrap_or_else(|findings| {
            for finding in findings {
                problems.error(
                    "environment",
                    capitalized(&finding.message),
                    finding.help.unwrap_or_default(),
                );
            }
            document.of_environment(None).unwrap_or_default()
        });
        Self { document, environment, standards }
    }

    /// How messages name these standards.
    pub(crate) fn title(&self) -> String {
        match &self.standards.version {
            Some(version) => format!("standards {version}"),
            None => "the standards".to_owned(),
        }
    }

    /// These standards with the place of a field: `standards 2026.11 (standards.yaml, line 12)`.
    pub(crate) fn source(&self, field: &str) -> String {
        match self.document.place_of(self.environment.as_deref(), field) {
            Some(place) => format!("{} ({place})", self.title()),
            None => self.title(),
        }
    }

    /// The standards without their places.
    pub(crate) fn into_standards(self) -> Standards {
        self.standards
    }
}

impl Deref for AppStandards<'_> {
    type Target = Standards;

    fn deref(&self) -> &Standards {
        &self.standards
    }
}

impl Problems {
    /// Says that an app breaks a rule of the standards, as strictly as they are. `wanted` says what they want, and
    /// where they say so; `fix` what to do besides an exception.
    pub(crate) fn breach(&mut self, mode: Mode, breach: Breach<'_>) {
        let Breach { rule, place, summary, wanted, fix } = breach;
        let detail = format!(
            "{} (rule `{rule}`). {fix}, or add an `exception` block with `rule = \"{rule}\"`, a reason, an owner and \
             a date.",
            capitalized(&wanted)
        );
        match mode {
            Mode::Enforce => self.error(place, summary, detail),
            Mode::Default | Mode::Warn => self.warning(place, summary, detail),
            Mode::Off => {}
        }
    }
}

/// A broken rule.
pub(crate) struct Breach<'b> {
    pub(crate) rule: &'b str,
    /// The attribute that breaks it.
    pub(crate) place: &'b str,
    pub(crate) summary: String,
    pub(crate) wanted: String,
    pub(crate) fix: String,
}

/// `text` with a capital first letter.
pub(crate) fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
