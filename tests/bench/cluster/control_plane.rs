//! The programs of Kubernetes itself, each started on free ports of loopback with a log in the cluster's folder.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc;
use std::thread;

use anyhow::{Context, Result};

use super::START_LIMIT;
use super::certificates::{self, Certificates};
use crate::process::{Process, Running};
use crate::tools::ClusterTools;

pub(super) fn etcd(tools: &ClusterTools, folder: &Path, port: u16, peer_port: u16) -> Result<Running> {
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

pub(super) fn api_server(
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

pub(super) fn controllers(tools: &ClusterTools, folder: &Path, kubeconfig: &Path) -> Result<Running> {
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

/// The scheduler, which gives each pod to a node.
pub(super) fn scheduler(tools: &ClusterTools, folder: &Path, kubeconfig: &Path) -> Result<Running> {
    Process::new(&tools.kube_scheduler)
        .arg("--kubeconfig")
        .arg(kubeconfig)
        .args(["--leader-elect=false", "--secure-port=0", "--profiling=false"])
        .args(["--kube-api-qps=200", "--kube-api-burst=400"])
        .within(folder)
        .start(Stdio::null(), File::create(folder.join("kube-scheduler.log"))?.into())
}

/// kubectl as the one who knows the certificates, so that the API is there in plain HTTP, on loopback.
pub(super) fn proxy(tools: &ClusterTools, folder: &Path, kubeconfig: &Path) -> Result<(Running, String)> {
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
    let address = line.trim().rsplit(' ').next().context("`kubectl proxy` prints its address")?;
    Ok((process, format!("http://{address}")))
}
