//! One fault: the call, its phase, and the kind of failure.

use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};

use super::phase::{Action, Phase};
use crate::process::Disturbance;

/// A changing call of a phase: the how-many-th of its operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    /// The service as it signs, such as `elasticloadbalancing`.
    pub(super) service: String,
    /// AWS' name of the operation.
    pub(super) operation: String,
    /// How many calls of the same operation come before it.
    pub(super) before: usize,
}

/// The kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// AWS refuses the call.
    Fails,
    /// The call takes effect, and the connection breaks before the answer.
    AnswerLost,
    /// The call takes effect, and the provider is killed before the answer.
    ProviderKilled,
    /// The call takes effect, and Terraform is killed; the provider gets the answer, but cannot report it.
    TerraformKilled,
    /// The provider is killed likewise, and the configuration is reverted: nothing asks for the change any more.
    Reverted,
}

/// One call that fails in one way.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub(super) phase: Arc<Phase>,
    pub(super) call: Call,
    pub(super) way: Way,
}

impl Way {
    /// All ways, from the mildest.
    pub(super) const ALL: [Self; 5] =
        [Self::Fails, Self::AnswerLost, Self::ProviderKilled, Self::TerraformKilled, Self::Reverted];

    /// The ways in which a call of `phase` fails: only an update can be reverted and leave an app whose state knows
    /// of what was made.
    pub(super) fn of(phase: &Phase) -> impl Iterator<Item = Self> {
        let is_update = matches!(phase.action, Action::Update(_));
        Self::ALL.into_iter().filter(move |way| *way != Self::Reverted || is_update)
    }

    /// The process to kill, if any.
    pub(super) fn kill(self) -> Option<Disturbance> {
        match self {
            Self::Fails | Self::AnswerLost => None,
            Self::ProviderKilled | Self::Reverted => Some(Disturbance::KillChildren),
            Self::TerraformKilled => Some(Disturbance::KillAlone),
        }
    }
}

impl Point {
    pub(super) fn new(phase: &Arc<Phase>, call: &Call, way: Way) -> Self {
        Self { phase: Arc::clone(phase), call: call.clone(), way }
    }

    /// The fault as the bench understands it.
    pub(super) fn order(&self) -> Value {
        let mut order = json!({
            "service": self.call.service, "operation": self.call.operation, "skip": self.call.before,
        });
        let more = match self.way {
            Way::Fails => {
                let message = format!("User is not authorized to perform: {}", self.call.operation);
                json!({ "status": 403, "code": "AccessDeniedException", "message": message })
            }
            Way::AnswerLost => json!({ "when": "after", "disconnect": true }),
            Way::ProviderKilled | Way::TerraformKilled | Way::Reverted => {
                json!({ "when": "after", "hold": true })
            }
        };
        if let (Some(order), Value::Object(more)) = (order.as_object_mut(), more) {
            order.extend(more);
        }
        order
    }
}

impl fmt::Display for Point {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { phase, call, way } = self;
        write!(formatter, "{}, {} {}, {way:?}", phase.name, call.operation, call.before + 1)
    }
}
