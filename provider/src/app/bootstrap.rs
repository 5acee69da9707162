//! The files that an app's repository begins with: Terraform, pipelines and a Dockerfile, from a few facts. The
//! same facts give the same bytes.

mod check;
mod ec2;
mod image_settings;
mod project;
mod runtime_images;
mod scan_policy;
mod takeover;
mod template;

use std::collections::BTreeMap;

use ipsy_post_renderer::standards_document::ScanDatabase;
use provider_framework::Arguments;
use serde::Deserialize;
use serde_json::{Value, json};

use super::problem::Problems;
use super::runtime::Runtime;
use super::standards::StandardsDocument;
use check::check;
use ec2::{Ec2, Ec2Config};
use image_settings::image_settings;
use project::{Environment, Project};
use runtime_images::ImageBuild;
use template::{Facts, render};

/// The files that an app's repository begins with: Terraform that plans clean, a pipeline for Jenkins and its twin
/// for GitHub Actions, and a Dockerfile of the runtime. By calculation alone: the same arguments give the same bytes.
/// The app is checked against the provider's standards, and they go along.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct BootstrapConfig {
    /// Name of the app, a DNS label; also of its image repository.
    #[argument(required, example = "\"checkout\"")]
    pub(crate) name: Option<String>,
    /// Team that answers for the app.
    pub(crate) team: Option<String>,
    /// Labels for every object of the app.
    #[argument(example = "{ cost-center = \"cc-42\" }")]
    pub(crate) labels: Option<BTreeMap<String, String>>,
    /// Language runtime: `dotnet`, `generic`, `go`, `java`, `node`, `python`, `ruby`, `rust` or `static` (a web
    /// site), or one of `runtimes` in the standards. It chooses the app's profile and the Dockerfile: a runtime of the standards has that of the runtime that
    /// it extends. Default: `generic`.
    #[argument(example = "\"java\"")]
    pub(crate) runtime: Option<String>,
    /// Build tool of a Java app: `maven` or `gradle`. Default: `maven`.
    pub(crate) build_tool: Option<String>,
    /// Port that the app listens on; the app also finds it in its environment, as `PORT`.
    #[argument(required, example = "8080")]
    pub(crate) port: Option<i64>,
    /// Path that answers with a good code. Default: the probes only open the port.
    pub(crate) health_path: Option<String>,
    /// Host of the ECR registry that the image is pushed to. Default: `platform.registry` of the standards.
    #[argument(example = "\"123456789012.dkr.ecr.us-east-1.amazonaws.com\"")]
    pub(crate) registry: Option<String>,
    /// AWS region of the app. Default: that of the registry.
    pub(crate) region: Option<String>,
    /// The standard chart, such as `oci://registry.example.com/charts/ipsy-app`, or a folder. Default: `platform.chart` of
    /// the standards.
    #[argument(example = "\"oci://registry.example.com/charts/ipsy-app\"")]
    pub(crate) chart: Option<String>,
    /// Version of the chart. Default: `platform.chart.version` of the standards, or the newest one.
    pub(crate) chart_version: Option<String>,
    /// S3 bucket for the Terraform states of all environments. Default: `platform.stateBucket` of the standards. Without
    /// a bucket the project has no backend for its states, and its README explains what to add.
    pub(crate) state_bucket: Option<String>,
    /// Image that the app is built in, by digest. Default: `runtimes.NAME.images.build` in the standards, or a common
    /// one of the runtime by tag, with a warning.
    #[argument(example = "\"maven:3.9@sha256:…\"")]
    pub(crate) build_image: Option<String>,
    /// Image that the app runs in, by digest. Default: `runtimes.NAME.images.run` in the standards, or a common one of
    /// the runtime by tag, with a warning.
    pub(crate) runtime_image: Option<String>,
    /// Managed IAM policies of the app's role, such as those of the EC2 instances that serve the app today.
    pub(crate) managed_policy_arns: Option<Vec<String>>,
    /// Further policies of the role, as JSON by name. Each becomes a file in `terraform/policies`.
    pub(crate) policies: Option<BTreeMap<String, String>>,
    pub(crate) custom_dockerfile: Option<CustomDockerfileConfig>,
    pub(crate) environment: Vec<EnvironmentConfig>,
}

/// A Dockerfile of the team instead of the runtime's: an exception. The pipeline builds it by the same rules.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct CustomDockerfileConfig {
    /// Path of the Dockerfile in the repository. Default: `Dockerfile`.
    pub(crate) path: Option<String>,
    /// Why the Dockerfile of the runtime does not do.
    #[argument(required, example = "\"needs LibreOffice, PAY-812\"")]
    pub(crate) reason: Option<String>,
    /// Team or person that keeps it up to date.
    #[argument(required, example = "\"payments\"")]
    pub(crate) owner: Option<String>,
}

/// An environment, in the order of a deployment. The first one makes the image repository. Default: those of
/// `platform.deploymentOrder` in the standards.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct EnvironmentConfig {
    /// Name of the environment, a DNS label.
    #[argument(required, example = "\"prod\"")]
    pub(crate) name: Option<String>,
    /// Name of its EKS cluster. Default: the one of `platform.clusters` in the standards.
    #[argument(example = "\"eks-blue\"")]
    pub(crate) cluster: Option<String>,
    /// Listener of the load balancer that leads to the app: for all environments or for none. Default:
    /// `platform.listenerArn` of the standards. With `platform.domain` beside it, the app needs no `hosts`.
    pub(crate) listener_arn: Option<String>,
    /// Host names of the app.
    pub(crate) hosts: Option<Vec<String>>,
    /// Minimum number of pods. Default: the standards', or 2.
    pub(crate) min_replicas: Option<i64>,
    /// Maximum number of pods. Default: ten times the minimum.
    pub(crate) max_replicas: Option<i64>,
    pub(crate) ec2: Option<Ec2Config>,
}

impl BootstrapConfig {
    /// The path of the Dockerfile, the team's or the runtime's.
    fn dockerfile(&self) -> &str {
        let custom = self.custom_dockerfile.as_ref().and_then(|custom| custom.path.as_deref());
        custom.unwrap_or("Dockerfile")
    }
}

/// The files, by their paths. `complete` means that nothing is unknown. Use them only if no problem was
/// found.
pub(crate) fn files(
    config: &BootstrapConfig,
    standards: &StandardsDocument,
    complete: bool,
    problems: &mut Problems,
) -> BTreeMap<String, String> {
    let project = Project::resolve(config, standards, problems);
    let registry = check(&project, standards, complete, problems);
    // No environment changes how an image is built, since all of them run the same one.
    let general = standards.of_environment(None).unwrap_or_default();
    let image = ImageBuild::of(&project, &general);
    if complete && !standards.is_unread() && config.custom_dockerfile.is_none() {
        image.warn_of_tags(problems);
    }
    let facts = facts(&project, standards, &image, &general.scan_database, registry.region);
    let mut files: BTreeMap<String, String> =
        FILES.iter().map(|(path, template)| ((*path).to_owned(), render(template, &facts))).collect();
    files.insert("trivy.yaml".to_owned(), scan_policy::configuration(&general));
    files.insert(".trivyignore.yaml".to_owned(), scan_policy::waivers(&general));
    if config.custom_dockerfile.is_none() {
        files.insert("Dockerfile".to_owned(), render(image.dockerfile, &facts));
        if project.profile.base() == Runtime::Static {
            files.insert("nginx.conf".to_owned(), render(NGINX, &facts));
        }
    }
    if facts.contains_key("standards") {
        files.insert("terraform/standards.yaml".to_owned(), standards_file(standards));
    }
    takeover::add_files(&project, &mut files);
    for (index, environment) in project.environments.iter().enumerate() {
        let path = |ending: &str| format!("terraform/environments/{}.{ending}", environment.name);
        let variables = format!("{:#}\n", variables(&project, index, environment));
        files.insert(path("tfvars.json"), variables);
        if let Some(bucket) = &environment.state_bucket {
            files.insert(path("s3.tfbackend"), backend(&facts, bucket, &environment.name));
        }
    }
    files
}

/// What serves the site of the runtime `static`.
const NGINX: &str = include_str!("bootstrap/templates/docker/nginx.conf");

/// Every file but those that depend on the runtime or on an environment.
const FILES: [(&str, &str); 17] = [
    (".dockerignore", include_str!("bootstrap/templates/docker/dockerignore")),
    (".github/workflows/deploy.yml", include_str!("bootstrap/templates/ci/deploy.yml")),
    (".gitignore", include_str!("bootstrap/templates/terraform/gitignore")),
    ("Jenkinsfile", include_str!("bootstrap/templates/ci/Jenkinsfile")),
    ("README.md", include_str!("bootstrap/templates/README.md")),
    ("ci/build.sh", include_str!("bootstrap/templates/ci/build.sh")),
    ("ci/deploy.sh", include_str!("bootstrap/templates/ci/deploy.sh")),
    ("ci/image.sh", include_str!("bootstrap/templates/ci/image.sh")),
    ("ci/push.sh", include_str!("bootstrap/templates/ci/push.sh")),
    ("ci/rollback.sh", include_str!("bootstrap/templates/ci/rollback.sh")),
    ("ci/scan-database.sh", include_str!("bootstrap/templates/ci/scan-database.sh")),
    ("ci/scan.sh", include_str!("bootstrap/templates/ci/scan.sh")),
    ("ci/shift.sh", include_str!("bootstrap/templates/ci/shift.sh")),
    ("ci/terraform.sh", include_str!("bootstrap/templates/ci/terraform.sh")),
    ("terraform/main.tf", include_str!("bootstrap/templates/terraform/main.tf")),
    ("terraform/variables.tf", include_str!("bootstrap/templates/terraform/variables.tf")),
    ("terraform/versions.tf", include_str!("bootstrap/templates/terraform/versions.tf")),
];

/// What the templates say, each in the form in which it stands there.
fn facts(
    project: &Project<'_>,
    standards: &StandardsDocument,
    image: &ImageBuild,
    database: &ScanDatabase,
    registry_region: &str,
) -> Facts {
    let config = project.config;
    let region = config.region.as_deref().unwrap_or(registry_region);
    let name = config.name.as_deref().unwrap_or_default();
    let is_java = project.profile.base() == Runtime::Java;
    let environments: Vec<&str> =
        project.environments.iter().map(|environment| environment.name.as_str()).collect();
    let each = |quote: &str| {
        let quoted: Vec<String> = environments.iter().map(|name| format!("{quote}{name}{quote}")).collect();
        quoted.join(", ")
    };
    let mut facts = Facts::from([
        ("app", name.to_owned()),
        ("aws_region", region.to_owned()),
        ("build_image", image.build.clone()),
        ("database_days", database.maximum_days.to_string()),
        ("database_repositories", database.repositories.join(" ")),
        ("java_database_days", database.java_maximum_days.to_string()),
        ("java_database_repositories", database.java_repositories.join(" ")),
        ("dockerfile", config.dockerfile().to_owned()),
        ("environments", each("\"")),
        ("environments_groovy", each("'")),
        ("environments_text", each("`")),
        ("first_environment", environments.first().copied().unwrap_or_default().to_owned()),
        ("image_settings", image_settings(config)),
        ("jenkins_library", project.jenkins_library.clone()),
        ("maximum_size", image.maximum_size.to_string()),
        ("name", hcl(name)),
        ("port", config.port.unwrap_or_default().to_string()),
        ("region", hcl(region)),
        ("registry", project.registry.clone().unwrap_or_default()),
        ("registry_region", registry_region.to_owned()),
        ("runtime", hcl(project.profile.name())),
        ("runtime_image", image.run.clone()),
        ("runtime_name", project.profile.name().to_owned()),
        (
            "skip_updates",
            if is_java { "--skip-db-update --skip-java-db-update" } else { "--skip-db-update" }.to_owned(),
        ),
    ]);
    for (fact, given) in [("health_path", &config.health_path), ("team", &config.team)] {
        if let Some(text) = given {
            facts.insert(fact, hcl(text));
        }
    }
    if let Some(labels) = config.labels.as_ref().filter(|labels| !labels.is_empty()) {
        let pairs: Vec<String> =
            labels.iter().map(|(name, value)| format!("{} = {}", hcl(name), hcl(value))).collect();
        facts.insert("labels", format!("{{ {} }}", pairs.join(", ")));
    }
    for (fact, holds) in [
        ("standards", !standards.is_empty()),
        ("load_balancer", project.has_load_balancer()),
        ("priority_range", !project.has_priorities),
        ("state_bucket", project.has_state_buckets()),
        ("ec2", project.has_ec2()),
        ("java", is_java),
    ] {
        if holds {
            facts.insert(fact, String::new());
        }
    }
    if let Some(iam) = ec2::iam_block(config) {
        facts.insert("iam", iam);
    }
    if let Some(custom) = &config.custom_dockerfile {
        facts.insert("custom_reason", custom.reason.clone().unwrap_or_default());
        facts.insert("custom_owner", custom.owner.clone().unwrap_or_default());
    }
    facts
}

/// Where the state of an environment is, for `terraform init`.
fn backend(facts: &Facts, bucket: &str, environment: &str) -> String {
    let mut facts = facts.clone();
    facts.insert("bucket", hcl(bucket));
    facts.insert("environment", environment.to_owned());
    render(include_str!("bootstrap/templates/terraform/s3.tfbackend"), &facts)
}

/// The variables of one environment. JSON has no templates, so nothing in them can be taken for one.
fn variables(project: &Project<'_>, index: usize, environment: &Environment) -> Value {
    let mut variables = json!({
        "backend": environment.backend,
        "chart": environment.chart,
        "chart_repository": environment.chart_repository,
        "chart_version": environment.chart_version,
        "cluster": environment.cluster,
        "environment": environment.name,
        "max_replicas": environment.max_replicas,
        "min_replicas": environment.min_replicas,
        "oidc_provider_arn": environment.oidc_provider_arn,
        "repository": project.repository(index),
        "weight": 100,
    });
    if project.has_load_balancer() {
        variables["hosts"] = json!(environment.hosts.clone().unwrap_or_default());
        variables["listener_arn"] = json!(environment.listener_arn);
    }
    if project.has_ec2() {
        for (name, value) in Ec2::variables(environment.ec2.as_ref()) {
            variables[name] = value;
        }
    }
    super::values::sorted(variables)
}

/// The standards in effect, so that the project keeps to the same ones.
fn standards_file(standards: &StandardsDocument) -> String {
    serde_yaml::to_string(&standards.to_value()).unwrap_or_default()
}

/// A text as HCL writes it: as JSON does, but that `${` and `%{` begin a template.
fn hcl(text: &str) -> String {
    json!(text).to_string().replace("${", "$${").replace("%{", "%%{")
}

#[cfg(test)]
mod tests;
