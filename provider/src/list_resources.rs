//! The lists of the provider's resources for `terraform query`, one folder each.

mod app;

use std::sync::Arc;

use provider_framework::ListResource;

use crate::session::Session;

/// Every list of the provider.
pub(crate) fn all(session: &Session) -> Vec<Arc<dyn ListResource>> {
    vec![Arc::new(app::AppList::new(session.clone()))]
}
