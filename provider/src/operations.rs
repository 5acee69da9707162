//! What people do to a running app without an apply: move its traffic, and move it back. Actions of Terraform and commands
//! of the program share this. The listener rule is changed by the engine that `ipsy_app` uses.

mod live;
mod rollback;
mod shift;

pub(crate) use rollback::rollback;
pub(crate) use shift::{Shift, shift};

use tokio_util::sync::CancellationToken;

use crate::infrastructure::report::Report;

/// What surrounds an operation: who waits for it, and whether it is asked to stop.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings {
    pub(crate) report: Report,
    pub(crate) cancel: CancellationToken,
}
