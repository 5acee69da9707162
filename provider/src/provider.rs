//! The provider: its configuration in HCL, and the lists of what it offers.

mod credentials;
mod schema;
mod standards;

use std::sync::Arc;

use async_trait::async_trait;
use tf_provider::{ConfigureRequest, DataSource, Diagnostics, Function, Provider, Resource, Schema, Value};

use crate::session::{Configured, Session};
use crate::{data_sources, functions, resources};

/// The ipsy provider.
#[derive(Default)]
pub(crate) struct IpsyProvider {
    session: Session,
}

#[async_trait]
impl Provider for IpsyProvider {
    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        if let Some(config) = diagnostics.take(config.decode()) {
            standards::resolve(&config, false, diagnostics);
        }
    }

    async fn configure(&self, request: ConfigureRequest) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let Some(config) = diagnostics.take(request.config.decode::<schema::ProviderConfig>()) else {
            return diagnostics;
        };
        let Some(standards) = standards::resolve(&config, true, &mut diagnostics) else { return diagnostics };
        self.session.set(Configured {
            standards,
            tags: schema::tag_policy(&config),
            aws: credentials::configuration(&config),
            complete: request.config.is_wholly_known(),
            allowed_account_ids: config.allowed_account_ids.unwrap_or_default(),
            forbidden_account_ids: config.forbidden_account_ids.unwrap_or_default(),
            connection: tokio::sync::OnceCell::new(),
        });
        diagnostics
    }

    fn resources(&self) -> Vec<Arc<dyn Resource>> {
        resources::all(&self.session)
    }

    fn data_sources(&self) -> Vec<Arc<dyn DataSource>> {
        data_sources::all(&self.session)
    }

    fn functions(&self) -> Vec<Arc<dyn Function>> {
        functions::all()
    }
}
