//! Small charts with the oddities of other people's: each is installed, upgraded with other values and
//! other standards, rolled back and uninstalled, through the post-renderer.

use std::fs;

use anyhow::{Result, ensure};

use super::Table;
use super::world::World;
use crate::helm::Helm;
use crate::workspace;

/// A pod label would roll every pod, so the standards put theirs on objects only.
const STANDARDS: &str = "apiVersion: ipsy.dev/v1
kind: PostRenderConfig
labels: { ipsy.dev/team: payments }
resources:
  defaults: { requests: { cpu: 50m, memory: 64Mi }, limits: { memory: 64Mi } }
";

pub(super) fn run(world: &World, table: &mut Table) -> Result<()> {
    let folder = workspace::root().join("tests/cluster/charts");
    let mut charts = Vec::new();
    for entry in fs::read_dir(folder)? {
        charts.push(entry?.path());
    }
    charts.sort();
    ensure!(!charts.is_empty(), "no charts found");
    let (old, new) = standards(world)?;
    for (with, helm) in world.helms()? {
        for chart in &charts {
            let name = chart.file_name().unwrap_or_default().to_string_lossy();
            let namespace = format!("{name}-{}", with.to_lowercase().replace(' ', "-"));
            let what = format!("{name}: install, upgrade, rollback, uninstall");
            table.row(with, &what, || {
                world.cluster.namespace(&namespace, &[])?;
                life(&helm, &chart.to_string_lossy(), &name, &namespace, (&old, &new))?;
                let labelled = ["get", "all", "--namespace", &namespace, "--selector", "ipsy.dev/team"];
                let left =
                    world.cluster.kubectl(&[&labelled[..], &["--output", "name"]].concat())?.ok()?.stdout;
                ensure!(left.trim().is_empty(), "left: {left}");
                Ok(())
            })?;
        }
    }
    Ok(())
}

fn life(helm: &Helm, chart: &str, name: &str, namespace: &str, (old, new): (&str, &str)) -> Result<()> {
    let act = |command: &str, config: &str, more: &[&str]| {
        let flags = helm.post_renderer_flags(&["--config", config]);
        let all = [command, name, chart, "--namespace", namespace, "--wait"];
        helm.run(&[&all[..], more, &flags].concat())?.ok()
    };
    act("install", old, &[])?;
    act("upgrade", old, &[])?;
    act("upgrade", new, &["--set-string", "revision=two"])?;
    helm.run(&["rollback", name, "1", "--namespace", namespace, "--wait"])?.ok()?;
    helm.run(&["uninstall", name, "--namespace", namespace, "--wait"])?.ok().map(drop)
}

/// Standards of today and of tomorrow, as files.
pub(super) fn standards(world: &World) -> Result<(String, String)> {
    let new = STANDARDS.replace("payments", "checkout");
    let paths = (world.write("standards-1.yaml", STANDARDS)?, world.write("standards-2.yaml", &new)?);
    Ok((paths.0.to_string_lossy().into_owned(), paths.1.to_string_lossy().into_owned()))
}
