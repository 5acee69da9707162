//! The stand-in for the AWS Load Balancer Controller: it keeps the target groups of a bench in step with the
//! `TargetGroupBinding` objects of a cluster, and passes the readiness gates of pods.
//! `tests/cluster/load-balancer-controller/README.md` lists what it is not.

pub(crate) mod binding;
mod endpoint;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Result;

use crate::aws_bench::{AwsBench, Targets};
use crate::cluster::{Api, Cluster};
use crate::workspace;
use binding::Binding;

/// How often it looks at the cluster and at AWS.
const PAUSE: Duration = Duration::from_millis(200);

/// The label of a namespace whose new pods get readiness gates.
pub const GATES_LABEL: &str = "elbv2.k8s.aws/pod-readiness-gate-inject=enabled";

/// A running stand-in. Dropping it stops it.
#[derive(Debug)]
pub struct LoadBalancerController {
    problems: Arc<Mutex<BTreeMap<String, String>>>,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl LoadBalancerController {
    /// Follows the bindings of a namespace, as the controller does with `--watch-namespace`, and adds readiness gates to new
    /// pods of namespaces with `GATES_LABEL`.
    pub fn start(cluster: &Cluster, aws: &AwsBench, namespace: &str) -> Result<Self> {
        let gates = workspace::root().join("tests/cluster/load-balancer-controller/readiness-gates.yaml");
        cluster.kubectl(&["apply", "--server-side", "--filename", &gates.to_string_lossy()])?.ok()?;
        let (api, targets, path) = (cluster.api.clone(), aws.targets(), binding::all(namespace));
        let (problems, stopped): (Arc<Mutex<_>>, Arc<AtomicBool>) = Default::default();
        let (noted, stop) = (Arc::clone(&problems), Arc::clone(&stopped));
        let thread = thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                let found = reconcile(&api, &targets, &path);
                *noted.lock().unwrap_or_else(PoisonError::into_inner) = found;
                thread::sleep(PAUSE);
            }
        });
        Ok(Self { problems, stopped, thread: Some(thread) })
    }

    /// What keeps bindings from being followed now, by their names.
    pub fn problems(&self) -> BTreeMap<String, String> {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for LoadBalancerController {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Brings AWS in step with all bindings at a path. What fails is tried again in the next round.
fn reconcile(api: &Api, targets: &Targets, path: &str) -> BTreeMap<String, String> {
    let bindings = match api.list(path) {
        Ok(bindings) => bindings,
        Err(problem) => return BTreeMap::from([(path.to_owned(), format!("{problem:#}"))]),
    };
    let mut problems = BTreeMap::new();
    for object in bindings {
        let name = object["metadata"]["name"].to_string();
        let outcome = Binding::of(object).and_then(|binding| binding.reconcile(api, targets));
        if let Err(problem) = outcome {
            problems.insert(name, format!("{problem:#}"));
        }
    }
    problems
}
