//! What runs in the pods of a rehearsed cluster: kwok gives each pod an address, and a real server on loopback answers for
//! it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::Value;

use super::backend::Backend;
use crate::aws_bench::Targets;
use crate::cluster::Api;

/// How often it looks at the cluster.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a deleted pod still answers. Its `preStop` hook waits for that: kwok has no grace period.
const GRACE: Duration = Duration::from_secs(3);

/// The tag of an image that fails its health checks, and answers everything else with 500.
pub const BROKEN_TAG: &str = "broken";

/// Servers for the pods of a namespace. Dropping it stops them.
#[derive(Debug)]
pub struct Pods {
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// A server, and when its pod was found missing.
struct Server {
    _backend: Backend,
    missing_since: Option<Instant>,
}

impl Pods {
    /// Runs a server for each pod of a namespace that has an address. All of them name the backend that they belong to.
    pub fn run(api: &Api, targets: Targets, namespace: &str, backend: &str) -> Self {
        let (api, backend) = (api.clone(), backend.to_owned());
        let path = format!("/api/v1/namespaces/{namespace}/pods");
        let stopped = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopped);
        let thread = thread::spawn(move || {
            let mut servers = BTreeMap::new();
            while !stop.load(Ordering::Relaxed) {
                // What fails is tried again; a test that waits for a pod reports it.
                let _ = follow(&api, &targets, &path, &backend, &mut servers);
                thread::sleep(PAUSE);
            }
        });
        Self { stopped, thread: Some(thread) }
    }
}

impl Drop for Pods {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Starts servers for new pods, and stops those of pods that were deleted some time ago. `servers` are by the ids of pods.
fn follow(
    api: &Api,
    targets: &Targets,
    path: &str,
    backend: &str,
    servers: &mut BTreeMap<String, Server>,
) -> Result<()> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let live: BTreeMap<String, Value> = api
        .list(path)?
        .into_iter()
        .filter(|pod| pod["status"]["phase"] == "Running" && pod["status"]["podIP"].is_string())
        .map(|pod| (text(&pod["metadata"]["uid"]), pod))
        .collect();
    for (pod, server) in &mut *servers {
        if !live.contains_key(pod) {
            server.missing_since.get_or_insert_with(Instant::now);
        }
    }
    for (id, pod) in live {
        if let Entry::Vacant(place) = servers.entry(id) {
            let server = Backend::start(backend)?;
            let image = text(&pod["spec"]["containers"][0]["image"]);
            if image.ends_with(&format!(":{BROKEN_TAG}")) {
                server.set_healthy(false);
                server.answer_with(500);
            }
            targets.stand_in(&text(&pod["status"]["podIP"]), server.address)?;
            place.insert(Server { _backend: server, missing_since: None });
        }
    }
    servers.retain(|_, server| server.missing_since.is_none_or(|since| since.elapsed() < GRACE));
    Ok(())
}
