//! One root module, from the app in AWS to its release in the cluster, with `helm_release` of each
//! generation of hashicorp/helm, and `postrender` as each takes it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::world::{self, World, chart};
use super::{Table, helm, live};
use crate::aws_bench::AwsBench;
use crate::cluster::until;
use crate::terraform::{Plan, Terraform};
use crate::workspace;

const RELEASE: &str = "helm_release.checkout";
const RESOURCE: &str = "ipsy_app.checkout";

pub(super) fn run(world: &World, table: &mut Table) -> Result<()> {
    let tools = &world.cluster_tools;
    Generation {
        with: "hashicorp/helm 1.3.2",
        version: "1.3.2",
        provider: tools.helm_provider_1.clone(),
        namespace: "terraform-1",
        prepare: beside_quickstart_1,
        manifests: Manifests::Unplanned,
    }
    .run(world, table)?;
    let given = given_provider_2()?;
    Generation {
        with: if given.is_some() { "hashicorp/helm 2.17.0" } else { "helm 2.17 (stand-in)" },
        version: "2.17.0",
        provider: given.unwrap_or_else(|| tools.helm_provider_2.clone()),
        namespace: "terraform-2",
        prepare: beside_quickstart_2,
        manifests: Manifests::Unplanned,
    }
    .run(world, table)?;
    Generation {
        with: "hashicorp/helm 3.2.0",
        version: "3.2.0",
        provider: tools.helm_provider_3.clone(),
        namespace: "terraform-3",
        prepare: terraform_only,
        manifests: Manifests::Unplanned,
    }
    .run(world, table)?;
    Generation {
        with: "helm 3.2.0 with manifest",
        version: "3.2.0",
        provider: tools.helm_provider_3.clone(),
        namespace: "terraform-3-manifest",
        prepare: beside_quickstart_3,
        manifests: Manifests::Planned,
    }
    .run(world, table)
}

/// The genuine provider of the second generation, if the user of the tests provides it.
fn given_provider_2() -> Result<Option<PathBuf>> {
    let Some(program) = std::env::var_os("IPSY_HELM_PROVIDER_2").map(PathBuf::from) else { return Ok(None) };
    ensure!(
        program.is_file(),
        "IPSY_HELM_PROVIDER_2 is set, but this file does not exist: {}",
        program.display()
    );
    Ok(Some(program))
}

type Preparation = fn(&World, &AwsBench) -> Result<Terraform>;

/// Whether a plan shows what will be in the cluster: the experiment `manifest` renders the chart at plan
/// already, and post-renders it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manifests {
    Planned,
    Unplanned,
}

impl Manifests {
    fn applied(self) -> &'static str {
        match self {
            Self::Unplanned => "apply: labels, limits, patch and stamp are live; HPA scales it",
            // With an autoscaler, Terraform refuses the provider's result: the plan also contains the replicas.
            Self::Planned => "apply: labels, limits, patch and stamp are live; replicas are fixed",
        }
    }
}

struct Generation {
    with: &'static str,
    version: &'static str,
    provider: PathBuf,
    namespace: &'static str,
    prepare: Preparation,
    manifests: Manifests,
}

impl Generation {
    fn run(self, world: &World, table: &mut Table) -> Result<()> {
        let cluster = &world.cluster;
        cluster.namespace(self.namespace, &[])?;
        let aws = AwsBench::start(&world.tools)?;
        let mut terraform = (self.prepare)(world, &aws)?;
        terraform.variable("namespace", self.namespace);
        terraform.variable("chart", &chart("ipsy-app"));
        terraform.add_provider("hashicorp/helm", self.version, &self.provider)?;
        terraform.init()?;
        table.row(
            self.with,
            "first plan: app and release, with all of `values`, nothing unknown in them",
            || {
                let plan = terraform.plan()?;
                ensure!(plan.actions(RESOURCE) == ["create"], "{}", plan.text);
                ensure!(plan.actions(RELEASE) == ["create"], "{}", plan.text);
                for name in ["values", "postrender"] {
                    ensure!(plan.knows(RELEASE, name), "{name} is not known at plan:\n{}", plan.text);
                }
                if self.manifests == Manifests::Planned {
                    let manifest = manifest(&plan, "after")?.to_string();
                    ensure!(
                        manifest.contains("ipsy.dev/config-hash"),
                        "it was not post-rendered: {manifest}"
                    );
                }
                values(&plan, "after").map(drop)
            },
        )?;
        table.row(self.with, self.manifests.applied(), || {
            terraform.apply()?;
            live::check_app(cluster, self.namespace)
        })?;
        table.row(self.with, "plan again: no changes", || {
            let plan = terraform.plan()?;
            ensure!(!plan.has_changes, "{}", plan.text);
            Ok(())
        })?;
        table.row(
            self.with,
            "new image by the pointer: plan and live Deployment differ in the image alone",
            || {
                if self.manifests == Manifests::Unplanned {
                    live::scale_up(cluster, self.namespace)?;
                }
                let before = live::deployment(cluster, self.namespace)?;
                world::push_image(&aws, &terraform)?;
                let plan = terraform.plan()?;
                let changed = live::differences(&values(&plan, "before")?, &values(&plan, "after")?);
                ensure!(changed == ["/image/tag"], "these values change: {changed:?}");
                if self.manifests == Manifests::Planned {
                    let changed = live::differences(&manifest(&plan, "before")?, &manifest(&plan, "after")?);
                    let [stamp, image] = changed.as_slice() else { bail!("these change: {changed:?}") };
                    ensure!(
                        stamp.ends_with(live::STAMP) && image.ends_with(live::IMAGE),
                        "these change: {changed:?}"
                    );
                }
                terraform.apply()?;
                live::check_only_the_image_changed(&before, &live::deployment(cluster, self.namespace)?)
            },
        )?;
        table.row(self.with, "a second cluster: a release by `values` fails, and stays as it is", || {
            let before = live::deployment(cluster, self.namespace)?;
            let release = release_file(&terraform)?;
            let (by_backend, whole) = ("checkout.values_by_backend[\"blue\"]", "checkout.values");
            terraform.replace(release, by_backend, whole)?;
            terraform.replace("main.tf", world::LAST_BLOCK, world::SECOND_CLUSTER)?;
            let refused = terraform.try_apply()?;
            ensure!(refused.code == 1, "it was applied:\n{}", refused.stdout);
            ensure!(world::explains_refusal(&refused.stderr), "{}", refused.stderr);
            ensure!(live::deployment(cluster, self.namespace)? == before, "the Deployment differs");
            terraform.replace(release, whole, by_backend)?;
            terraform.apply()?;
            ensure!(live::deployment(cluster, self.namespace)? == before, "the Deployment differs");
            Ok(())
        })?;
        table.row(self.with, "destroy: nothing is left in the cluster or in AWS", || {
            terraform.destroy()?;
            until("an empty namespace", || Ok(helm::left(world, self.namespace)?.is_empty()))?;
            let left = aws.resources()?;
            ensure!(left.is_empty(), "left in AWS: {left:?}");
            Ok(())
        })
    }
}

/// The file of the configuration that holds the release.
fn release_file(terraform: &Terraform) -> Result<&'static str> {
    let holds_release = |name: &&str| {
        let text = fs::read_to_string(terraform.configuration().join(name)).unwrap_or_default();
        text.contains("resource \"helm_release\"")
    };
    ["release.tf", "main.tf"].into_iter().find(holds_release).context("the configuration has a release")
}

/// The app's values in the planned release.
fn values(plan: &Plan, side: &str) -> Result<Value> {
    let text = plan.change(RELEASE)[side]["values"][0].as_str();
    let text = text.with_context(|| format!("the release has no values:\n{}", plan.text))?;
    Ok(serde_json::from_str(text)?)
}

/// What the planned release brings into the cluster, each object by its name.
fn manifest(plan: &Plan, side: &str) -> Result<Value> {
    let text = plan.change(RELEASE)[side]["manifest"].as_str();
    let text = text.with_context(|| format!("the manifest is not planned:\n{}", plan.text))?;
    Ok(serde_json::from_str(text)?)
}

fn beside_quickstart_1(world: &World, aws: &AwsBench) -> Result<Terraform> {
    let mut terraform = beside_quickstart(world, aws, "release-1.tf")?;
    terraform.variable("post_renderer", &world.programs.post_renderer.to_string_lossy());
    terraform.set("IPSY_POST_RENDER_CONFIG", &world.config.to_string_lossy());
    Ok(terraform)
}

fn beside_quickstart_2(world: &World, aws: &AwsBench) -> Result<Terraform> {
    beside_quickstart(world, aws, "release-2.tf")
}

fn beside_quickstart_3(world: &World, aws: &AwsBench) -> Result<Terraform> {
    let terraform = beside_quickstart(world, aws, "release-3.tf")?;
    let text = fs::read_to_string(terraform.configuration().join("main.tf"))?;
    let (_, autoscaling) = text.split_once("  autoscaling {").context("the quickstart scales")?;
    let (autoscaling, _) = autoscaling.split_once("\n  }\n").context("the block ends")?;
    terraform.replace("main.tf", &format!("  autoscaling {{{autoscaling}\n  }}\n"), "  replicas = 3\n")?;
    Ok(terraform)
}

fn beside_quickstart(world: &World, aws: &AwsBench, release: &str) -> Result<Terraform> {
    let root = workspace::root();
    let mut terraform = Terraform::quickstart(&world.tools, &world.programs, aws)?;
    terraform
        .write("release.tf", &fs::read_to_string(root.join("tests/cluster/terraform").join(release))?)?;
    terraform.variable("kubeconfig", &world.cluster.kubeconfig.to_string_lossy());
    Ok(terraform)
}

/// The example as it is, but for what only hashicorp/aws can make.
fn terraform_only(world: &World, aws: &AwsBench) -> Result<Terraform> {
    let root = workspace::root();
    let example = root.join("examples/terraform-only");
    let mut terraform = Terraform::copy_of(&example, &world.tools, &world.programs)?.against(aws);
    terraform.write("platform.tf", &fs::read_to_string(root.join("tests/cluster/terraform/platform.tf"))?)?;
    terraform.write(
        "versions.tf",
        "terraform {\n  required_providers {\n    ipsy = {\n      source = \"ipsy/ipsy\"\n    }\n  }\n}\n",
    )?;
    terraform.variable("listener_arn", &aws.platform.listener_arn);
    terraform.variable("cluster", aws.platform.clusters.first().context("the platform has a cluster")?);
    terraform.variable("endpoint", &world.cluster.url);
    terraform.variable("certificate_authority", &world.cluster.certificate_authority()?);
    // The example asks `aws eks get-token` who it is.
    let programs = terraform.folder().join("programs");
    fs::create_dir_all(&programs)?;
    let credential = json!({
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": world.cluster.client_certificate()?,
    });
    let script = programs.join("aws");
    fs::write(&script, format!("#!/bin/sh\ncat <<'END'\n{credential}\nEND\n"))?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
    let path = std::env::var("PATH").unwrap_or_default();
    terraform.set("PATH", &format!("{}:{path}", programs.display()));
    Ok(terraform)
}
