//! The tools of the tests' cluster. They take minutes to build and only its tests need them, so they
//! are apart from the others.

use std::path::PathBuf;

use anyhow::Result;

use super::go::GoTool;
use super::installation::Installation;
use crate::console::Console;
use crate::workspace;

/// The Kubernetes that everything is sent to.
pub const KUBERNETES: &str = "v1.36.3";
/// Kubernetes learns its version from its linker. Without it Helm cannot read the API server's.
const KUBERNETES_LINK: &str = "-X k8s.io/component-base/version.gitVersion=v1.36.3 \
     -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=36";

const ETCD: GoTool = GoTool {
    name: "etcd",
    version: "v3.6.16",
    package: "go.etcd.io/etcd/server/v3",
    module: Some("kubernetes"),
    link: "",
};
const KUBE_APISERVER: GoTool = of_kubernetes("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver");
const KUBE_CONTROLLER_MANAGER: GoTool =
    of_kubernetes("kube-controller-manager", "k8s.io/kubernetes/cmd/kube-controller-manager");
const KUBE_SCHEDULER: GoTool = of_kubernetes("kube-scheduler", "k8s.io/kubernetes/cmd/kube-scheduler");
const KWOK: GoTool = GoTool {
    name: "kwok",
    version: "v0.8.0",
    package: "sigs.k8s.io/kwok/cmd/kwok",
    module: Some("kwok"),
    link: "",
};
const KUBECTL: GoTool = of_kubernetes("kubectl", "k8s.io/kubernetes/cmd/kubectl");
const KAPP: GoTool = GoTool {
    name: "kapp",
    version: "v0.64.2",
    package: "carvel.dev/kapp/cmd/kapp",
    module: Some("kapp"),
    // kapp's configuration demands a version of it.
    link: "-X carvel.dev/kapp/pkg/kapp/version.Version=0.64.2",
};
const HELM_PROVIDER_1: GoTool = GoTool {
    name: "terraform-provider-helm",
    version: "v1.3.2",
    package: "github.com/hashicorp/terraform-provider-helm",
    module: Some("helm-provider-1"),
    link: "",
};
// Ours: raise the version with every change, so that it is rebuilt.
const HELM_PROVIDER_2: GoTool = GoTool {
    name: "helm-provider-2",
    version: "v0.2.0",
    package: "github.com/ipsy/terraform-provider-ipsy/tests/tools-modules/helm-provider-2",
    module: Some("helm-provider-2"),
    link: "",
};
// Its module path has no major version, so that Go's module proxy knows it by date and commit alone.
const HELM_PROVIDER_3: GoTool = GoTool {
    name: "terraform-provider-helm",
    version: "v1.3.3-0.20260629194918-a4f1c1d8b008",
    package: "github.com/hashicorp/terraform-provider-helm",
    module: None,
    link: "-X main.Version=3.2.0",
};

const fn of_kubernetes(name: &'static str, package: &'static str) -> GoTool {
    GoTool { name, version: KUBERNETES, package, module: Some("kubernetes"), link: KUBERNETES_LINK }
}

/// The installed tools, as paths of programs.
#[derive(Debug, Clone)]
pub struct ClusterTools {
    /// Where Kubernetes keeps its objects.
    pub etcd: PathBuf,
    /// The API server.
    pub kube_apiserver: PathBuf,
    /// The controllers of Deployments, Jobs, autoscalers and so on.
    pub kube_controller_manager: PathBuf,
    /// The scheduler, which gives pods to nodes.
    pub kube_scheduler: PathBuf,
    /// kwok, which stands for the kubelets of nodes.
    pub kwok: PathBuf,
    /// Its command line.
    pub kubectl: PathBuf,
    /// kapp.
    pub kapp: PathBuf,
    /// hashicorp/helm 1.3.2.
    pub helm_provider_1: PathBuf,
    /// The stand-in for hashicorp/helm 2.17.
    pub helm_provider_2: PathBuf,
    /// hashicorp/helm 3.2.0.
    pub helm_provider_3: PathBuf,
}

impl ClusterTools {
    /// Installs whatever is missing and returns all.
    pub fn ready(console: Console) -> Result<Self> {
        let folder = workspace::tools_folder();
        let installation = Installation::begin(&folder, console)?;
        Ok(Self {
            etcd: ETCD.ready(&installation)?,
            kube_apiserver: KUBE_APISERVER.ready(&installation)?,
            kube_controller_manager: KUBE_CONTROLLER_MANAGER.ready(&installation)?,
            kube_scheduler: KUBE_SCHEDULER.ready(&installation)?,
            kwok: KWOK.ready(&installation)?,
            kubectl: KUBECTL.ready(&installation)?,
            kapp: KAPP.ready(&installation)?,
            helm_provider_1: HELM_PROVIDER_1.ready(&installation)?,
            helm_provider_2: HELM_PROVIDER_2.ready(&installation)?,
            helm_provider_3: HELM_PROVIDER_3.ready(&installation)?,
        })
    }

    /// hashicorp/helm 3.2.0 alone, which plans without a cluster.
    pub fn helm_provider(console: Console) -> Result<PathBuf> {
        HELM_PROVIDER_3.ready(&Installation::begin(&workspace::tools_folder(), console)?)
    }

    /// Each tool with its path, for people.
    pub fn list(&self) -> [(&'static str, &PathBuf); 10] {
        [
            ("etcd", &self.etcd),
            ("kube-apiserver", &self.kube_apiserver),
            ("kube-controller-manager", &self.kube_controller_manager),
            ("kube-scheduler", &self.kube_scheduler),
            ("kwok", &self.kwok),
            ("kubectl", &self.kubectl),
            ("kapp", &self.kapp),
            ("hashicorp/helm 1.3.2", &self.helm_provider_1),
            ("stand-in for hashicorp/helm 2.17", &self.helm_provider_2),
            ("hashicorp/helm 3.2.0", &self.helm_provider_3),
        ]
    }
}
