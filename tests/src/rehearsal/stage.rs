//! Where a rehearsal takes place: the bench with its load balancer at work, an HTTP server for the EC2 instances and one
//! for the pods of each cluster, a load, and Terraform with a configuration of `examples/`.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::backend::Backend;
use super::load::Load;
use crate::aws_bench::{AwsBench, TargetGroup};
use crate::interrupt;
use crate::programs::Programs;
use crate::terraform::Terraform;
use crate::tools::Tools;
use crate::workspace;

/// The host that the app's rule matches.
pub const HOST: &str = "checkout.example.com";
/// The port of the app's pods.
pub const PORT: u16 = 8080;
/// What AWS calls a minute lasts this long, so that health checks and alarms take a test's time.
const MINUTE_SECONDS: u8 = 1;
const HEALTH_LIMIT: Duration = Duration::from_secs(30);

/// Everything of a rehearsal. Dropping it stops it.
#[derive(Debug)]
pub struct Stage {
    // In the order in which they are to stop.
    /// The clients.
    pub load: Load,
    /// Terraform, initialised and not yet applied.
    pub terraform: Terraform,
    /// The bench.
    pub aws: AwsBench,
    /// What stands for the EC2 instances.
    pub ec2: Backend,
}

impl Stage {
    /// Starts everything. Until the app has a rule, the listener's default rule sends the load to the EC2 instances.
    pub fn start(tools: &Tools, programs: &Programs, per_second: u32) -> Result<Self> {
        let aws = AwsBench::start(tools)?;
        let ec2 = Backend::start("ec2")?;
        for instance in &aws.platform.legacy_instance_ids {
            aws.stand_in(instance, ec2.address)?;
        }
        let listeners = aws.start_data_plane(MINUTE_SECONDS)?;
        let url = listeners.get(&aws.platform.listener_arn).context("the listener has a URL")?;
        wait_until_healthy(&aws, &aws.platform.legacy_target_group_arn)?;

        let example = workspace::root().join("examples/canary");
        let mut terraform = Terraform::copy_of(&example, tools, programs)?.against(&aws);
        terraform.variable("listener_arn", &aws.platform.listener_arn);
        terraform.variable("ec2_target_group_arn", &aws.platform.legacy_target_group_arn);
        for (name, value) in [("bake", "2s"), ("interval", "1s"), ("timeout", "4s")] {
            terraform.variable(name, value);
        }
        terraform.init()?;
        Ok(Self { load: Load::start(url, HOST, per_second), terraform, aws, ec2 })
    }

    /// Sets the weights that the next apply makes.
    pub fn set_weights(&mut self, ec2: u16, blue: u16) {
        self.terraform.variable("ec2_weight", &ec2.to_string());
        self.terraform.variable("blue_weight", &blue.to_string());
    }

    /// Plays the release of a cluster: registers a pod in the target group of a backend, and waits until it is healthy.
    pub fn deploy(&self, backend: &str, pod: &str) -> Result<Backend> {
        let group = self.group(backend)?;
        let server = Backend::start(backend)?;
        self.aws.stand_in(pod, server.address)?;
        self.aws.register_target(&group.arn, pod, PORT)?;
        wait_until_healthy(&self.aws, &group.arn)?;
        Ok(server)
    }

    /// The target group that the provider made for a backend.
    pub fn group(&self, backend: &str) -> Result<TargetGroup> {
        let component = format!("target_group/{backend}");
        let mut groups = self.aws.resources()?.target_groups.into_values();
        groups
            .find(|group| group.tags.values().any(|value| *value == component))
            .with_context(|| format!("backend `{backend}` has no target group"))
    }

    /// The weights of the app's rule: the EC2 instances, then a backend.
    pub fn weights(&self, backend: &str) -> Result<(u16, u16)> {
        let resources = self.aws.resources()?;
        let rule = resources.rules.first().context("the app has a rule")?;
        let own = self.group(backend)?.arn;
        let is_own = |name: &String| resources.target_groups.get(name).is_some_and(|group| group.arn == own);
        let sum = |wanted: bool| {
            rule.weights.iter().filter(|(name, _)| is_own(name) == wanted).map(|(_, weight)| weight).sum()
        };
        Ok((sum(false), sum(true)))
    }
}

fn wait_until_healthy(aws: &AwsBench, group_arn: &str) -> Result<()> {
    let start = Instant::now();
    loop {
        interrupt::check()?;
        let states = aws.target_states(group_arn)?;
        if !states.is_empty() && states.iter().all(|state| state == "healthy") {
            return Ok(());
        }
        ensure!(
            start.elapsed() < HEALTH_LIMIT,
            "targets of {group_arn} are {states:?} after {HEALTH_LIMIT:?}"
        );
        thread::sleep(Duration::from_millis(50));
    }
}
