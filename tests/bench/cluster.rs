//! A Kubernetes on loopback, as child processes: etcd, the API server, the controllers, the scheduler, and kwok in place of
//! the nodes; started in seconds, stopped with their owner.

mod api;
mod certificates;
mod control_plane;
mod nodes;

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tempfile::TempDir;

use crate::interrupt;
use crate::process::{Outcome, Process, Running};
use crate::tools::ClusterTools;
use crate::workspace;
pub use api::Api;
use certificates::Certificates;
pub use nodes::{Node, has_condition};

/// A busy machine starts an API server slowly.
const START_LIMIT: Duration = Duration::from_mins(2);
/// Where pods have their addresses: in the network of the platform on AWS.
const POD_NETWORK: &str = "10.0.0.0/17";
/// Someone else may take a port between its choice and its use.
const ATTEMPTS: u32 = 3;

/// A running cluster. Dropping it stops it.
#[derive(Debug)]
pub struct Cluster {
    /// Where the API server listens, such as `https://127.0.0.1:40123`.
    pub url: String,
    /// A kubeconfig of the cluster's administrator.
    pub kubeconfig: PathBuf,
    /// The API, for looking at what is there.
    pub api: Api,
    kubectl: PathBuf,
    // In the order in which they are to stop.
    _processes: Vec<Running>,
    folder: TempDir,
}

impl Cluster {
    /// Starts a cluster of three large nodes, and waits until it answers and knows the custom resources of our charts.
    pub fn start(tools: &ClusterTools) -> Result<Self> {
        let cluster = Self::without_nodes(tools, POD_NETWORK)?;
        let node = |zone: char| Node::large(&format!("node-{zone}"), &format!("us-east-1{zone}"));
        cluster.add_nodes(&['a', 'b', 'c'].map(node))?;
        Ok(cluster)
    }

    /// The same without any node. Pods get addresses of a network such as `10.0.0.0/16`.
    pub fn without_nodes(tools: &ClusterTools, pod_network: &str) -> Result<Self> {
        let mut attempt = 1;
        loop {
            match Self::attempt(tools, pod_network) {
                Err(_) if attempt < ATTEMPTS && !interrupt::came() => attempt += 1,
                outcome => return outcome,
            }
        }
    }

    fn attempt(tools: &ClusterTools, pod_network: &str) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("ipsy-cluster-").tempdir()?;
        let at = |name: &str| folder.path().join(name);
        let certificates = Certificates::make(folder.path())?;
        let (etcd_port, peer_port, port) = (free_port()?, free_port()?, free_port()?);
        let url = format!("https://127.0.0.1:{port}");
        let kubeconfig = certificates.kubeconfig(&url)?;

        let mut processes = vec![control_plane::etcd(tools, folder.path(), etcd_port, peer_port)?];
        let api_server = control_plane::api_server(tools, folder.path(), &certificates, etcd_port, port)?;
        processes.insert(0, api_server);
        let kubectl = |arguments: &[&str]| kubectl(&tools.kubectl, &kubeconfig, folder.path(), arguments);
        let ready = wait_until_ready(|| kubectl(&["get", "--raw", "/readyz"]), &mut processes);
        ready.with_context(|| log(&at("kube-apiserver.log")))?;
        processes.insert(0, control_plane::controllers(tools, folder.path(), &kubeconfig)?);
        processes.insert(0, control_plane::scheduler(tools, folder.path(), &kubeconfig)?);
        processes.insert(0, nodes::kwok(tools, folder.path(), &kubeconfig, pod_network)?);

        let crds = workspace::root().join("tests/cluster/crds");
        kubectl(&["apply", "--server-side", "--filename", &crds.to_string_lossy()])?.ok()?;
        kubectl(&["wait", "--for=condition=Established", "customresourcedefinitions", "--all"])?.ok()?;

        let (proxy, address) = control_plane::proxy(tools, folder.path(), &kubeconfig)?;
        processes.insert(0, proxy);
        let api = Api::at(&address);
        Ok(Self { url, kubeconfig, api, kubectl: tools.kubectl.clone(), _processes: processes, folder })
    }

    /// Any command of kubectl, as the administrator.
    pub fn kubectl(&self, arguments: &[&str]) -> Result<Outcome> {
        kubectl(&self.kubectl, &self.kubeconfig, self.folder.path(), arguments)
    }

    /// kubectl with something on its standard input.
    pub fn kubectl_with_input(&self, arguments: &[&str], input: &str) -> Result<Outcome> {
        kubectl_process(&self.kubectl, &self.kubeconfig, self.folder.path(), arguments).input(input).run()
    }

    /// The certificate of the authority, as PEM.
    pub fn certificate_authority(&self) -> Result<String> {
        certificates::authority(self.folder.path())
    }

    /// The administrator's certificate and key, as the status of an `ExecCredential`.
    pub fn client_certificate(&self) -> Result<Value> {
        certificates::client(self.folder.path())
    }

    /// Makes a namespace, with labels such as `a=b`, and waits until pods can be made in it.
    pub fn namespace(&self, name: &str, labels: &[&str]) -> Result<()> {
        self.kubectl(&["create", "namespace", name])?.ok()?;
        for label in labels {
            self.kubectl(&["label", "namespace", name, label])?.ok()?;
        }
        let account = format!("/api/v1/namespaces/{name}/serviceaccounts/default");
        until("its service account", || Ok(self.api.get(&account)?.is_some()))
    }
}

/// Waits for something that the cluster does by itself.
pub fn until(what: &str, condition: impl Fn() -> Result<bool>) -> Result<()> {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !condition()? {
        interrupt::check()?;
        if Instant::now() > deadline {
            bail!("the cluster does not come to {what} within a minute");
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

fn wait_until_ready(ask: impl Fn() -> Result<Outcome>, processes: &mut [Running]) -> Result<()> {
    let deadline = Instant::now() + START_LIMIT;
    while ask()?.code != 0 {
        interrupt::check()?;
        for process in &mut *processes {
            if let Some(status) = process.child.try_wait()? {
                bail!("a program of the cluster ended with {status}");
            }
        }
        if Instant::now() > deadline {
            bail!("the API server was not ready within {START_LIMIT:?}");
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

fn kubectl(program: &Path, kubeconfig: &Path, home: &Path, arguments: &[&str]) -> Result<Outcome> {
    kubectl_process(program, kubeconfig, home, arguments).run()
}

fn kubectl_process(program: &Path, kubeconfig: &Path, home: &Path, arguments: &[&str]) -> Process {
    // kubectl keeps what it discovers below HOME.
    Process::new(program).arg("--kubeconfig").arg(kubeconfig).args(arguments).env("HOME", home)
}

/// A port on loopback that no one listens on.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// The end of a log, for messages.
fn log(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(20)..).unwrap_or_default().join("\n")
}
