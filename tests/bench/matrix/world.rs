//! What all scenarios share: the cluster, an AWS on loopback, and what a real `terraform apply` of the
//! quickstart gave, before and after CI pushed a new image.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tempfile::TempDir;

use crate::aws_bench::AwsBench;
use crate::cluster::Cluster;
use crate::helm::Helm;
use crate::programs::Programs;
use crate::terraform::Terraform;
use crate::tools::{ClusterTools, Tools};
use crate::workspace;

/// The app of the quickstart.
pub(super) const APP: &str = "checkout";
/// The image that CI pushes.
pub(super) const NEW_TAG: &str = "1.0.1";

/// What all scenarios share.
#[derive(Debug)]
pub struct World {
    pub(super) tools: Tools,
    pub(super) cluster_tools: ClusterTools,
    pub(super) programs: Programs,
    pub(super) cluster: Cluster,
    /// The values of the first apply.
    pub(super) values: PathBuf,
    /// The values after CI wrote another tag into the image pointer.
    pub(super) new_values: PathBuf,
    /// The configuration of the post-renderer.
    pub(super) config: PathBuf,
    pub(super) kapp_config: PathBuf,
    pub(super) folder: TempDir,
}

impl World {
    /// Applies the quickstart twice and takes its outputs; a cluster runs already.
    pub fn new(
        tools: &Tools,
        cluster_tools: &ClusterTools,
        programs: &Programs,
        cluster: Cluster,
    ) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("ipsy-matrix-").tempdir()?;
        let aws = AwsBench::start(tools)?;
        let terraform = Terraform::quickstart(tools, programs, &aws)?;
        terraform.init()?;
        terraform.apply()?;
        let at = |name: &str| folder.path().join(name);
        let outputs = [
            ("values", at("values.json")),
            ("post_renderer_config", at("post-render.json")),
            ("kapp_config", at("kapp-config.yaml")),
        ];
        for (name, path) in &outputs {
            write_output(&terraform, name, path)?;
        }
        push_image(&aws, &terraform)?;
        terraform.apply()?;
        write_output(&terraform, "values", &at("new-values.json"))?;
        write_output(&terraform, "post_renderer_config", &at("new-post-render.json"))?;
        ensure!(
            fs::read(at("new-post-render.json"))? == fs::read(at("post-render.json"))?,
            "a new image changes the configuration of the post-renderer"
        );
        Ok(Self {
            tools: tools.clone(),
            cluster_tools: cluster_tools.clone(),
            programs: programs.clone(),
            cluster,
            values: at("values.json"),
            new_values: at("new-values.json"),
            config: at("post-render.json"),
            kapp_config: at("kapp-config.yaml"),
            folder,
        })
    }

    /// What `values` of the quickstart hold when the app gets a second cluster, as a file.
    pub(super) fn values_of_two_clusters(&self) -> Result<PathBuf> {
        let aws = AwsBench::start(&self.tools)?;
        let terraform = Terraform::quickstart(&self.tools, &self.programs, &aws)?;
        terraform.replace("main.tf", LAST_BLOCK, SECOND_CLUSTER)?;
        terraform.init()?;
        let plan = terraform.plan()?;
        let values = plan.change("ipsy_app.checkout")["after"]["values"].as_str();
        self.write("values-of-two-clusters.json", values.context("`values` are known at plan")?)
    }

    /// Both Helms in the cluster, with their names.
    pub(super) fn helms(&self) -> Result<[(&'static str, Helm); 2]> {
        Ok([("Helm 3", self.helm_3()?), ("Helm 4", self.helm_4()?)])
    }

    pub(super) fn helm_3(&self) -> Result<Helm> {
        Ok(Helm::three(&self.tools, &self.programs.post_renderer)?.within(&self.cluster))
    }

    pub(super) fn helm_4(&self) -> Result<Helm> {
        Ok(Helm::four(&self.tools, &self.programs)?.within(&self.cluster))
    }

    /// Writes a file that lives as long as the world.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.folder.path().join(name);
        fs::write(&path, text)?;
        Ok(path)
    }
}

/// The last block of the app in the examples.
pub(super) const LAST_BLOCK: &str = "  advanced_setting {";
/// Another cluster before it.
pub(super) const SECOND_CLUSTER: &str =
    "  backend {\n    name    = \"green\"\n    cluster = \"eks-green\"\n  }\n\n  advanced_setting {";

/// Whether an error explains why `values` of an app with two clusters cannot be used.
pub(super) fn explains_refusal(error: &str) -> bool {
    // Terraform breaks long lines and marks them.
    let words = error.split(|sign: char| sign.is_whitespace() || sign == '│').filter(|word| !word.is_empty());
    let text = words.collect::<Vec<_>>().join(" ");
    text.contains(
        "use values_by_backend of ipsy_app instead of values: the app has several clusters (blue, green)",
    )
}

/// What CI does after a push: it writes the tag into the parameter that the output names.
pub(super) fn push_image(aws: &AwsBench, terraform: &Terraform) -> Result<()> {
    let parameter = terraform.output("image_parameter")?;
    let order = json!({ "Name": parameter, "Value": NEW_TAG, "Overwrite": true });
    aws.json("ssm", "AmazonSSM.PutParameter", &order).map(drop)
}

/// The folder of a chart of ours.
pub(crate) fn chart(name: &str) -> String {
    workspace::root().join("examples/charts").join(name).to_string_lossy().into_owned()
}

fn write_output(terraform: &Terraform, name: &str, path: &Path) -> Result<()> {
    let output = terraform.output(name)?;
    Ok(fs::write(path, output.as_str().with_context(|| format!("output `{name}` is a text"))?)?)
}
