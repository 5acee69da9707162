//! Who works while Terraform runs: Terraform itself, the provider, or the AWS on loopback.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use acceptance::aws_bench::AwsBench;
use acceptance::terraform::Terraform;
use anyhow::Result;

use crate::measure;

/// A process is looked at this often: what it does after the last look is missed.
const INTERVAL: Duration = Duration::from_millis(5);

/// What a command cost. Times but the first are processor time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    pub(super) wall: Duration,
    pub(super) terraform: Duration,
    pub(super) provider: Duration,
    pub(super) aws: Duration,
    /// The most that a process of the provider had resident, in bytes.
    pub(super) memory: u64,
}

/// Runs a command, which must succeed, and watches.
pub(super) fn watch(terraform: &Terraform, aws: &AwsBench, command: &[&str]) -> Result<Cost> {
    let ended = AtomicBool::new(false);
    let seen: Mutex<BTreeMap<u32, (Duration, u64)>> = Mutex::default();
    let aws_before = measure::processor_time(aws.process_id())?;
    let children_before = measure::processor_time_of_children()?;
    let outcome = thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                for process in measure::processes_within(terraform.folder()) {
                    let time = measure::processor_time(process);
                    if let (Ok(time), Some(memory)) = (time, measure::peak_memory(process)) {
                        seen.lock().unwrap_or_else(PoisonError::into_inner).insert(process, (time, memory));
                    }
                }
                thread::sleep(INTERVAL);
            }
        });
        let outcome = terraform.run(command).and_then(acceptance::process::Outcome::ok);
        ended.store(true, Ordering::Relaxed);
        outcome
    })?;
    let seen = seen.into_inner().unwrap_or_else(PoisonError::into_inner);
    let provider = seen.values().map(|(time, _)| *time).sum();
    // Terraform waits for its providers, so that their time is in that of our children.
    let children = measure::processor_time_of_children()?.saturating_sub(children_before);
    Ok(Cost {
        wall: outcome.duration,
        terraform: children.saturating_sub(provider),
        provider,
        aws: measure::processor_time(aws.process_id())?.saturating_sub(aws_before),
        memory: seen.values().map(|(_, memory)| *memory).max().unwrap_or(0),
    })
}
