//! A Kubernetes on loopback, as child processes: etcd, the API server and the controllers, started
//! in seconds, stopped with their owner. There are no nodes: what a kubelet would say of pods is said
//! by `pods`.

mod api;
mod certificates;
mod pods;

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::mpsc;
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
use pods::Pods;

/// A busy machine starts an API server slowly.
const START_LIMIT: Duration = Duration::from_mins(2);
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
    _pods: Pods,
    _processes: Vec<Running>,
    folder: TempDir,
}

impl Cluster {
    /// Starts a cluster and waits until it answers and knows the custom resources of our charts.
    pub fn start(tools: &ClusterTools) -> Result<Self> {
        let mut attempt = 1;
        loop {
            match Self::attempt(tools) {
                Err(_) if attempt < ATTEMPTS && !interrupt::came() => attempt += 1,
                outcome => return outcome,
            }
        }
    }

    fn attempt(tools: &ClusterTools) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("ipsy-cluster-").tempdir()?;
        let at = |name: &str| folder.path().join(name);
        let certificates = Certificates::make(folder.path())?;
        let (etcd_port, peer_port, port) = (free_port()?, free_port()?, free_port()?);
        let url = format!("https://127.0.0.1:{port}");
        let kubeconfig = certificates.kubeconfig(&url)?;

        let mut processes = vec![etcd(tools, folder.path(), etcd_port, peer_port)?];
        processes.insert(0, api_server(tools, folder.path(), &certificates, etcd_port, port)?);
        let kubectl = |arguments: &[&str]| kubectl(&tools.kubectl, &kubeconfig, folder.path(), arguments);
        let ready = wait_until_ready(|| kubectl(&["get", "--raw", "/readyz"]), &mut processes);
        ready.with_context(|| log(&at("kube-apiserver.log")))?;
        processes.insert(0, controllers(tools, folder.path(), &kubeconfig)?);

        let crds = workspace::root().join("tests/cluster/crds");
        kubectl(&["apply", "--server-side", "--filename", &crds.to_string_lossy()])?.ok()?;
        kubectl(&["wait", "--for=condition=Established", "customresourcedefinitions", "--all"])?.ok()?;

        let (proxy, address) = proxy(tools, folder.path(), &kubeconfig)?;
        processes.insert(0, proxy);
        let api = Api::at(&address);
        let pods = Pods::attend(api.clone());
        Ok(Self {
            url,
            kubeconfig,
            api,
            kubectl: tools.kubectl.clone(),
            _pods: pods,
            _processes: processes,
            folder,
        })
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

fn etcd(tools: &ClusterTools, folder: &Path, port: u16, peer_port: u16) -> Result<Running> {
    let (client, peer) = (format!("http://127.0.0.1:{port}"), format!("http://127.0.0.1:{peer_port}"));
    Process::new(&tools.etcd)
        .arg("--data-dir")
        .arg(folder.join("etcd"))
        .args(["--listen-client-urls", &client, "--advertise-client-urls", &client])
        .args(["--listen-peer-urls", &peer, "--initial-advertise-peer-urls", &peer])
        .args(["--initial-cluster", &format!("default={peer}")])
        // What is kept here dies with the test, so the disk may be lazy.
        .args(["--unsafe-no-fsync", "--log-level=error"])
        .within(folder)
        .start(Stdio::null(), File::create(folder.join("etcd.log"))?.into())
}

fn api_server(
    tools: &ClusterTools,
    folder: &Path,
    certificates: &Certificates,
    etcd_port: u16,
    port: u16,
) -> Result<Running> {
    Process::new(&tools.kube_apiserver)
        .arg(format!("--etcd-servers=http://127.0.0.1:{etcd_port}"))
        .arg(format!("--secure-port={port}"))
        .args(["--bind-address=127.0.0.1", "--advertise-address=127.0.0.1"])
        .args(["--service-cluster-ip-range=10.96.0.0/16", "--endpoint-reconciler-type=none"])
        .args(["--authorization-mode=RBAC", "--service-account-issuer=https://kubernetes.default.svc"])
        .args(certificates.api_server_arguments())
        // Webhooks of charts would be asked, but no pod runs here that could answer.
        .arg("--disable-admission-plugins=MutatingAdmissionWebhook,ValidatingAdmissionWebhook")
        .args(["--allow-privileged=true", "--profiling=false"])
        .arg("--cert-dir")
        .arg(folder)
        .within(folder)
        .start(Stdio::null(), File::create(folder.join("kube-apiserver.log"))?.into())
}

fn controllers(tools: &ClusterTools, folder: &Path, kubeconfig: &Path) -> Result<Running> {
    Process::new(&tools.kube_controller_manager)
        .arg("--kubeconfig")
        .arg(kubeconfig)
        .arg("--service-account-private-key-file")
        .arg(folder.join(certificates::SERVICE_ACCOUNT_KEY))
        .arg("--root-ca-file")
        .arg(folder.join(certificates::AUTHORITY))
        // It makes this folder, by default below /usr.
        .arg("--flex-volume-plugin-dir")
        .arg(folder.join("volume-plugins"))
        .args(["--leader-elect=false", "--secure-port=0", "--profiling=false"])
        .args(["--horizontal-pod-autoscaler-sync-period=2s", "--kube-api-qps=200", "--kube-api-burst=400"])
        .within(folder)
        .start(Stdio::null(), File::create(folder.join("kube-controller-manager.log"))?.into())
}

/// kubectl as the one who knows the certificates, so that the API is there in plain HTTP, on loopback.
fn proxy(tools: &ClusterTools, folder: &Path, kubeconfig: &Path) -> Result<(Running, String)> {
    let mut process = Process::new(&tools.kubectl)
        .arg("--kubeconfig")
        .arg(kubeconfig)
        .args(["proxy", "--port=0", "--address=127.0.0.1"])
        .env("HOME", folder)
        .within(folder)
        .start(Stdio::piped(), File::create(folder.join("proxy.log"))?.into())?;
    let stdout = process.child.stdout.take().context("standard output is a pipe")?;
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut line = String::new();
        let read = BufReader::new(stdout).read_line(&mut line);
        let _ = send.send(read.map(|_| line));
    });
    let line = receive.recv_timeout(START_LIMIT).context("`kubectl proxy` does not start")??;
    let address = line.trim().rsplit(' ').next().context("`kubectl proxy` says where it listens")?;
    Ok((process, format!("http://{address}")))
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
