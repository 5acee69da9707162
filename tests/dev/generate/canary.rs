//! The picture of the guide about canaries, from the committed record of a rehearsal.

use std::fmt::Write;
use std::fs;

use acceptance::programs::Programs;
use acceptance::rehearsal::record::{Record, Second};
use acceptance::tools::Tools;
use acceptance::workspace;
use anyhow::{Context, Result};

use super::{Document, frame};
use crate::rehearse::RECORD;

const PICTURE: &str = "docs/pictures/canary-rehearsed.svg";
/// Where the area begins and ends, in pixels.
const LEFT: f64 = 60.0;
const RIGHT: f64 = 700.0;
const TOP: f64 = 70.0;
const BOTTOM: f64 = 250.0;
/// Seconds between two marks of the horizontal axis.
const MARK: usize = 10;

/// The picture.
pub(super) fn documents(_: &Tools, _: &Programs) -> Result<Vec<Document>> {
    let text = fs::read_to_string(workspace::root().join(RECORD))?;
    let record: Record = serde_json::from_str(&text).with_context(|| format!("{RECORD} cannot be read"))?;
    record.check()?;
    Ok(vec![Document { path: PICTURE.into(), text: picture(&record)? }])
}

/// Requests of each second, those of the instances above those of the cluster, and a line for each apply.
fn picture(record: &Record) -> Result<String> {
    let seconds = &record.seconds;
    let most = seconds.iter().map(Second::requests).max().unwrap_or(1).max(1);
    let width = (RIGHT - LEFT) / number(seconds.len().max(1));
    let x = |second: usize| LEFT + number(second) * width;
    let y = |requests: u32| BOTTOM - f64::from(requests) / f64::from(most) * (BOTTOM - TOP);

    let title = format!("Requests per second during a canary: {} in all, none failed", record.requests());
    let mut svg = frame::begin(&title);
    for (colour, height) in
        [("#c2410c", &Second::requests as &dyn Fn(&Second) -> u32), ("#0369a1", &|second| second.cluster)]
    {
        let mut path = format!("M{LEFT} {BOTTOM}");
        for (index, second) in seconds.iter().enumerate() {
            write!(path, "L{:.1} {:.1}H{:.1}", x(index), y(height(second)), x(index + 1))?;
        }
        writeln!(svg, "<path d=\"{path}V{BOTTOM}Z\" fill=\"{colour}\"/>")?;
    }
    for step in &record.steps {
        let x = x(usize::try_from(step.second)?);
        writeln!(svg, "<path d=\"M{x:.1} 50V{BOTTOM}\" stroke=\"#111111\" stroke-dasharray=\"3 3\"/>")?;
        writeln!(svg, "<text x=\"{:.1}\" y=\"60\">{} / {}</text>", x + 4.0, step.ec2, step.cluster)?;
    }
    for requests in [0, most] {
        writeln!(svg, "<text x=\"48\" y=\"{:.1}\" text-anchor=\"end\">{requests}</text>", y(requests) + 4.0)?;
    }
    for second in (0..=seconds.len()).step_by(MARK) {
        writeln!(svg, "<text x=\"{:.1}\" y=\"270\" text-anchor=\"middle\">{second} s</text>", x(second))?;
    }
    let legend = [
        (60, "#c2410c", "EC2 instances"),
        (200, "#0369a1", "cluster"),
        (300, "#111111", "apply, with its weights (dashed)"),
    ];
    for (x, colour, text) in legend {
        writeln!(svg, "<text x=\"{x}\" y=\"292\" fill=\"{colour}\">{text}</text>")?;
    }
    Ok(svg + "</svg>\n")
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use acceptance::rehearsal::record::RecordedStep;

    #[test]
    fn the_cluster_lies_below_all_requests() {
        let second = |ec2, cluster| Second { ec2, cluster, failed: 0 };
        let step = RecordedStep { second: 1, ec2: 50, cluster: 50 };
        let picture =
            picture(&Record { steps: vec![step], seconds: vec![second(100, 0), second(50, 50)] }).unwrap();
        assert!(picture.contains("M60 250L60.0 70.0H380.0L380.0 70.0H700.0V250Z"), "{picture}");
        assert!(picture.contains("M60 250L60.0 250.0H380.0L380.0 160.0H700.0V250Z"), "{picture}");
        assert!(picture.contains("200 in all") && picture.contains(">50 / 50<"), "{picture}");
    }
}
