//! A rehearsal of HCP Terraform: a plan on one machine, and its apply on another, from `examples/terraform-cloud`.
//!
//! A machine is a sandbox of bubblewrap with a user of its own. Its file system holds Terraform, the providers and a
//! checkout, all read-only, so the path has neither Helm nor kubectl nor the AWS command line. Plan and state are carried
//! between machines. Credentials are a web identity token, for a role that may only read, or for one that may change.

mod machine;

use std::fs;
use std::path::{Path, PathBuf};

use acceptance::aws_bench::AwsBench;
use acceptance::cluster::{Cluster, until};
use acceptance::console::Console;
use acceptance::matrix::Table;
use acceptance::permissions::{features, of_applies, of_plans};
use acceptance::process::Process;
use acceptance::terraform::{REGISTRIES, lay_into_mirror};
use acceptance::tools::ClusterTools;
use acceptance::workspace;
use anyhow::{Context, Result, ensure};
use serde_json::json;
use tempfile::TempDir;

use super::Release;
use machine::Machine;

const WITH: &str = "as on HCP Terraform";
/// Where plan and state are, on each machine.
const PLAN: &str = "/carried/plan";
/// Folders of the examples that the root module needs.
const EXAMPLES: [&str; 3] = ["terraform-cloud", "quickstart", "charts"];

/// The rows, in the order of a run.
pub(super) fn rows(console: Console, release: &Release, table: &mut Table) -> Result<()> {
    let tools = ClusterTools::ready(console)?;
    let cluster = Cluster::start(&tools)?;
    let aws = AwsBench::start(&release.tools)?;
    let rehearsal = Rehearsal::prepare(release, &tools, &cluster, &aws)?;
    let planning = rehearsal.machine("planner", 1001, "/srv/run-1/checkout", "hcp-plan")?;
    let applying = rehearsal.machine("applier", 2002, "/home/agent/work", "hcp-apply")?;
    let without_rights = Machine { role_arn: planning.role_arn.clone(), ..applying.clone() };

    table.row(WITH, "init on two machines, with one lock file that must not change", || {
        planning.writable_checkout(&["init", "-input=false", "-no-color"])?;
        let lock_file = "terraform-cloud/.terraform.lock.hcl";
        fs::copy(planning.checkout.join(lock_file), applying.checkout.join(lock_file))?;
        applying.writable_checkout(&["init", "-input=false", "-no-color", "-lockfile=readonly"]).map(drop)
    })?;
    table.row(WITH, "plan with a role that may only read, on a read-only file system", || {
        let plan = planning.run(&["plan", "-input=false", "-no-color", &format!("-out={PLAN}")])?.ok()?;
        ensure!(plan.stdout.contains("Plan: 2 to add, 0 to change, 0 to destroy"), "{}", plan.stdout);
        Ok(())
    })?;
    table.row(WITH, "apply of that plan by another user in another folder", || {
        applying.run(&["apply", "-input=false", "-no-color", PLAN])?.ok()?;
        installed_and_post_rendered(&cluster)
    })?;
    table.row(WITH, "plan again, on the first machine: no changes", || {
        let arguments = ["plan", "-input=false", "-no-color", "-detailed-exitcode"];
        planning.run(&arguments)?.ok().map(drop)
    })?;
    let destroy = ["destroy", "-input=false", "-no-color", "-auto-approve"];
    table.row(WITH, "a destroy with the role that may only read is refused", || {
        let refused = without_rights.run(&destroy)?;
        ensure!(refused.code == 1, "it was done:\n{}", refused.stdout);
        ensure!(refused.printed().contains("not authorized"), "it failed otherwise:\n{}", refused.stderr);
        ensure!(!aws.resources()?.is_empty(), "nothing is left on AWS");
        Ok(())
    })?;
    table.row(WITH, "destroy: nothing is left in the cluster or on AWS", || {
        applying.run(&destroy)?.ok()?;
        until("an empty namespace", || Ok(deployments(&cluster)?.is_empty()))?;
        let left = aws.resources()?;
        ensure!(left.is_empty(), "left on AWS: {left:?}");
        Ok(())
    })
}

fn deployments(cluster: &Cluster) -> Result<String> {
    let listed = cluster.kubectl(&["get", "deployments", "--namespace=default", "--output=name"])?.ok()?;
    Ok(listed.stdout)
}

/// The provider was the post-renderer of the release: its stamp and the label of the standards are on the Deployment.
fn installed_and_post_rendered(cluster: &Cluster) -> Result<()> {
    let path = "/apis/apps/v1/namespaces/default/deployments/checkout";
    let live = cluster.api.get(path)?.with_context(|| format!("there is no {path}"))?;
    let annotations = &live["metadata"]["annotations"];
    ensure!(annotations["ipsy.dev/config-hash"].is_string(), "the stamp is missing: {annotations}");
    let labels = &live["metadata"]["labels"];
    ensure!(labels["app.kubernetes.io/part-of"] == "shop", "the standards' label is missing: {labels}");
    Ok(())
}

/// What all machines share.
struct Rehearsal {
    folder: TempDir,
    account_id: String,
    environment: Vec<(String, String)>,
    terraform: PathBuf,
}

impl Rehearsal {
    fn prepare(release: &Release, tools: &ClusterTools, cluster: &Cluster, aws: &AwsBench) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("ipsy-remote-runs-").tempdir()?;
        let at = |name: &str| folder.path().join(name);
        let mirror = at("providers");
        for registry in REGISTRIES {
            let place = mirror.join(registry).join("ipsy/ipsy");
            fs::create_dir_all(&place)?;
            let archive = release.provider_archive();
            fs::copy(release.file(&archive), place.join(&archive))?;
        }
        lay_into_mirror(&mirror, "hashicorp/helm", "3.2.0", &tools.helm_provider_3)?;
        let settings = format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = \"{}\"\n  }}\n}}\n",
            machine::PROVIDERS
        );
        fs::write(at("terraform.rc"), settings)?;
        fs::write(at("token"), "a.b.c")?;
        fs::create_dir(at("carried"))?;

        let features = features()?;
        let account_id = aws.platform.account_id.clone();
        aws.allow_role_only(&role_arn(&account_id, "hcp-plan"), &of_plans(&features))?;
        aws.allow_role_only(&role_arn(&account_id, "hcp-apply"), &of_applies(&features))?;
        let certificate = cluster.client_certificate()?;
        let access = json!({
            "host": cluster.url,
            "cluster_ca_certificate": cluster.certificate_authority()?,
            "client_certificate": certificate["clientCertificateData"],
            "client_key": certificate["clientKeyData"],
        });
        let environment = [
            ("AWS_ENDPOINT_URL", aws.url.clone()),
            ("AWS_REGION", aws.region.clone()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("TF_VAR_listener_arn", aws.platform.listener_arn.clone()),
            ("TF_VAR_cluster_access", access.to_string()),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value)).to_vec();
        Ok(Self { folder, account_id, environment, terraform: release.tools.terraform.clone() })
    }

    /// A machine with a checkout of its own.
    fn machine(&self, name: &str, user: u32, place: &str, role: &str) -> Result<Machine> {
        let checkout = self.folder.path().join(name);
        fs::create_dir(&checkout)?;
        for example in EXAMPLES {
            let from = workspace::root().join("examples").join(example);
            Process::new("cp").arg("-R").arg(from).arg(&checkout).succeed()?;
        }
        adapt(&checkout.join("terraform-cloud"))?;
        Ok(Machine {
            shared: self.folder.path().to_owned(),
            checkout,
            place: place.to_owned(),
            user,
            role_arn: role_arn(&self.account_id, role),
            environment: self.environment.clone(),
            terraform: self.terraform.clone(),
        })
    }
}

fn role_arn(account_id: &str, role: &str) -> String {
    format!("arn:aws:iam::{account_id}:role/{role}")
}

/// Puts the cluster of the tests in place of one on EKS, and leaves out the login to ECR, which would ask AWS itself.
fn adapt(configuration: &Path) -> Result<()> {
    let file = configuration.join("main.tf");
    let text = fs::read_to_string(&file)?;
    let (before, rest) = text.split_once("provider \"helm\" {\n").context("the example configures Helm")?;
    let (_, after) = rest.split_once("\n}\n").context("the block ends")?;
    let helm = "provider \"helm\" {\n  kubernetes = var.cluster_access\n}\n";
    fs::write(&file, format!("{before}{helm}{after}"))?;
    fs::copy(workspace::root().join("tests/release/cluster.tf"), configuration.join("cluster.tf"))?;
    Ok(())
}
