//! `action "ipsy_shift_traffic"`: moves the traffic of an app to other weights.

use std::collections::BTreeMap;

use async_trait::async_trait;
use provider_framework::{Action, ActionRequest, Arguments, Diagnostic, Diagnostics, Progress, Schema};
use serde::Deserialize;

use super::surroundings;
use crate::app::names::Identity;
use crate::app::rollout::RolloutConfig;
use crate::operations::{Shift, shift};
use crate::session::Session;

/// The action `ipsy_shift_traffic`.
pub(super) struct ShiftTraffic {
    session: Session,
}

/// Moves the traffic of an app to other weights, as an apply of its `ipsy_app` does: step by step, each step watched, and
/// back when a guard fails. It shows each step. The next plan of the `ipsy_app` moves the traffic back, unless its `backend`
/// blocks have the new weights or its `load_balancer` leaves the weights to other tools (`weights = "external"`).
#[derive(Debug, Default, Deserialize, Arguments)]
#[serde(default)]
struct ShiftTrafficConfig {
    /// Environment of the app.
    #[argument(required)]
    environment: Option<String>,
    /// Name of the app.
    #[argument(required)]
    name: Option<String>,
    /// Weights by backend, 0 to 999. A backend that is left out keeps its weight.
    #[argument(required)]
    weights: Option<BTreeMap<String, i64>>,
    rollout: Option<RolloutConfig>,
}

impl ShiftTraffic {
    pub(super) fn new(session: Session) -> Self {
        Self { session }
    }

    fn read(&self, request: &ActionRequest) -> Result<(Identity, Shift), Diagnostic> {
        let config: ShiftTrafficConfig = self.schema().read(&request.config)?;
        let identity = Identity {
            app: config.name.unwrap_or_default(),
            environment: config.environment.unwrap_or_default(),
        };
        Ok((identity, Shift { weights: config.weights.unwrap_or_default(), rollout: config.rollout }))
    }
}

#[async_trait]
impl Action for ShiftTraffic {
    fn type_name(&self) -> &'static str {
        "ipsy_shift_traffic"
    }

    fn schema(&self) -> Schema {
        Schema::new(0).arguments::<ShiftTrafficConfig>()
    }

    async fn invoke(&self, request: ActionRequest, progress: Progress) -> Diagnostics {
        let (identity, wanted) = match self.read(&request) {
            Ok(read) => read,
            Err(diagnostic) => return diagnostic.into(),
        };
        let surroundings = surroundings(&request, progress);
        let shifted = Box::pin(shift(&self.session.get(), &identity, &wanted, &surroundings)).await;
        shifted.err().unwrap_or_default()
    }
}
