//! Every stored render of both charts, sent to the API server, which judges every field of every kind;
//! and the over-provisioning chart, installed.

use std::fs;
use std::path::PathBuf;

use anyhow::{Result, ensure};

use super::Table;
use super::world::{World, chart};
use crate::workspace;

const CHARTS: [&str; 2] = ["ipsy-app", "ipsy-overprovisioner"];

pub(super) fn run(world: &World, table: &mut Table) -> Result<()> {
    for chart in CHARTS {
        let cases = cases(chart)?;
        let what = format!("all {} stored renders of {chart} are accepted, field by field", cases.len());
        table.row("kubectl --dry-run=server", &what, || {
            ensure!(!cases.is_empty(), "{chart} has no cases");
            for case in &cases {
                let file = case.join("expected.yaml");
                let file = file.to_string_lossy();
                let arguments =
                    ["apply", "--server-side", "--dry-run=server", "--validate=strict", "--filename", &file];
                world.cluster.kubectl(&arguments)?.ok()?;
            }
            Ok(())
        })?;
    }
    for (name, helm) in world.helms()? {
        let namespace = format!("room-{}", name.to_lowercase().replace(' ', "-"));
        world.cluster.namespace(&namespace, &[])?;
        table.row(name, "every case of ipsy-overprovisioner: install, upgrade, uninstall", || {
            let (chart, config) = (chart("ipsy-overprovisioner"), world.config.to_string_lossy());
            // The app's own setting has nothing to match here.
            let config = standards_alone(world, &config)?;
            let flags = helm.post_renderer_flags(&["--config", &config]);
            for case in cases("ipsy-overprovisioner")? {
                let values = case.join("values.yaml");
                let values = values.to_string_lossy();
                for command in ["install", "upgrade"] {
                    let arguments = [command, "room", &chart, "--values", &values, "--namespace", &namespace];
                    helm.run(&[arguments.as_slice(), &flags].concat())?.ok()?;
                }
                helm.run(&["uninstall", "room", "--namespace", &namespace, "--wait"])?.ok()?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// The post-renderer's configuration without its advanced settings, as a file.
pub(super) fn standards_alone(world: &World, config: &str) -> Result<String> {
    let mut document: serde_json::Value = serde_json::from_str(&fs::read_to_string(config)?)?;
    if let Some(document) = document.as_object_mut() {
        document.remove("advancedSettings");
    }
    let path = world.write("standards.json", &document.to_string())?;
    Ok(path.to_string_lossy().into_owned())
}

fn cases(chart: &str) -> Result<Vec<PathBuf>> {
    let folder = workspace::root().join("examples/charts/tests").join(chart).join("cases");
    let mut cases = Vec::new();
    for entry in fs::read_dir(folder)? {
        cases.push(entry?.path());
    }
    cases.sort();
    Ok(cases)
}
