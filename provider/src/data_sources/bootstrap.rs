//! `data.ipsy_bootstrap`: the files that an app's repository begins with. Needs no AWS and no credentials.

use async_trait::async_trait;
use tf_provider::{
    Attribute, Block, DataSource, Diagnostics, Outcome, Path, ReadDataRequest, Schema, Type, Value,
};

use crate::app::bootstrap::{BootstrapConfig, files};
use crate::app::problem::Problems;
use crate::app::standards::StandardsDocument;
use crate::diagnose::problem_diagnostics;
use crate::session::Session;

/// The data source `ipsy_bootstrap`.
pub(super) struct BootstrapData {
    session: Session,
}

impl BootstrapData {
    pub(super) fn new(session: Session) -> Self {
        Self { session }
    }
}

fn text(description: &str) -> Attribute {
    Attribute::optional(Type::String).describe(description)
}

fn needed(description: &str) -> Attribute {
    Attribute::required(Type::String).describe(description)
}

#[async_trait]
impl DataSource for BootstrapData {
    fn type_name(&self) -> &'static str {
        "ipsy_bootstrap"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe(
                "The files that an app's repository begins with: Terraform that plans clean, a pipeline for Jenkins and \
                 its twin for GitHub Actions, and a Dockerfile of the runtime. By calculation alone: the same arguments \
                 give the same bytes. The app is checked against the provider's standards, and they go along.",
            )
            .attribute("name", needed("Name of the app, a DNS label; also of its image repository.").example("\"checkout\""))
            .attribute("team", text("Team that answers for the app."))
            .attribute(
                "labels",
                Attribute::optional(Type::map(Type::String))
                    .describe("Labels for every object of the app.")
                    .example("{ cost-center = \"cc-42\" }"),
            )
            .attribute(
                "runtime",
                text(
                    "Language runtime: `dotnet`, `generic`, `go`, `java`, `node`, `python` or `ruby`. It chooses the \
                     Dockerfile, and the app's profile. Default: `generic`.",
                )
                .example("\"java\""),
            )
            .attribute(
                "port",
                Attribute::required(Type::Number)
                    .describe("Port that the app listens on; the app also finds it in its environment, as `PORT`.")
                    .example("8080"),
            )
            .attribute("health_path", text("Path that answers with a good code. Default: the probes only open the port."))
            .attribute(
                "registry",
                needed("Host of the ECR registry that the image is pushed to.")
                    .example("\"123456789012.dkr.ecr.us-east-1.amazonaws.com\""),
            )
            .attribute("region", text("AWS region of the app. Default: that of the registry."))
            .attribute(
                "chart",
                needed("The standard chart: `oci://` where you keep it, or a folder.")
                    .example("\"oci://registry.example.com/charts/ipsy-app\""),
            )
            .attribute("chart_version", text("Version of the chart."))
            .attribute(
                "state_bucket",
                text(
                    "S3 bucket for the states of Terraform, one for each environment. Default: none, and the README says \
                     so.",
                ),
            )
            .attribute(
                "build_image",
                text("Image that the app is built in, by digest or tag. Default: a common one of the runtime, by tag."),
            )
            .attribute("runtime_image", text("Image that the app runs in, likewise."))
            .block(
                "environment",
                Block::list()
                    .required()
                    .describe("An environment, in the order of a deployment. The first one makes the image repository.")
                    .attribute("name", needed("Name of the environment, a DNS label.").example("\"prod\""))
                    .attribute("cluster", needed("Name of its EKS cluster.").example("\"eks-blue\""))
                    .attribute(
                        "listener_arn",
                        text(
                            "Listener of the load balancer that leads to the app: for all environments or for none.",
                        ),
                    )
                    .attribute(
                        "hosts",
                        Attribute::optional(Type::list(Type::String)).describe("Host names of the app."),
                    )
                    .attribute(
                        "min_replicas",
                        Attribute::optional(Type::Number).describe("Fewest pods. Default: the standards', or 2."),
                    )
                    .attribute(
                        "max_replicas",
                        Attribute::optional(Type::Number).describe("Most pods. Default: ten times the fewest."),
                    ),
            )
            .attribute(
                "files",
                Attribute::computed(Type::map(Type::String)).describe("The text of each file, by its path."),
            )
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        project(config, &StandardsDocument::default(), false, diagnostics);
    }

    async fn read(&self, request: ReadDataRequest) -> Outcome {
        let mut diagnostics = Diagnostics::new();
        let files = project(&request.config, &self.session.get().standards, true, &mut diagnostics);
        let Some(files) = files else { return Outcome::failed(diagnostics) };
        let mut state = request.config;
        state.set(&Path::root("files"), files);
        Outcome::of(state).with(diagnostics)
    }
}

fn project(
    config: &Value,
    standards: &StandardsDocument,
    warnings: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Value> {
    let complete = config.is_wholly_known();
    let config: BootstrapConfig = diagnostics.take(config.decode())?;
    let mut problems = Problems::default();
    let files = files(&config, standards, complete, &mut problems);
    problem_diagnostics(&problems, warnings, diagnostics);
    (!diagnostics.has_errors())
        .then(|| Value::map(files.into_iter().map(|(path, text)| (path, Value::from(text)))))
}
