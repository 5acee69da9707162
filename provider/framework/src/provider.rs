//! The provider as a whole: its own configuration, and the lists of what it offers.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    Action, Context, DataSource, Diagnostics, EphemeralResource, Function, ListResource, Resource, Schema,
    Value,
};

/// A Terraform provider.
///
/// ```
/// use std::sync::Arc;
///
/// use provider_framework::{
///     Attribute, ConfigureRequest, Diagnostics, Model, Provider, Resource, Schema, Type, async_trait, resource,
/// };
/// # use provider_framework::{Arguments, Context, Diagnostic};
/// # #[derive(Default, serde::Serialize, serde::Deserialize, Arguments)]
/// # #[serde(default)]
/// # struct Record { name: Option<String> }
/// # #[async_trait]
/// # impl Model for Record {
/// #     const TYPE_NAME: &'static str = "dns_record";
/// #     async fn create(self, _context: &Context) -> Result<Self, Diagnostic> { Ok(self) }
/// #     async fn read(self, _context: &Context) -> Result<Option<Self>, Diagnostic> { Ok(Some(self)) }
/// #     async fn update(self, _prior: Self, _context: &Context) -> Result<Self, Diagnostic> { Ok(self) }
/// #     async fn delete(self, _context: &Context) -> Result<(), Diagnostic> { Ok(()) }
/// # }
///
/// /// What resources need to reach the server.
/// struct Server {
///     url: String,
/// }
///
/// struct Dns;
///
/// #[async_trait]
/// impl Provider for Dns {
///     fn schema(&self) -> Schema {
///         Schema::new(0).attribute("url", Attribute::required(Type::String).describe("URL of the server."))
///     }
///
///     async fn configure(&self, request: ConfigureRequest) -> Diagnostics {
///         let url = request.config.attribute("url").as_str().unwrap_or_default().to_owned();
///         // Resources get it by `context.configured::<Server>()`.
///         request.context.configure(Server { url });
///         Diagnostics::new()
///     }
///
///     fn resources(&self) -> Vec<Arc<dyn Resource>> {
///         vec![resource::<Record>()]
///     }
/// }
/// ```
#[async_trait]
pub trait Provider: Send + Sync {
    /// The schema of the `provider` block. Called once.
    fn schema(&self) -> Schema;

    /// Checks the configuration of the `provider` block, after the rules of its attributes and blocks. Parts
    /// of it may be unknown. Must not touch the network.
    fn validate(&self, _config: &Value, _diagnostics: &mut Diagnostics) {}

    /// Takes the configuration. Parts of it may be unknown in a plan. May be called again, with another one.
    async fn configure(&self, request: ConfigureRequest) -> Diagnostics;

    /// The resources. Called once.
    fn resources(&self) -> Vec<Arc<dyn Resource>> {
        Vec::new()
    }

    /// The data sources. Called once.
    fn data_sources(&self) -> Vec<Arc<dyn DataSource>> {
        Vec::new()
    }

    /// The functions. Called once.
    fn functions(&self) -> Vec<Arc<dyn Function>> {
        Vec::new()
    }

    /// The ephemeral resources. Called once.
    fn ephemeral_resources(&self) -> Vec<Arc<dyn EphemeralResource>> {
        Vec::new()
    }

    /// The lists of resources. Called once.
    fn list_resources(&self) -> Vec<Arc<dyn ListResource>> {
        Vec::new()
    }

    /// The actions. Called once.
    fn actions(&self) -> Vec<Arc<dyn Action>> {
        Vec::new()
    }

    /// The schema of the `provider_meta` block, by which a module describes itself to the provider. Called once.
    fn meta_schema(&self) -> Option<Schema> {
        None
    }

    /// The person who runs Terraform wants to stop. The contexts of all running calls are cancelled already.
    async fn stop(&self) {}
}

/// Gives the provider its configuration.
#[derive(Debug, Clone)]
pub struct ConfigureRequest {
    /// The configuration of the `provider` block.
    pub config: Value,
    /// Terraform's version, for user agents and messages.
    pub terraform_version: String,
    /// The surroundings of the call.
    pub context: Context,
}
