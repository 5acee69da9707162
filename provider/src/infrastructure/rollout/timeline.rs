//! A picture of a change of weights: one column for each step, the share of each backend in it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::journal::{Journal, Step};

const COLUMN: i64 = 120;
const HEIGHT: i64 = 200;
const LEFT: i64 = 16;
const TOP: i64 = 16;
/// A colour for each backend of a rule.
const COLOURS: [&str; 5] = ["#4c78a8", "#f58518", "#54a24b", "#b279a2", "#9d755d"];

/// Draws it as SVG.
pub(super) fn draw(journal: &Journal) -> String {
    let names: BTreeSet<&str> =
        journal.steps.iter().flat_map(|step| step.backends.keys().map(String::as_str)).collect();
    let columns = i64::try_from(journal.steps.len()).unwrap_or(0).max(2);
    let (width, height) = (2 * LEFT + columns * COLUMN, TOP + HEIGHT + 64);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n"
    );
    for (left, step) in (0_i64..).map(|index| LEFT + index * COLUMN).zip(&journal.steps) {
        column(&mut svg, left, step, &names);
    }
    for ((left, name), colour) in
        (0_i64..).map(|index| LEFT + index * COLUMN).zip(&names).zip(COLOURS.iter().cycle())
    {
        let (square, text, top) = (left, left + 16, TOP + HEIGHT + 44);
        line(
            &mut svg,
            &format!(
                "<rect x=\"{square}\" y=\"{}\" width=\"12\" height=\"12\" fill=\"{colour}\"/>\
                 <text x=\"{text}\" y=\"{top}\">{}</text>",
                top - 10,
                escaped(name)
            ),
        );
    }
    if let Some(failure) = &journal.failure {
        let top = TOP + HEIGHT + 60;
        line(&mut svg, &format!("<text x=\"{LEFT}\" y=\"{top}\" fill=\"#c00\">{}</text>", escaped(failure)));
    }
    svg.push_str("</svg>\n");
    svg
}

fn column(svg: &mut String, left: i64, step: &Step, names: &BTreeSet<&str>) {
    let sum = step.backends.values().map(|backend| backend.weight).sum::<i64>().max(1);
    let mut top = TOP;
    for (name, colour) in names.iter().zip(COLOURS.iter().cycle()) {
        let Some(backend) = step.backends.get(*name).filter(|backend| backend.weight > 0) else { continue };
        let high = backend.weight * HEIGHT / sum;
        let requests =
            backend.requests.map_or_else(String::new, |requests| format!(", {requests:.0} requests"));
        line(
            svg,
            &format!(
                "<rect x=\"{left}\" y=\"{top}\" width=\"{}\" height=\"{high}\" fill=\"{colour}\">\
                 <title>{}: weight {}{requests}</title></rect>",
                COLUMN - 8,
                escaped(name),
                backend.weight
            ),
        );
        top += high;
    }
    let under = TOP + HEIGHT + 16;
    line(svg, &format!("<text x=\"{left}\" y=\"{under}\">{} %, {} s</text>", step.percent, step.seconds));
}

fn line(svg: &mut String, text: &str) {
    // Writing into a String cannot fail.
    let _ = writeln!(svg, "{text}");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::journal::Backend;
    use super::*;

    #[test]
    fn each_step_is_a_column_with_the_shares() {
        let backend = |weight: i64| Backend {
            weight,
            healthy_targets: Some(2),
            registered_targets: Some(2),
            requests: Some(40.0),
            errors: Some(0.0),
            response_seconds: Some(0.1),
        };
        let step = |percent: i64, ec2: i64, blue: i64| Step {
            percent,
            ended: "2026-11-27T03:00:00Z".into(),
            seconds: 60,
            backends: BTreeMap::from([("ec2".to_owned(), backend(ec2)), ("blue".to_owned(), backend(blue))]),
        };
        let journal = Journal {
            steps: vec![step(10, 810, 90), step(100, 0, 100)],
            failure: Some("limit `errors` <is> exceeded".into()),
        };
        let svg = draw(&journal);
        assert!(svg.contains("height=\"20\" fill=\"#4c78a8\"><title>blue: weight 90, 40 requests"), "{svg}");
        assert!(svg.contains("height=\"180\" fill=\"#f58518\"><title>ec2: weight 810"), "{svg}");
        assert!(svg.contains("limit `errors` &lt;is&gt; exceeded"), "{svg}");
        assert_eq!(svg.matches("<rect").count(), 3 + 2, "a share of 0 is not drawn");
    }
}
