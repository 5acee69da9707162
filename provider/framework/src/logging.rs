//! Log lines for Terraform: JSON on stderr, in hclog's form.
//!
//! A serving task must never wait for the reader of the log, so lines go through a bounded queue to a
//! thread of their own, and are dropped when the queue is full. Values never come near the log.

mod layer;
mod level;
mod panic;
mod writer;

use tracing_subscriber::{Layer, layer::SubscriberExt, registry, util::SubscriberInitExt};

pub(crate) use self::{level::Wanted, writer::Log};

/// Starts to log, and to tell of panics as Terraform expects it.
pub(crate) fn start(name: &'static str, wanted: &Wanted) -> Log {
    let log = Log::start();
    let levels = wanted.levels(name);
    panic::report_to(log.clone());
    let layer = layer::HclogLayer::new(name, log.clone());
    // Fails only if a test harness has a subscriber already; its choice stands.
    let _ = registry().with(layer.with_filter(levels.filter(name))).try_init();
    log
}
