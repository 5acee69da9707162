//! `action "ipsy_rollback"`: moves the traffic of an app back to where it was.

use async_trait::async_trait;
use provider_framework::{Action, ActionRequest, Arguments, Diagnostics, Progress, Schema};
use serde::Deserialize;

use super::surroundings;
use crate::app::names::Identity;
use crate::operations::rollback;
use crate::session::Session;

/// The action `ipsy_rollback`.
pub(super) struct Rollback {
    session: Session,
}

/// Moves the traffic of an app back to the weights before the last change, at once. Where these are unknown, all requests go
/// to the backends outside of Kubernetes. It refuses to move requests to a backend without a healthy target. The next plan
/// of the `ipsy_app` notices the rollback and does not move the traffic again by itself.
#[derive(Debug, Default, Deserialize, Arguments)]
#[serde(default)]
struct RollbackConfig {
    /// Environment of the app.
    #[argument(required)]
    environment: Option<String>,
    /// Name of the app.
    #[argument(required)]
    name: Option<String>,
}

impl Rollback {
    pub(super) fn new(session: Session) -> Self {
        Self { session }
    }
}

#[async_trait]
impl Action for Rollback {
    fn type_name(&self) -> &'static str {
        "ipsy_rollback"
    }

    fn schema(&self) -> Schema {
        Schema::new(0).arguments::<RollbackConfig>()
    }

    async fn invoke(&self, request: ActionRequest, progress: Progress) -> Diagnostics {
        let config: RollbackConfig = match self.schema().read(&request.config) {
            Ok(config) => config,
            Err(diagnostic) => return diagnostic.into(),
        };
        let identity = Identity {
            app: config.name.unwrap_or_default(),
            environment: config.environment.unwrap_or_default(),
        };
        let surroundings = surroundings(&request, progress);
        let moved = Box::pin(rollback(&self.session.get(), &identity, &surroundings)).await;
        moved.err().unwrap_or_default()
    }
}
