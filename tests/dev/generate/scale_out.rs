//! The picture and the table of the guide about over-provisioning, from the committed measurement.

use std::fmt::Write;
use std::fs;

use acceptance::programs::Programs;
use acceptance::scale_out::{Measurement, Run, Sample};
use acceptance::tools::Tools;
use acceptance::workspace;
use anyhow::{Context, Result};

use super::{Document, frame};
use crate::scale_out::FILE;

/// The picture, beside the guide.
const PICTURE: &str = "docs/pictures/over-provisioning.svg";
/// Where the lines begin and end, in pixels.
const LEFT: f64 = 60.0;
const RIGHT: f64 = 700.0;
const TOP: f64 = 50.0;
const BOTTOM: f64 = 250.0;
/// Marks of the horizontal axis, in seconds.
const MARKS: [u32; 5] = [0, 15, 30, 45, 60];

/// The picture.
pub(super) fn documents(_: &Tools, _: &Programs) -> Result<Vec<Document>> {
    let measurement = measurement()?;
    measurement.check()?;
    Ok(vec![Document { path: PICTURE.into(), text: picture(&measurement)? }])
}

/// The section of the guide.
pub(super) fn section() -> Result<String> {
    let measurement = measurement()?;
    let mut section = format!(
        "## Measured\n\n![Running pods of an app over time, with and without placeholders](../pictures/over-provisioning.svg)\n\n\
         An app grows from 2 to 6 pods, and the cluster has no free room. A new node takes {} s. With placeholders, the \
         scheduler removes 4 of them at once, and the new nodes are for placeholders.\n\n\
         | Over-provisioning | First new pod runs after | All new pods run after | Nodes before | Nodes after |\n\
         |---|---|---|---|---|\n",
        measurement.node_seconds
    );
    for (name, run) in [("without", &measurement.without), ("with 4 placeholders", &measurement.with)] {
        let (before, after) = run.nodes();
        let (first, all) = (run.first_pod()?, run.all_pods()?);
        writeln!(section, "| {name} | {first:.1} s | {all:.1} s | {before} | {after} |")?;
    }
    write!(
        section,
        "\n`cargo dev scale-out` measures this with the API server and the scheduler of Kubernetes {}. kwok stands for the \
         nodes, and a stand-in for the node autoscaler adds a node {} s after a pod fits nowhere. The pods run nothing, so \
         the time to pull an image and to start the app comes in addition, in both rows.\n",
        measurement.kubernetes, measurement.node_seconds
    )?;
    Ok(section)
}

fn measurement() -> Result<Measurement> {
    let text = fs::read_to_string(workspace::root().join(FILE))?;
    serde_json::from_str(&text).with_context(|| format!("{FILE} cannot be read"))
}

/// Running pods of the app over time, a line for each run.
fn picture(measurement: &Measurement) -> Result<String> {
    let runs = [&measurement.with, &measurement.without];
    let samples = || runs.iter().flat_map(|run| &run.samples);
    let last = samples().map(|sample| sample.second).fold(1.0, f64::max);
    let most = samples().map(|sample| sample.app).max().unwrap_or(1);
    let x = |second: f64| LEFT + second / last * (RIGHT - LEFT);
    let y = |pods: usize| BOTTOM - share(pods, most) * (BOTTOM - TOP);

    let mut svg = frame::begin("Running pods after an app grows from 2 to 6");
    for pods in 0..=most {
        let y = y(pods);
        writeln!(svg, "<path d=\"M{LEFT} {y:.1}H{RIGHT}\" stroke=\"#dddddd\"/>")?;
        writeln!(svg, "<text x=\"48\" y=\"{:.1}\" text-anchor=\"end\">{pods}</text>", y + 4.0)?;
    }
    for second in MARKS {
        let x = x(second.into());
        writeln!(svg, "<text x=\"{x:.1}\" y=\"270\" text-anchor=\"middle\">{second} s</text>")?;
    }
    let placeholders = |sample: &Sample| sample.placeholders;
    line(&mut svg, &measurement.with, last, placeholders, (x, y), "#999999\" stroke-dasharray=\"5 4")?;
    line(&mut svg, &measurement.without, last, |sample| sample.app, (x, y), "#c2410c")?;
    line(&mut svg, &measurement.with, last, |sample| sample.app, (x, y), "#0369a1")?;
    let legend = [
        (60, "#0369a1", "app, with placeholders"),
        (270, "#c2410c", "app, without placeholders"),
        (500, "#777777", "placeholders (dashed)"),
    ];
    for (x, colour, text) in legend {
        writeln!(svg, "<text x=\"{x}\" y=\"292\" fill=\"{colour}\">{text}</text>")?;
    }
    Ok(svg + "</svg>\n")
}

/// Adds a line that keeps its height until the next sample.
fn line(
    svg: &mut String,
    run: &Run,
    last: f64,
    height: impl Fn(&Sample) -> usize,
    (x, y): (impl Fn(f64) -> f64, impl Fn(usize) -> f64),
    stroke: &str,
) -> Result<()> {
    let mut path = String::new();
    for (index, sample) in run.samples.iter().enumerate() {
        let (x, y) = (x(sample.second), y(height(sample)));
        if index == 0 {
            write!(path, "M{x:.1} {y:.1}")?;
        } else {
            write!(path, "H{x:.1}V{y:.1}")?;
        }
    }
    write!(path, "H{:.1}", x(last))?;
    Ok(writeln!(svg, "<path d=\"{path}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"3\"/>")?)
}

fn share(part: usize, whole: usize) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    number(part) / number(whole.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(times: [f64; 2]) -> Run {
        let sample = |second, app| Sample { second, app, placeholders: 0, nodes: 1 };
        Run { samples: vec![sample(0.0, 2), sample(times[0], 4), sample(times[1], 6)] }
    }

    fn measurement(with: [f64; 2], without: [f64; 2]) -> Measurement {
        Measurement { kubernetes: "v1".to_owned(), node_seconds: 60, without: run(without), with: run(with) }
    }

    #[test]
    fn lines_are_steps_from_sample_to_sample() {
        let picture = picture(&measurement([0.0, 30.0], [60.0, 64.0])).unwrap();
        assert!(picture.contains("M60.0 183.3H60.0V116.7H360.0V50.0H700.0"), "{picture}");
    }
}
