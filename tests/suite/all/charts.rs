//! The charts in `examples/charts`, rendered by real Helm 3 and Helm 4. Cases and refused values are
//! data, beside the charts; the laws that hold for all of them are here.

mod goldens;
mod laws;
mod refusals;
mod schema;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use acceptance::process::{Outcome, Process};
use acceptance::workspace;

use crate::fixture;

/// The charts, by the names of their folders.
const CHARTS: [&str; 2] = ["ipsy-app", "ipsy-overprovisioner"];

/// Both major versions of Helm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Helm {
    Three,
    Four,
}

/// Both, in order.
const HELMS: [Helm; 2] = [Helm::Three, Helm::Four];

impl Helm {
    /// Any command of Helm, with folders of its own.
    fn run(self, arguments: &[&str]) -> Outcome {
        let home = tempfile::tempdir().unwrap();
        let program = match self {
            Self::Three => fixture::tools().helm_3(),
            Self::Four => fixture::tools().helm_4(),
        }
        .unwrap();
        Process::new(program)
            .args(arguments)
            .env("HOME", home.path())
            .env("HELM_CACHE_HOME", home.path().join("cache"))
            .env("HELM_CONFIG_HOME", home.path().join("config"))
            .env("HELM_DATA_HOME", home.path().join("data"))
            .limit(Duration::from_mins(1))
            .run()
            .unwrap()
    }

    /// `helm template` of a chart with files of values, the last the strongest.
    fn template(self, release: &str, chart: &str, values: &[&Path]) -> Outcome {
        let folder = chart_folder(chart);
        let files: Vec<_> = values.iter().map(|path| path.to_string_lossy()).collect();
        let folder = folder.to_string_lossy();
        let mut arguments = vec!["template", release, &*folder];
        for file in &files {
            arguments.extend(["--values", &**file]);
        }
        self.run(&arguments)
    }
}

/// The folder of a chart.
fn chart_folder(chart: &str) -> PathBuf {
    workspace::root().join("examples/charts").join(chart)
}

/// The folder of a chart's cases, or of the values that it refuses.
fn data_folder(chart: &str, kind: &str) -> PathBuf {
    workspace::root().join("examples/charts/tests").join(chart).join(kind)
}

/// What lies in a folder, sorted.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} is empty", folder.display());
    paths
}

/// The name of a file or folder, without its ending.
fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

/// A rendered stream without the blank lines that Helm 4 puts before `---` and Helm 3 does not.
fn without_gaps(stream: &str) -> String {
    let mut text = stream.trim_end().to_owned();
    while text.contains("\n\n---\n") {
        text = text.replace("\n\n---\n", "\n---\n");
    }
    text.push('\n');
    text
}

/// The stored render of every case of a chart: the name of the case and the stream.
fn goldens(chart: &str) -> Vec<(String, String)> {
    entries(&data_folder(chart, "cases"))
        .into_iter()
        .map(|case| (stem(&case), fs::read_to_string(case.join("expected.yaml")).unwrap()))
        .collect()
}

/// Panics with all problems at once.
fn expect_none(problems: &[String]) {
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}
