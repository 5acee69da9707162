//! State that ends with a pod, or that only one pod can have.

use serde_json::Value;

use super::{Judged, Misfit};
use crate::app::problem::parse_place;

/// Access modes of claims that pods on several nodes can use.
const SHARED: [&str; 2] = ["ReadWriteMany", "ReadOnlyMany"];

const SESSION_STORE: &str = "Keep sessions in a store that all instances and pods share, such as ElastiCache or \
    DynamoDB, or in a signed cookie. Then remove the stickiness.";

impl Judged<'_> {
    pub(super) fn state(&self) -> Vec<Misfit> {
        let mut misfits = self.local_volumes();
        misfits.extend(self.local_files());
        misfits.extend(self.single_pod());
        misfits.extend(self.sticky_sessions());
        misfits.extend(self.sticky_backends());
        misfits
    }

    fn local_files(&self) -> Option<Misfit> {
        let is_writable = self.values["security"]["readOnlyRootFilesystem"] == false;
        (is_writable && self.knows(&["security"])).then(|| Misfit {
            part: "fit/local-files",
            place: self.place(&["security", "readOnlyRootFilesystem"]),
            summary: "The app can write to the root file system of its container".to_owned(),
            effect: "Files there end with the container, and no other pod sees them".to_owned(),
            hint: "Keep state in S3, a database or EFS, and let the app write scratch files to a `volume` with \
                   `empty_dir`.",
        })
    }

    /// Claims that one node can mount at a time. Their pods wait for ever on every other node.
    fn local_volumes(&self) -> Vec<Misfit> {
        if !self.knows(&["volume", "replicas", "autoscaling", "strategy"]) {
            return Vec::new();
        }
        let pods = self.most_pods();
        let rolls = self.values["strategy"]["type"] != "Recreate";
        let volumes = self.values["volumes"].as_object().into_iter().flatten();
        let local = volumes.filter(|(_, volume)| is_local(&volume["claim"]));
        let misfit = |name: &String| {
            let effect = if pods > 1 {
                format!("Up to {pods} pods share it, but only those on the first pod's node can start")
            } else if rolls {
                "In a rollout the new pod waits for the volume that the old pod still holds".to_owned()
            } else {
                return None;
            };
            Some(Misfit {
                part: "fit/local-volume",
                place: self.place(&["volumes", name, "claim"]),
                summary: format!("The volume `{name}` can be mounted on one node at a time"),
                effect,
                hint: "Keep the state in a database or in S3, or use a storage class with `access_modes = \
                       [\"ReadWriteMany\"]`, such as EFS; a single pod also needs `strategy { type = \"Recreate\" }`.",
            })
        };
        local.filter_map(|(name, _)| misfit(name)).collect()
    }

    /// A single pod is accepted in environments whose standards allow one.
    fn single_pod(&self) -> Option<Misfit> {
        let is_allowed = self.app.standards.minimum_replicas.is_some_and(|minimum| minimum <= 1);
        let is_single = self.most_pods() == 1 && !self.app.ports.is_empty();
        let is_known = self.knows(&["replicas", "autoscaling", "port"]);
        (is_single && !is_allowed && is_known).then(|| Misfit {
            part: "fit/single-pod",
            place: if self.values["replicas"].is_u64() {
                self.place(&["replicas"])
            } else {
                self.place(&["autoscaling", "max"])
            },
            summary: "The app answers requests with a single pod".to_owned(),
            effect: "Every lost node and every eviction is an outage until another pod has started".to_owned(),
            hint: "Let at least two pods run side by side: move state and timers out of the process, and let only a \
                   leader do what must be done once. An environment may allow one pod by `minimumReplicas: 1` in the \
                   standards.",
        })
    }

    fn sticky_sessions(&self) -> Option<Misfit> {
        let is_sticky = self.app.traffic.load_balancer.as_ref()?.group.session.is_some();
        (is_sticky && !self.config.is_unknown("load_balancer")).then(|| Misfit {
            part: "fit/sticky-sessions",
            place: parse_place("load_balancer.session"),
            summary: "Sessions stick to a pod".to_owned(),
            effect: "Each rollout, scale-in and lost node ends the sessions of its pods".to_owned(),
            hint: SESSION_STORE,
        })
    }

    fn sticky_backends(&self) -> Option<Misfit> {
        let seconds = self.app.traffic.load_balancer.as_ref()?.stickiness_seconds;
        (seconds > 0 && !self.config.is_unknown("load_balancer")).then(|| Misfit {
            part: "fit/sticky-sessions",
            place: parse_place("load_balancer.stickiness_seconds"),
            summary: "Sessions stick to a backend".to_owned(),
            effect: format!(
                "For {seconds} seconds a client stays with its backend, but each request can reach another pod of it; \
                 and clients that stick do not follow the weights"
            ),
            hint: SESSION_STORE,
        })
    }
}

fn is_local(claim: &Value) -> bool {
    let has_size = claim["size"].is_string();
    let modes = claim["accessModes"].as_array().into_iter().flatten();
    has_size && !modes.filter_map(Value::as_str).any(|mode| SHARED.contains(&mode))
}
