//! The provider's data sources, one file each.

mod bootstrap;
mod cluster;
mod image;
mod post_renderer;
mod standards;
mod values;

use std::sync::Arc;

use provider_framework::DataSource;

use crate::session::Session;

/// Every data source of the provider.
pub(crate) fn all(session: &Session) -> Vec<Arc<dyn DataSource>> {
    vec![
        Arc::new(bootstrap::BootstrapData::new(session.clone())),
        Arc::new(cluster::ClusterData::new(session.clone())),
        Arc::new(image::ImageData::new(session.clone())),
        Arc::new(post_renderer::PostRendererData),
        Arc::new(standards::StandardsData::new(session.clone())),
        Arc::new(values::ValuesData::new(session.clone())),
    ]
}
