//! From the first version of the standard chart to today's: what it rendered is kept, and is installed
//! as a chart of the same name.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::world::{World, chart};
use super::{Table, charts, live};
use crate::cluster::until;
use crate::workspace;

const CASES: [(&str, &str); 2] =
    [("minimal", "10 lines of values"), ("provider-output", "the provider's values")];

pub(super) fn run(world: &World, table: &mut Table) -> Result<()> {
    let cases = workspace::root().join("examples/charts/tests/ipsy-app");
    let config = charts::standards_alone(world, &world.config.to_string_lossy())?;
    for (name, helm) in world.helms()? {
        for (case, values_are) in CASES {
            let namespace = format!("first-{case}-{}", name.to_lowercase().replace(' ', "-"));
            let what = format!("first chart to today's, {values_are}: no refusal, the same pods");
            table.row(name, &what, || {
                world.cluster.namespace(&namespace, &[])?;
                let first = world.folder.path().join(format!("first-{case}"));
                lay_out(&first, &cases.join("first-version").join(format!("{case}.yaml")))?;
                let values = cases.join("cases").join(case).join("values.yaml");
                let (first, values) = (first.to_string_lossy(), values.to_string_lossy());
                let flags = helm.post_renderer_flags(&["--config", &config]);
                let run = |arguments: &[&str]| {
                    helm.run(&[arguments, &["--namespace", &namespace], &flags].concat())?.ok()
                };
                run(&["install", "checkout", &first])?;
                until("pods", || Ok(live::pod_generations(&world.cluster, &namespace)? == 1))?;
                let before = live::deployment(&world.cluster, &namespace)?;
                run(&["upgrade", "checkout", &chart("ipsy-app"), "--values", &values, "--wait"])?;
                let after = live::deployment(&world.cluster, &namespace)?;
                for part in ["/spec/template", "/spec/selector"] {
                    ensure!(before.pointer(part) == after.pointer(part), "{part} differs");
                }
                let generations = live::pod_generations(&world.cluster, &namespace)?;
                ensure!(generations == 1, "there are {generations} generations of pods");
                Ok(())
            })?;
        }
    }
    Ok(())
}

/// A chart that renders a file as it is.
pub(super) fn lay_out(folder: &Path, manifests: &Path) -> Result<()> {
    let name = folder.file_name().context("a chart has a name")?.to_string_lossy();
    fs::create_dir_all(folder.join("templates"))?;
    fs::write(folder.join("Chart.yaml"), format!("apiVersion: v2\nname: {name}\nversion: 0.1.0\n"))?;
    fs::write(folder.join("templates/all.yaml"), "{{ .Files.Get \"manifests.yaml\" }}\n")?;
    fs::copy(manifests, folder.join("manifests.yaml"))
        .map(drop)
        .with_context(|| format!("cannot copy {}", manifests.display()))
}
