//! What every call gets besides its data: whether it should stop, and what Terraform can do.

use tokio_util::sync::CancellationToken;

/// The surroundings of one call.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// Cancelled when the person who runs Terraform interrupts it. A call that waits or goes on to a next step
    /// then ends at the next safe point and returns what it has.
    pub cancel: CancellationToken,
    /// Whether Terraform accepts that a change is put off to a later run.
    pub deferral_allowed: bool,
    /// Whether Terraform knows write-only attributes.
    pub write_only_allowed: bool,
}

impl Context {
    /// Whether the call should end at the next safe point.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}
