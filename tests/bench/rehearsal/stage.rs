//! Where a rehearsal takes place: the bench with its load balancer at work, HTTP servers that stand for the EC2 instances
//! and for the pods of each cluster, and Terraform with a configuration of `examples/`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::backend::Backend;
use super::load::Load;
use super::step::{Weights, by_backend};
use crate::aws_bench::{AwsBench, TargetGroup};
use crate::interrupt;
use crate::process::Outcome;
use crate::terraform::Terraform;

/// The host that the app's rule matches.
const HOST: &str = "checkout.example.com";
/// The port of the app's pods.
pub const PORT: u16 = 8080;
/// A minute of AWS lasts this long, so that health checks and alarms take a test's time.
const MINUTE_SECONDS: u8 = 1;
/// The same as a duration.
pub const MINUTE: Duration = Duration::from_secs(MINUTE_SECONDS as u64);
const HEALTH_LIMIT: Duration = Duration::from_secs(30);

/// Everything of a rehearsal but the load. Dropping it stops it.
#[derive(Debug)]
pub struct Stage {
    // In the order in which they are to stop.
    /// Terraform, initialised.
    pub terraform: Terraform,
    /// The bench.
    pub aws: AwsBench,
    /// The server for the EC2 instances.
    pub ec2: Backend,
    url: String,
}

impl Stage {
    /// Starts the load balancer and a server for the EC2 instances, and waits until they are healthy.
    pub fn start(aws: AwsBench, terraform: Terraform) -> Result<Self> {
        let ec2 = Backend::start("ec2")?;
        for instance in &aws.platform.legacy_instance_ids {
            aws.targets().stand_in(instance, ec2.address)?;
        }
        let mut listeners = aws.start_data_plane(MINUTE_SECONDS)?;
        let url = listeners.remove(&aws.platform.listener_arn).context("the listener has no URL")?;
        let stage = Self { terraform, aws, ec2, url };
        stage.wait_for_targets(&stage.aws.platform.legacy_target_group_arn, "healthy")?;
        Ok(stage)
    }

    /// Starts a load of a number of requests per second.
    pub fn load(&self, per_second: u32) -> Load {
        Load::start(&self.url, HOST, per_second)
    }

    /// Acts as the release in a cluster: registers a pod in the target group of a backend that has none yet, and waits until
    /// it is healthy. The returned server answers for the pod.
    pub fn deploy(&self, backend: &str, pod: &str) -> Result<Backend> {
        let group = self.empty_group(backend)?;
        let server = Backend::start(backend)?;
        self.aws.targets().stand_in(pod, server.address)?;
        self.aws.targets().register(&group.arn, pod, PORT)?;
        self.wait_for_targets(&group.arn, "healthy")?;
        Ok(server)
    }

    /// Applies, and acts once, as soon as the app's rule has certain weights. Returns what came out and when `act` was
    /// done; `None` if the rule did not have these weights before the apply ended.
    pub fn apply_and_act(
        &self,
        weights: Weights,
        act: impl FnOnce() + Send,
    ) -> Result<(Outcome, Option<Instant>)> {
        let ended = AtomicBool::new(false);
        thread::scope(|scope| {
            let acting = scope.spawn(|| {
                while !ended.load(Ordering::Relaxed) {
                    if self.has_weights(weights) {
                        act();
                        return Some(Instant::now());
                    }
                    thread::sleep(Duration::from_millis(10));
                }
                None
            });
            let outcome = self.terraform.try_apply();
            ended.store(true, Ordering::Relaxed);
            Ok((outcome?, acting.join().unwrap_or_default()))
        })
    }

    /// Whether the app's rule has these weights now.
    pub fn has_weights(&self, weights: Weights) -> bool {
        self.weights().is_ok_and(|live| live == by_backend(weights))
    }

    /// Fails unless the app's rule has these weights.
    pub fn ensure_weights(&self, weights: Weights) -> Result<()> {
        let live = self.weights()?;
        ensure!(live == by_backend(weights), "the rule must have {weights:?} and has {live:?}");
        Ok(())
    }

    /// The target groups that the provider made for a backend.
    pub fn groups(&self, backend: &str) -> Result<Vec<TargetGroup>> {
        let groups = self.aws.resources()?.target_groups.into_values();
        Ok(groups.filter(|group| is_of(group, backend)).collect())
    }

    /// Waits until all targets of a group have a state, such as `healthy`.
    pub fn wait_for_targets(&self, group_arn: &str, state: &str) -> Result<()> {
        let start = Instant::now();
        loop {
            interrupt::check()?;
            let states = self.aws.targets().states(group_arn)?;
            if !states.is_empty() && states.iter().all(|found| found == state) {
                return Ok(());
            }
            ensure!(
                start.elapsed() < HEALTH_LIMIT,
                "targets of {group_arn} are {states:?} after {HEALTH_LIMIT:?}"
            );
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn empty_group(&self, backend: &str) -> Result<TargetGroup> {
        for group in self.groups(backend)? {
            if self.aws.targets().states(&group.arn)?.is_empty() {
                return Ok(group);
            }
        }
        bail!("backend `{backend}` has no target group without targets")
    }

    /// The weights of the app's rule by backend. Target groups that the provider did not make are those of `ec2`.
    pub fn weights(&self) -> Result<BTreeMap<String, u16>> {
        let resources = self.aws.resources()?;
        let rule = resources.rules.first().context("the app has no rule")?;
        let backend = |group: &String| {
            let tags = resources.target_groups.get(group).map(|group| group.tags.values());
            let component = tags.and_then(|mut tags| tags.find_map(|value| value.strip_prefix(COMPONENT)));
            component.unwrap_or("ec2").to_owned()
        };
        let mut weights = BTreeMap::new();
        for (group, weight) in &rule.weights {
            *weights.entry(backend(group)).or_default() += weight;
        }
        Ok(weights)
    }
}

const COMPONENT: &str = "target_group/";

fn is_of(group: &TargetGroup, backend: &str) -> bool {
    group.tags.values().any(|value| value.strip_prefix(COMPONENT) == Some(backend))
}
