//! An app on its way: scanned, pushed, deployed, started as its Deployment describes it, and given requests step by step.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::container::Container;
use super::project::{ENVIRONMENT, Project, REGISTRY};
use super::site::{Answers, Site};
use super::world::World;
use crate::matrix::Table;

const MEBIBYTE: u64 = 1024 * 1024;
/// How long an app may take to end after SIGTERM.
const DRAIN: Duration = Duration::from_secs(20);

/// Adds the rows of an app whose image is built.
pub(super) fn run(world: &World, project: &Project, table: &mut Table) -> Result<()> {
    let site = &world.site;
    let (with, image, app) = (project.sample.name, project.image(), project.app());
    table.row(with, "ci/scan.sh: Trivy accepts the configuration and the image", || {
        project.script("ci/scan.sh", &[&image])?;
        report_is_accepted(project)
    })?;
    project.connect(site)?;
    let mut pushed = false;
    table.row(with, "ci/push.sh: the app's resources in AWS, and the image in the registry", || {
        project.script("ci/push.sh", &[&image])?;
        pushed = true;
        Ok(())
    })?;
    if !pushed {
        return Ok(());
    }
    let controller = site.controller(&app)?;
    let mut live = None;
    table.row(with, "ci/deploy.sh: terraform apply, Helm and the post-renderer; stamped and live", || {
        project.script("ci/deploy.sh", &[ENVIRONMENT, &image])?;
        live = Some(deployment(site, project)?);
        Ok(())
    })?;
    let Some(live) = live else { return Ok(()) };
    let mut container = None;
    table.row(
        with,
        "the pushed image starts as its Deployment describes it, and answers its probe",
        || {
            container = Some(start(world, project, &live)?);
            Ok(())
        },
    )?;
    let Some(mut container) = container else { return Ok(()) };
    let load = site.load(&project.host());
    let shift = |weight: &str| project.script("ci/shift.sh", &[ENVIRONMENT, weight]);
    table.row(with, "canary under load: ci/shift.sh 25, then 100; measured shares, none fails", || {
        let address = SocketAddr::from(([127, 0, 0, 1], u16::try_from(project.port)?));
        site.stand_in(&app, address)
            .with_context(|| format!("problems of the controller: {:?}", controller.problems()))?;
        Answers::measure(&load)?.ensure_share(0)?;
        for (weight, share) in [("25", 25), ("100", 100)] {
            shift(weight)?;
            Answers::measure(&load)?.ensure_share(share)?;
        }
        Ok(())
    })?;
    table.row(with, "ci/rollback.sh: requests go back to the weights from before, none fails", || {
        project.script("ci/rollback.sh", &[ENVIRONMENT])?;
        Answers::measure(&load)?.ensure_share(25)?;
        load.answers().ensure_none_failed()
    })?;
    drop(load);
    table.row(with, "the app ends within 20 seconds of SIGTERM", || container.terminate(DRAIN))
}

/// The post-renderer accepts the Deployment of an image with the report of its scan, and refuses that of another image.
fn report_is_accepted(project: &Project) -> Result<()> {
    let check = |image: &str| {
        let manifest = format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: app\nspec:\n  containers:\n    - name: app\n      image: {image}\n"
        );
        project.judge_scan().input(manifest).run()
    };
    check(&project.image())?.ok()?;
    let refused = check(&format!("{REGISTRY}/other:1"))?;
    ensure!(refused.code == 1 && refused.stdout.contains("was not scanned"), "{}", refused.everything());
    Ok(())
}

/// The live Deployment: the image, the labels and the stamp of the post-renderer, and what keeps a container harmless.
fn deployment(site: &Site, project: &Project) -> Result<Value> {
    let live = site.deployment(&project.app())?;
    let metadata = &live["metadata"];
    ensure!(metadata["labels"]["ipsy.dev/team"] == "payments", "{metadata}");
    ensure!(metadata["labels"]["app.kubernetes.io/part-of"] == "shop", "{metadata}");
    ensure!(metadata["annotations"]["ipsy.dev/standards-version"] == "1", "{metadata}");
    let container = container(&live);
    ensure!(container["image"] == project.image().as_str(), "{container}");
    let security = &container["securityContext"];
    ensure!(security["readOnlyRootFilesystem"] == true, "{security}");
    ensure!(security["capabilities"]["drop"][0] == "ALL", "{security}");
    Ok(live)
}

fn container(live: &Value) -> &Value {
    &live["spec"]["template"]["spec"]["containers"][0]
}

/// Starts the pushed image with the variables and the memory of the Deployment, and asks its startup probe.
fn start(world: &World, project: &Project, live: &Value) -> Result<Container> {
    let described = container(live);
    let memory = described["resources"]["limits"]["memory"].as_str().context("there is a limit of memory")?;
    let memory = memory.strip_suffix("Mi").context("the limit is in Mi")?.parse::<u64>()? * MEBIBYTE;
    let probe = &described["startupProbe"];
    let path =
        probe["httpGet"]["path"].as_str().with_context(|| format!("no startup probe in {described}"))?;
    let number = |name: &str, default: u64| probe[name].as_u64().unwrap_or(default);
    let limit = Duration::from_secs(number("periodSeconds", 10) * number("failureThreshold", 3));
    let variables = world.site.variables(&project.app(), described)?;
    let pushed = project.image().replace(REGISTRY, &world.images.host);
    let mut container = Container::start(&world.buildah, &pushed, &variables, memory)?;
    let body = container.answer(project.port, path, limit)?;
    ensure!(body.trim() == "ok", "{path} answered {body}");
    let mut ask = |path: &str| container.answer(project.port, path, Duration::from_secs(5));
    match project.sample.runtime {
        // 75 percent of the limit; a JVM rounds its heap down to its regions.
        "java" => within(&ask("/memory")?, memory * 70 / 100, memory * 76 / 100)?,
        "node" => within(&ask("/memory")?, memory * 60 / 100, memory * 95 / 100)?,
        "go" => within(&ask("/memory")?, memory * 89 / 100, memory * 91 / 100)?,
        "python" => ensure!(ask("/unbuffered")? == "1", "PYTHONUNBUFFERED is not set"),
        "ruby" => ensure!(ask("/arenas")? == "2", "MALLOC_ARENA_MAX is not set"),
        _ => {}
    }
    Ok(container)
}

fn within(text: &str, from: u64, to: u64) -> Result<()> {
    let bytes: u64 = text.trim().parse()?;
    ensure!((from..=to).contains(&bytes), "{bytes} bytes of memory are not between {from} and {to}");
    Ok(())
}
