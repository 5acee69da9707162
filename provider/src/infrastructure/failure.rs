//! What can go wrong with one object of an app.

use ipsy_aws::Error;

use super::obstacle::Obstacle;

/// Something that went wrong with one object.
#[derive(Debug)]
pub(crate) enum Failure {
    /// AWS refused, or could not be reached.
    Aws { title: String, error: Error },
    /// AWS would refuse to delete it.
    Obstructed { title: String, obstacle: Obstacle },
    /// There is such an object, and it is not ours.
    Foreign { title: String, owner: String, take_over: String },
    /// Terraform asked to stop.
    Cancelled,
    /// What had been made could not be undone either, and is still there.
    Leftover { title: String, error: Error },
}
