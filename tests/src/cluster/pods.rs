//! What nodes would say of pods: each starts at once and is ready, and each of a Job is done at
//! once. Nothing is run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Value, json};

use super::api::Api;

const PENDING: &str = "/api/v1/pods?fieldSelector=status.phase%3DPending";
const PAUSE: Duration = Duration::from_millis(200);
/// Long ago, so that `minReadySeconds` have passed.
const STARTED: &str = "2020-01-01T00:00:00Z";

/// Someone who attends to the pods of a cluster until dropped.
#[derive(Debug)]
pub(super) struct Pods {
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Pods {
    pub(super) fn attend(api: Api) -> Self {
        let stopped = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopped);
        let thread = thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                // The API server may be on its way out; whoever waits for a pod will say so.
                for pod in api.list(PENDING).unwrap_or_default() {
                    let _ = api.patch(&format!("{}/status", path(&pod)), &status(&pod));
                }
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

fn path(pod: &Value) -> String {
    let text = |name: &str| pod["metadata"][name].as_str().unwrap_or_default();
    format!("/api/v1/namespaces/{}/pods/{}", text("namespace"), text("name"))
}

fn status(pod: &Value) -> Value {
    let owners = pod["metadata"]["ownerReferences"].as_array();
    if owners.is_some_and(|owners| owners.iter().any(|owner| owner["kind"] == "Job")) {
        return json!({ "status": { "phase": "Succeeded", "startTime": STARTED } });
    }
    let condition = |kind: &str| json!({ "type": kind, "status": "True", "lastTransitionTime": STARTED });
    let conditions: Vec<_> =
        ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map(condition).into_iter().collect();
    json!({ "status": { "phase": "Running", "startTime": STARTED, "conditions": conditions } })
}
