//! What can go wrong with one object of an app.

use ipsy_aws::Error;

use super::obstacle::Obstacle;

/// Something that went wrong with one object.
#[derive(Debug)]
pub(crate) enum Failure {
    /// AWS refused, or could not be reached.
    Aws { title: String, error: Error },
    /// A guard of its rollout has failed, or Terraform asked to stop; `reason` is in full sentences.
    Halted { title: String, reason: String },
    /// AWS would refuse to delete it.
    Obstructed { title: String, obstacle: Obstacle },
    /// There is such an object, and it is not ours.
    Foreign { title: String, owner: String, take_over: String },
    /// Terraform asked to stop.
    Cancelled,
    /// What had been made could not be undone either, and is still there.
    Leftover { title: String, error: Error },
}

/// Why a change of an object has ended early.
#[derive(Debug)]
pub(crate) enum Fault {
    /// AWS refused, or could not be reached.
    Aws(Error),
    /// A guard of its rollout has failed, or Terraform asked to stop. Full sentences.
    Halted(String),
}

impl Fault {
    /// As the failure of the object with this title.
    pub(super) fn of(self, title: String) -> Failure {
        match self {
            Self::Aws(error) => Failure::Aws { title, error },
            Self::Halted(reason) => Failure::Halted { title, reason },
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Aws(error)
    }
}
