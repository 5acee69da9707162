//! The provider's actions, one file each.

mod restart_scan;
mod rollback;
mod shift_traffic;

use std::sync::Arc;

use provider_framework::{Action, ActionRequest, Progress};

use crate::infrastructure::report::Report;
use crate::operations::Surroundings;
use crate::session::Session;

/// Every action of the provider.
pub(crate) fn all(session: &Session) -> Vec<Arc<dyn Action>> {
    vec![
        Arc::new(restart_scan::RestartScan::new(session.clone())),
        Arc::new(rollback::Rollback::new(session.clone())),
        Arc::new(shift_traffic::ShiftTraffic::new(session.clone())),
    ]
}

/// An interruption of Terraform ends the operation at its next safe point.
fn surroundings(request: &ActionRequest, progress: Progress) -> Surroundings {
    Surroundings {
        report: Report::to(move |line| progress.report(line)),
        cancel: request.context.cancel.clone(),
    }
}
