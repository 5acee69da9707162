//! Real Helm 3 and Helm 4, which take a post-renderer in different ways: a program, or the name
//! of an installed plugin.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use tempfile::TempDir;

use crate::cluster::Cluster;
use crate::process::{Outcome, Process};
use crate::programs::Programs;
use crate::tools::Tools;
use crate::workspace;

/// What describes our plugin to Helm 4, in the checkout.
pub const PLUGIN_MANIFEST: &str = "post-renderer/helm-plugin/plugin.yaml";
/// The Helm that users have.
const ON_PATH: &str = "helm";
/// The name of our plugin for Helm 4.
const PLUGIN: &str = "ipsy";

/// One Helm with folders of its own.
#[derive(Debug)]
pub struct Helm {
    program: PathBuf,
    post_renderer: String,
    kubeconfig: Option<PathBuf>,
    folder: TempDir,
}

impl Helm {
    /// Helm 3; `--post-renderer` gets the path of a program.
    pub fn three(tools: &Tools, post_renderer: &Path) -> Result<Self> {
        Self::with_program(tools.helm_3()?, post_renderer)
    }

    /// Helm 4, with our plugin installed by Helm itself.
    pub fn four(tools: &Tools, programs: &Programs) -> Result<Self> {
        Self::with_plugin(tools.helm_4()?, &programs.post_renderer)
    }

    /// The Helm on the path if it is version 3 or 4, else Helm 4.
    pub fn of_this_machine(tools: &Tools, programs: &Programs) -> Result<Self> {
        let version = Process::new(ON_PATH).args(["version", "--template", "{{ .Version }}"]).run();
        let found = version.ok().filter(|version| version.code == 0).map(|version| version.stdout);
        match found.as_deref().and_then(|version| version.get(..3)) {
            Some("v3.") => Self::with_program(ON_PATH.into(), &programs.post_renderer),
            Some("v4.") => Self::with_plugin(ON_PATH.into(), &programs.post_renderer),
            _ => Self::four(tools, programs),
        }
    }

    /// A Helm 3, which takes the path of a post-renderer.
    fn with_program(program: PathBuf, post_renderer: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("ipsy-helm3-").tempdir()?;
        let post_renderer = post_renderer.to_string_lossy().into_owned();
        Ok(Self { program, post_renderer, kubeconfig: None, folder })
    }

    /// A Helm 4, which takes the name of a plugin.
    fn with_plugin(program: PathBuf, post_renderer: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("ipsy-helm4-").tempdir()?;
        let helm = Self { program, post_renderer: PLUGIN.to_owned(), kubeconfig: None, folder };
        let plugin = helm.folder.path().join("plugin").join(PLUGIN);
        lay_out_plugin(&plugin, post_renderer)?;
        helm.run(&["plugin", "install", &plugin.to_string_lossy()])?.ok()?;
        Ok(helm)
    }

    /// The same Helm, which acts in a cluster.
    #[must_use]
    pub fn within(mut self, cluster: &Cluster) -> Self {
        self.kubeconfig = Some(cluster.kubeconfig.clone());
        self
    }

    /// The flags that send a command's manifests through the post-renderer, with arguments for it.
    pub fn post_renderer_flags<'a>(&'a self, arguments: &[&'a str]) -> Vec<&'a str> {
        let mut flags = vec!["--post-renderer", &self.post_renderer];
        for argument in arguments {
            flags.extend(["--post-renderer-args", argument]);
        }
        flags
    }

    /// `helm template RELEASE CHART --values FILE`, without a post-renderer.
    pub fn template(&self, release: &str, chart: &Path, values: &Path) -> Result<Outcome> {
        let (chart, values) = (chart.to_string_lossy(), values.to_string_lossy());
        self.run(&["template", release, &chart, "--values", &values])
    }

    /// The same through the post-renderer, with arguments for it.
    pub fn template_post_rendered(
        &self,
        release: &str,
        chart: &Path,
        values: &Path,
        arguments: &[&str],
    ) -> Result<Outcome> {
        let (chart, values) = (chart.to_string_lossy(), values.to_string_lossy());
        let mut all = vec!["template", release, &*chart, "--values", &*values];
        all.extend(self.post_renderer_flags(arguments));
        self.run(&all)
    }

    /// Any command of Helm.
    pub fn run(&self, arguments: &[&str]) -> Result<Outcome> {
        let home = self.folder.path();
        Process::new(&self.program)
            .args(arguments)
            .env("HOME", home)
            .env("HELM_CACHE_HOME", home.join("cache"))
            .env("HELM_CONFIG_HOME", home.join("config"))
            .env("HELM_DATA_HOME", home.join("data"))
            .envs(self.kubeconfig.iter().map(|path| ("KUBECONFIG", path)))
            .within(home)
            .limit(Duration::from_mins(2))
            .run()
    }
}

/// Lays out the plugin folder as `helm plugin install` takes it: our `plugin.yaml`, and the
/// program at its path.
pub fn lay_out_plugin(folder: &Path, post_renderer: &Path) -> Result<()> {
    fs::create_dir_all(folder.join("bin"))?;
    fs::copy(workspace::root().join(PLUGIN_MANIFEST), folder.join("plugin.yaml"))?;
    fs::copy(post_renderer, folder.join("bin/ipsy-post-renderer"))?;
    Ok(())
}
