//! The standards about Spot capacity.

use ipsy_post_renderer::standards_document::SPOT_MAXIMUM;
use serde_json::{Value, json};

use super::exceptions::Exceptions;
use super::explain::Explanations;
use super::problem::Problems;
use super::release::Release;
use super::standards::{AppStandards, Breach};

/// The argument of an app without parts of its own.
const ARGUMENT: &str = "placement.spot_percent";

/// Gives an app without a share of its own that of the standards.
pub(super) fn default_share(
    chart: &mut Value,
    standards: &AppStandards<'_>,
    explanations: &mut Explanations,
) {
    let Some(percent) = standards.spot.default_percent else { return };
    if chart["placement"]["spotPercent"].is_null() {
        chart["placement"]["spotPercent"] = json!(percent);
        explanations.note(ARGUMENT, percent, &standards.field("spot.defaultPercent"));
    }
}

/// Reports shares above the maximum.
pub(super) fn check(
    release: &Release<'_>,
    standards: &AppStandards<'_>,
    exceptions: &Exceptions,
    problems: &mut Problems,
) {
    let Some(maximum) = standards.spot.maximum_percent.map(i64::from) else { return };
    if exceptions.waives(SPOT_MAXIMUM.id) {
        return;
    }
    let values = &*release.values;
    let mut parts = vec![(vec![], values), (vec!["migration"], &values["migration"])];
    for kind in ["workers", "crons"] {
        let named = values[kind].as_object().into_iter().flatten();
        parts.extend(named.map(|(name, part)| (vec![kind, name.as_str()], part)));
    }
    for (path, part) in parts {
        let percent = part["placement"]["spotPercent"].as_i64();
        let Some(percent) = percent.filter(|percent| *percent > maximum) else { continue };
        problems.breach(
            standards.mode,
            Breach {
                rule: SPOT_MAXIMUM.id,
                place: &release.argument(&[path.as_slice(), &["placement", "spotPercent"]].concat()),
                summary: format!("A Spot share of {percent} percent is above what is allowed"),
                wanted: format!("{} allow at most {maximum}", standards.source(SPOT_MAXIMUM.source)),
                fix: "Lower it".to_owned(),
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use ipsy_post_renderer::standards_document::StandardsDocument;
    use time::macros::date;

    use super::*;
    use crate::app::arguments::AppConfig;
    use crate::app::problem::place_text;
    use crate::app::resolve::resolve;

    #[test]
    fn a_share_has_a_default_and_a_maximum() {
        let document =
            "apiVersion: ipsy.dev/v1\nkind: Standards\nspot: {defaultPercent: 50, maximumPercent: 80}\n";
        let document = StandardsDocument::from_yaml(document, "standards.yaml").unwrap();
        let mut problems = Problems::default();
        let worker = json!({ "mail": { "placement": { "spot_percent": 100 } } });
        let config = json!({ "name": "shop", "environment": "prod", "worker": worker });
        let config = AppConfig::from_json(&config).unwrap();
        let app = resolve(&config, &document, true, date!(2026 - 11 - 27), &mut problems);
        assert_eq!(app.chart["placement"]["spotPercent"], 50);
        let places: Vec<String> = problems.0.iter().map(|problem| place_text(&problem.place)).collect();
        assert_eq!(places, ["worker[\"mail\"].placement.spot_percent"]);
    }
}
