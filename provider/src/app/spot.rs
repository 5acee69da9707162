//! The standards about Spot capacity.

use ipsy_post_renderer::standards_document::SPOT_MAXIMUM;
use serde_json::{Value, json};

use super::exceptions::Exceptions;
use super::explain::Explanations;
use super::problem::Problems;
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
    chart: &Value,
    standards: &AppStandards<'_>,
    exceptions: &Exceptions,
    problems: &mut Problems,
) {
    let Some(maximum) = standards.spot.maximum_percent.map(i64::from) else { return };
    if exceptions.waives(SPOT_MAXIMUM.id) {
        return;
    }
    let mut parts = vec![
        (ARGUMENT.to_owned(), &chart["placement"]),
        (format!("migration.{ARGUMENT}"), &chart["migration"]["placement"]),
    ];
    for (kind, block) in [("workers", "worker"), ("crons", "cron")] {
        for (name, part) in chart[kind].as_object().into_iter().flatten() {
            parts.push((format!("{block}[{name:?}].{ARGUMENT}"), &part["placement"]));
        }
    }
    for (place, placement) in parts {
        let Some(percent) = placement["spotPercent"].as_i64().filter(|percent| *percent > maximum) else {
            continue;
        };
        problems.breach(
            standards.mode,
            Breach {
                rule: SPOT_MAXIMUM.id,
                place: &place,
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

    use super::*;
    use crate::app::problem::place_text;

    #[test]
    fn a_share_has_a_default_and_a_maximum() {
        let document =
            "apiVersion: ipsy.dev/v1\nkind: Standards\nspot: {defaultPercent: 50, maximumPercent: 80}\n";
        let document = StandardsDocument::from_yaml(document, "standards.yaml").unwrap();
        let mut problems = Problems::default();
        let standards = AppStandards::of(&document, None, &mut problems);
        let mut chart = json!({ "workers": { "mail": { "placement": { "spotPercent": 100 } } } });
        let (mut explanations, exceptions) = (Explanations::default(), Exceptions::default());
        default_share(&mut chart, &standards, &mut explanations);
        assert_eq!(chart["placement"]["spotPercent"], 50);
        check(&chart, &standards, &exceptions, &mut problems);
        let places: Vec<String> = problems.0.iter().map(|problem| place_text(&problem.place)).collect();
        assert_eq!(places, ["worker[\"mail\"].placement.spot_percent"]);
    }
}
