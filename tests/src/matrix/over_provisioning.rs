//! Placeholders of the chart `ipsy-overprovisioner`, preempted by the real scheduler in clusters of their own.

use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::{Table, World};
use crate::scale_out::measure;

/// Shorter than on EC2, and longer than a busy scheduler takes.
const NODE_TIME: Duration = Duration::from_secs(12);

pub(super) fn run(world: &World, table: &mut Table) -> Result<()> {
    table.row("kube-scheduler", "new pods run before new nodes join, and only with placeholders", || {
        let measurement = measure(&world.tools, &world.cluster_tools, NODE_TIME)?;
        measurement.check()?;
        let settled = measurement.with.samples.last().context("there are samples")?;
        ensure!(settled.placeholders == 4, "the placeholders did not come back: {settled:?}");
        Ok(())
    })
}
