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

    /// Runs when the user interrupts Terraform, after the contexts of all running calls were cancelled.
    async fn stop(&self) {}
}

/// Request to configure the provider. Terraform sends it before the first plan, read or apply.
///
/// ```
/// use provider_framework::{ConfigureRequest, Context, Value};
///
/// /// What the API of the provider sees of its callers.
/// fn user_agent(request: &ConfigureRequest) -> String {
///     format!("terraform-provider-dns/1.0 Terraform/{}", request.terraform_version)
/// }
///
/// let request = ConfigureRequest {
///     config: Value::object([("url", Value::Unknown)]),
///     terraform_version: "1.15.9".to_owned(),
///     context: Context::default(),
/// };
/// assert_eq!(user_agent(&request), "terraform-provider-dns/1.0 Terraform/1.15.9");
/// // The URL comes from a resource that is not applied yet: this is a plan.
/// assert!(!request.config.is_wholly_known());
/// ```
#[derive(Debug, Clone)]
pub struct ConfigureRequest {
    /// The configuration of the `provider` block. In a plan, parts of it may be unknown.
    pub config: Value,
    /// Terraform's version, for user agents and messages.
    pub terraform_version: String,
    /// The surroundings of the call.
    pub context: Context,
}
