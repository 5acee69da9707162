//! The provider's resources, one folder each.

pub(crate) mod app;

use std::sync::Arc;

use provider_framework::Resource;

use crate::session::Session;

/// Every resource of the provider.
pub(crate) fn all(session: &Session) -> Vec<Arc<dyn Resource>> {
    vec![Arc::new(app::AppResource::new(session.clone()))]
}
