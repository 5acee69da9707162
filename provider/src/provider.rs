//! The provider: its configuration in HCL, and the lists of what it offers.

mod credentials;
mod schema;
mod standards;

use std::sync::Arc;

use async_trait::async_trait;
use provider_framework::{
    Action, ConfigureRequest, DataSource, Diagnostics, EphemeralResource, Function, ListResource, Provider,
    Resource, Schema, Value,
};

use crate::claims::Claims;
use crate::session::{Configured, Session};
use crate::{actions, data_sources, ephemeral_resources, functions, list_resources, resources};

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
            claims: Claims::default(),
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

    fn ephemeral_resources(&self) -> Vec<Arc<dyn EphemeralResource>> {
        ephemeral_resources::all(&self.session)
    }

    fn list_resources(&self) -> Vec<Arc<dyn ListResource>> {
        list_resources::all(&self.session)
    }

    fn actions(&self) -> Vec<Arc<dyn Action>> {
        actions::all(&self.session)
    }

    fn functions(&self) -> Vec<Arc<dyn Function>> {
        functions::all()
    }
}

#[cfg(test)]
mod tests {
    use provider_framework::{Body, Nesting};

    use super::*;

    /// The labelled blocks in `body`, at every depth.
    fn labelled(body: &Body, here: &str) -> Vec<String> {
        let mut found = Vec::new();
        for (name, block) in body.blocks() {
            let here = format!("{here}.{name}");
            found.extend((block.nesting() == Nesting::Map).then(|| here.clone()));
            found.extend(labelled(block.body(), &here));
        }
        found
    }

    /// Terraform wants the labels of `dynamic` blocks to be known in every validation, when no variable is:
    /// <https://github.com/hashicorp/terraform/issues/32180>.
    #[test]
    fn no_block_has_a_label_since_modules_cannot_set_labels() {
        let provider = IpsyProvider::default();
        let mut schemas = vec![("provider", provider.schema())];
        let (resources, data_sources) = (provider.resources(), provider.data_sources());
        schemas.extend(resources.iter().map(|resource| (resource.type_name(), resource.schema())));
        let ephemeral_resources = provider.ephemeral_resources();
        schemas.extend(data_sources.iter().map(|source| (source.type_name(), source.schema())));
        schemas.extend(ephemeral_resources.iter().map(|resource| (resource.type_name(), resource.schema())));
        assert!(schemas.len() > 5);
        for (name, schema) in schemas {
            assert_eq!(labelled(schema.body(), name), Vec::<String>::new());
        }
    }
}
