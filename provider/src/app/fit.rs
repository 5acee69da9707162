//! Warnings for apps that should not move to pods as they are. Each follows for certain from the configuration, has an
//! id that an exception can name, and a hint how to redesign the app.

mod addresses;
mod lifetime;
mod state;

use ipsy_post_renderer::standards_document::FIT;
use serde_json::Value;

use super::arguments::AppConfig;
use super::layers::Layers;
use super::problem::{Place, Problem, Problems, place_text};
use super::resolve::App;
use super::values;

/// Every part of the rule.
pub(crate) const PARTS: [&str; 8] = [
    "fit/fixed-address",
    "fit/instance-metadata",
    "fit/local-files",
    "fit/local-volume",
    "fit/long-shutdown",
    "fit/single-pod",
    "fit/slow-start",
    "fit/sticky-sessions",
];

/// Warns about `app`, once for each fact of all its clusters. Arguments that are still unknown are not judged.
pub(super) fn check(app: &App, config: &AppConfig, problems: &mut Problems) {
    let mut backends: Vec<Option<&str>> = app.traffic.clusters().map(|(name, ..)| Some(name)).collect();
    if backends.is_empty() {
        backends.push(None);
    }
    for backend in backends {
        let image = app.image.initial_reference("");
        let values = values::values(app, &image, None, backend);
        let judged = Judged { app, config, values: &values, backend };
        for misfit in judged.misfits() {
            if app.exceptions.waives(misfit.part) {
                continue;
            }
            let problem = misfit.problem();
            if !problems.0.contains(&problem) {
                problems.0.push(problem);
            }
        }
    }
}

/// An app as one of its clusters runs it.
struct Judged<'a> {
    app: &'a App,
    config: &'a AppConfig,
    values: &'a Value,
    backend: Option<&'a str>,
}

/// A reason why the app does not fit.
struct Misfit {
    /// One of [`PARTS`].
    part: &'static str,
    place: Vec<Place>,
    summary: String,
    /// What happens, in a sentence.
    effect: String,
    /// How to redesign, in a sentence.
    hint: &'static str,
}

impl Judged<'_> {
    fn misfits(&self) -> Vec<Misfit> {
        let mut misfits = self.state();
        misfits.extend(self.lifetime());
        misfits.extend(self.addresses());
        misfits
    }

    /// Whether all of these arguments and blocks are known, and whatever can override their values.
    fn knows(&self, arguments: &[&str]) -> bool {
        let overriding = ["extra_values", "backend", "override"];
        !arguments.iter().chain(&overriding).any(|name| self.config.is_unknown(name))
    }

    /// The argument that sets the field at `path` of the values.
    fn place(&self, path: &[&str]) -> Vec<Place> {
        let path: Vec<String> = path.iter().map(|step| (*step).to_owned()).collect();
        Layers::of(self.app, self.backend).argument(&path)
    }

    /// The highest number of pods of the app itself.
    fn most_pods(&self) -> u64 {
        let automatic = || self.values["autoscaling"]["max"].as_u64().unwrap_or(10);
        self.values["replicas"].as_u64().unwrap_or_else(automatic)
    }
}

impl Misfit {
    fn problem(self) -> Problem {
        let Self { part, place, summary, effect, hint } = self;
        debug_assert!(PARTS.contains(&part), "{part} at {}", place_text(&place));
        let id = FIT.id;
        let detail = format!(
            "{effect} (rule `{part}`). {hint} If it must stay, add an `exception` block with `rule = \"{part}\"`, a \
             reason, an owner and a date. The guide \"Does the app fit?\" has the whole checklist of the rule `{id}`."
        );
        Problem { place, summary, detail, warning: true }
    }
}

#[cfg(test)]
mod tests;
