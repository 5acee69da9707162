//! Starts and shutdowns that take longer than Kubernetes waits.

use serde_json::Value;

use super::{Judged, Misfit};

/// Seconds between the notice and the end of a Spot instance.
const SPOT_NOTICE_SECONDS: u64 = 120;
/// Seconds that the chart adds to what a pod needs to shut down.
const MARGIN_SECONDS: u64 = 5;

/// Kubernetes' own defaults of a probe.
const PERIOD_SECONDS: u64 = 10;
const FAILURES: u64 = 3;

impl Judged<'_> {
    pub(super) fn lifetime(&self) -> Vec<Misfit> {
        let misfits = [self.slow_start(), self.slow_rollout(), self.long_shutdown()];
        misfits.into_iter().flatten().collect()
    }

    /// The profile of the runtime gives a start more time than the probes do.
    fn slow_start(&self) -> Option<Misfit> {
        let probes = &self.values["probes"];
        let (name, kind) = if is_on(&probes["startup"]) {
            ("startup", "startup probe")
        } else if is_on(&probes["liveness"]) {
            ("liveness", "liveness probe, without a startup probe,")
        } else {
            return None;
        };
        let allowed = allowed_seconds(&probes[name]);
        let needed = u64::try_from(self.app.runtime.startup_seconds()).unwrap_or_default();
        let is_known = self.knows(&["probes", "health_check", "port", "runtime"]);
        (allowed < needed && is_known).then(|| Misfit {
            part: "fit/slow-start",
            place: self.place(&["probes", name]),
            summary: format!("The {kind} allows a start of {allowed} seconds"),
            effect: format!(
                "The runtime `{}` may take {needed} seconds; a pod that is not ready then is restarted, for ever",
                self.app.runtime.name()
            ),
            hint: "Start faster: connect and warm up after the port is open. Or raise `failure_threshold` of \
                   `probes.startup`. If the app is known to start faster, set `startupSeconds` of its runtime in the \
                   standards.",
        })
    }

    /// A rollout is reported as failed while its pods may still start.
    fn slow_rollout(&self) -> Option<Misfit> {
        let probe = &self.values["probes"]["startup"];
        let deadline = self.values["strategy"]["progressDeadlineSeconds"].as_u64().unwrap_or(600);
        let allowed = allowed_seconds(probe);
        (is_on(probe) && allowed >= deadline && self.knows(&["probes", "strategy", "port"])).then(|| Misfit {
            part: "fit/slow-start",
            place: self.place(&["probes", "startup"]),
            summary: format!("The startup probe allows a start of {allowed} seconds"),
            effect: format!(
                "A rollout has failed after {deadline} seconds without progress (`strategy.progress_deadline_seconds`), \
                 and new pods come too late for any peak"
            ),
            hint: "Start faster: smaller images, lazy caches, migrations in `migration` instead of at the start. Until \
                   then raise `strategy.progress_deadline_seconds`.",
        })
    }

    fn long_shutdown(&self) -> Option<Misfit> {
        let lifecycle = &self.values["lifecycle"];
        let seconds = |name: &str| lifecycle[name].as_u64().unwrap_or_default();
        let pre_stop = if self.app.ports.is_empty() { 0 } else { seconds("preStopSeconds") };
        let grace = pre_stop + seconds("drainSeconds") + MARGIN_SECONDS;
        let spot = self.values["placement"]["spotPercent"].as_u64().unwrap_or_default();
        let is_known = self.knows(&["termination", "placement", "port"]);
        (spot > 0 && grace > SPOT_NOTICE_SECONDS && is_known).then(|| Misfit {
            part: "fit/long-shutdown",
            place: self.place(&["lifecycle", "drainSeconds"]),
            summary: format!("A shutdown takes up to {grace} seconds on Spot capacity"),
            effect: format!(
                "AWS takes a Spot node back {SPOT_NOTICE_SECONDS} seconds after its notice, with the work that is not \
                 finished"
            ),
            hint: "Make work short, resumable and idempotent, with its progress in a queue or a database. Or run the \
                   app on demand: `placement { spot_percent = 0 }`.",
        })
    }
}

fn is_on(probe: &Value) -> bool {
    probe.is_object() && probe["enabled"] != false
}

/// Seconds after which the kubelet gives a pod up that does not answer.
fn allowed_seconds(probe: &Value) -> u64 {
    let number = |name: &str, default: u64| probe[name].as_u64().unwrap_or(default);
    let tries = number("periodSeconds", PERIOD_SECONDS) * number("failureThreshold", FAILURES);
    number("initialDelaySeconds", 0) + tries
}
