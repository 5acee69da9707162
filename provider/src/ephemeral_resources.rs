//! The provider's ephemeral resources, one file each.

mod cluster_token;
mod registry_token;

use std::sync::Arc;
use std::time::SystemTime;

use provider_framework::EphemeralResource;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::session::Session;

/// Every ephemeral resource of the provider.
pub(crate) fn all(session: &Session) -> Vec<Arc<dyn EphemeralResource>> {
    vec![
        Arc::new(cluster_token::ClusterTokenResource::new(session.clone())),
        Arc::new(registry_token::RegistryTokenResource::new(session.clone())),
    ]
}

/// A time as Terraform's functions for timestamps take it.
fn timestamp(time: SystemTime) -> String {
    let time = OffsetDateTime::from(time).replace_nanosecond(0);
    time.ok().and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
