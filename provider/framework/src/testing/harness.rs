//! The steps of an object's life.

use std::sync::Arc;

use proto::tfplugin5 as tf;
use serde::Serialize;

use super::{
    Change, Failure, Managed, Planned,
    calls::{accepted, capabilities, identity_of, read_identity, succeeded},
};
use crate::{Provider, Value, registry::Registry, server, wire};

/// A provider in this process, with everything that Terraform 1.15 can do.
///
/// ```
/// use serde_json::json;
/// use provider_framework::{Arguments, Context, Diagnostic, Model, Unconfigured, async_trait, resource};
/// use provider_framework::testing::{Change, Harness};
///
/// /// A note.
/// #[derive(Default, serde::Serialize, serde::Deserialize, Arguments)]
/// #[serde(default)]
/// struct Note {
///     /// Name of the note.
///     #[argument(required, requires_replace)]
///     name: String,
///     /// Text of the note.
///     text: Option<String>,
/// }
///
/// #[async_trait]
/// impl Model for Note {
///     const TYPE_NAME: &'static str = "example_note";
/// #     async fn create(self, _context: &Context) -> Result<Self, Diagnostic> { Ok(self) }
/// #     async fn read(self, _context: &Context) -> Result<Option<Self>, Diagnostic> { Ok(Some(self)) }
/// #     async fn update(self, _prior: Self, _context: &Context) -> Result<Self, Diagnostic> { Ok(self) }
/// #     async fn delete(self, _context: &Context) -> Result<(), Diagnostic> { Ok(()) }
///     // …
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), provider_framework::testing::Failure> {
/// let harness = Harness::new(Unconfigured::of([resource::<Note>()]))?;
/// let mut note = harness.create("example_note", &json!({ "name": "a" })).await?;
/// let renamed = json!({ "name": "b" });
/// let planned = harness.plan("example_note", Some(&note), &renamed).await?;
/// assert_eq!(planned.requires_replace, ["name"]);
/// assert_eq!(harness.change(&mut note, &renamed).await?, Change::Replace);
/// assert!(harness.refresh(&mut note).await?);
/// harness.destroy(note).await?;
/// # Ok(())
/// # }
/// ```
pub struct Harness {
    pub(super) registry: Arc<Registry>,
}

impl Harness {
    /// A harness for this provider.
    ///
    /// # Errors
    /// Mistakes in names and schemas.
    pub fn new(provider: impl Provider + 'static) -> Result<Self, Failure> {
        let registry = Arc::new(Registry::new(Arc::new(provider)));
        match registry.problems() {
            problems if problems.is_empty() => Ok(Self { registry }),
            problems => Err(Failure::Refused("schema", problems)),
        }
    }

    /// Checks and takes the configuration of the `provider` block.
    ///
    /// # Errors
    /// The provider refuses it, or Terraform would: a required argument is missing, for example.
    ///
    /// ```
    /// use provider_framework::testing::{Failure, Harness};
    /// use provider_framework::{
    ///     Attribute, ConfigureRequest, Diagnostics, Provider, Schema, Type, async_trait, validator,
    /// };
    /// use serde_json::json;
    ///
    /// struct Dns;
    ///
    /// #[async_trait]
    /// impl Provider for Dns {
    ///     fn schema(&self) -> Schema {
    ///         let url = validator::pattern("https://.+", "an HTTPS URL");
    ///         Schema::new(0).attribute("url", Attribute::required(Type::String).check(url))
    ///     }
    ///
    ///     async fn configure(&self, _request: ConfigureRequest) -> Diagnostics {
    ///         Diagnostics::new()
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Failure> {
    /// let harness = Harness::new(Dns)?;
    /// harness.configure(&json!({ "url": "https://dns.example" })).await?;
    /// let refused = harness.configure(&json!({ "url": "dns.example" })).await;
    /// assert!(matches!(refused, Err(Failure::Errors(_))));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn configure(&self, config: &(impl Serialize + ?Sized + Sync)) -> Result<(), Failure> {
        let typed = self.registry.typed();
        let config = typed.schema.encode(config)?;
        accepted(typed, &config)?;
        let config = Some(wire::values::write(config, &typed.of, "configuration")?);
        let request = tf::prepare_provider_config::Request { config: config.clone() };
        succeeded(server::validate::provider(&self.call(), request)?.diagnostics)?;
        let request = tf::configure::Request {
            config,
            terraform_version: "1.15.9".into(),
            client_capabilities: Some(capabilities()),
        };
        succeeded(server::configure::answer(self.call(), request, None).await?.diagnostics)
    }

    /// Plans a change of an object, or a new one if `before` is `None`.
    ///
    /// # Errors
    /// The provider refuses the configuration, or Terraform would refuse the configuration or the plan.
    pub async fn plan(
        &self,
        type_name: &str,
        before: Option<&Managed>,
        config: &(impl Serialize + ?Sized + Sync),
    ) -> Result<Planned, Failure> {
        let config = self.registry.resource(type_name)?.typed().schema.encode(config)?;
        self.validate(type_name, &config)?;
        self.plan_of(type_name, before, &config).await
    }

    /// Makes an object. A plan after it must change nothing.
    ///
    /// # Errors
    /// The provider fails, or Terraform would refuse the configuration or an answer of the provider.
    pub async fn create(
        &self,
        type_name: &str,
        config: &(impl Serialize + ?Sized + Sync),
    ) -> Result<Managed, Failure> {
        let config = self.registry.resource(type_name)?.typed().schema.encode(config)?;
        self.validate(type_name, &config)?;
        let planned = self.plan_of(type_name, None, &config).await?;
        let managed = self.apply(type_name, None, &planned, &config).await?;
        self.settled(&managed, &config).await?;
        Ok(managed)
    }

    /// Changes an object to another configuration. A plan after it must change nothing.
    ///
    /// # Errors
    /// The provider fails, or Terraform would refuse the configuration or an answer of the provider.
    pub async fn change(
        &self,
        managed: &mut Managed,
        config: &(impl Serialize + ?Sized + Sync),
    ) -> Result<Change, Failure> {
        let type_name = managed.type_name.clone();
        let config = self.registry.resource(&type_name)?.typed().schema.encode(config)?;
        self.validate(&type_name, &config)?;
        let planned = self.plan_of(&type_name, Some(managed), &config).await?;
        if planned.state == managed.state {
            return Ok(Change::None);
        }
        if planned.requires_replace.is_empty() {
            *managed = self.apply(&type_name, Some(managed), &planned, &config).await?;
            self.settled(managed, &config).await?;
            return Ok(Change::Update);
        }
        let again = self.plan_of(&type_name, None, &config).await?;
        self.destroy(managed.clone()).await?;
        *managed = self.apply(&type_name, None, &again, &config).await?;
        self.settled(managed, &config).await?;
        Ok(Change::Replace)
    }

    /// Reads an object again, as `terraform refresh` does. Returns whether it still exists.
    ///
    /// # Errors
    /// The provider fails.
    pub async fn refresh(&self, managed: &mut Managed) -> Result<bool, Failure> {
        let resource = self.registry.resource(&managed.type_name)?;
        let typed = resource.typed();
        let request = tf::read_resource::Request {
            type_name: managed.type_name.clone(),
            current_state: Some(wire::values::write(managed.state.clone(), &typed.of, "state")?),
            private: managed.private.clone(),
            client_capabilities: Some(capabilities()),
            current_identity: identity_of(resource, managed)?,
            provider_meta: None,
        };
        let response = server::read::answer(self.call(), request).await?;
        succeeded(response.diagnostics)?;
        let state = wire::values::read(response.new_state.as_ref(), &typed.of, "state")?;
        if state.is_null() {
            return Ok(false);
        }
        managed.state = state;
        managed.private = response.private;
        managed.identity = read_identity(resource, response.new_identity.as_ref())?;
        Ok(true)
    }

    /// Imports an object by its id and reads it, as Terraform does.
    ///
    /// # Errors
    /// The provider fails, or the object does not exist.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use provider_framework::{
    ///     Attribute, ConfigureRequest, CreateRequest, DeleteRequest, Diagnostics, IdentitySchema, ImportRequest, Outcome,
    ///     Provider, ReadRequest, Resource, Schema, Type, UpdateRequest, Value, async_trait, testing::Harness,
    /// };
    /// use serde_json::json;
    ///
    /// struct Zone;
    ///
    /// #[async_trait]
    /// impl Resource for Zone {
    ///     fn type_name(&self) -> &'static str {
    ///         "dns_zone"
    ///     }
    ///     fn schema(&self) -> Schema {
    ///         Schema::new(0).attribute("name", Attribute::required(Type::String))
    ///     }
    ///     fn identity(&self) -> Option<IdentitySchema> {
    ///         Some(IdentitySchema::new(0).required("name", Type::String, "Name of the zone."))
    ///     }
    ///     async fn import(&self, request: ImportRequest) -> Outcome {
    ///         Outcome::of(Value::object([("name", Value::from(request.id))]))
    ///     }
    ///     async fn read(&self, request: ReadRequest) -> Outcome {
    ///         let exists = request.state.attribute("name").as_str() == Some("example.com");
    ///         if exists { Outcome::of(request.state) } else { Outcome::gone() }
    ///     }
    ///     // …
    /// #     async fn create(&self, request: CreateRequest) -> Outcome { Outcome::of(request.planned) }
    /// #     async fn update(&self, request: UpdateRequest) -> Outcome { Outcome::of(request.planned) }
    /// #     async fn delete(&self, _request: DeleteRequest) -> Outcome { Outcome::gone() }
    /// }
    /// # struct Dns;
    /// # #[async_trait]
    /// # impl Provider for Dns {
    /// #     fn schema(&self) -> Schema { Schema::new(0) }
    /// #     async fn configure(&self, _request: ConfigureRequest) -> Diagnostics { Diagnostics::new() }
    /// #     fn resources(&self) -> Vec<Arc<dyn Resource>> { vec![Arc::new(Zone)] }
    /// # }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), provider_framework::testing::Failure> {
    /// let harness = Harness::new(Dns)?;
    /// let by_id = harness.import("dns_zone", "example.com").await?;
    /// let by_identity = harness.import_identity("dns_zone", &json!({ "name": "example.com" })).await?;
    /// assert_eq!(by_id.state, by_identity.state);
    /// assert!(harness.import("dns_zone", "example.org").await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn import(&self, type_name: &str, id: &str) -> Result<Managed, Failure> {
        self.import_by(tf::import_resource_state::Request {
            type_name: type_name.to_owned(),
            id: id.to_owned(),
            client_capabilities: Some(capabilities()),
            identity: None,
        })
        .await
    }

    /// Imports an object by its identity and reads it, as Terraform does. [`Harness::import`] has an example.
    ///
    /// # Errors
    /// The provider fails, or the object does not exist.
    pub async fn import_identity(
        &self,
        type_name: &str,
        identity: &(impl Serialize + ?Sized + Sync),
    ) -> Result<Managed, Failure> {
        let resource = self.registry.resource(type_name)?;
        let Some(schema) = &resource.typed().identity else {
            return Err(Failure::Refused("import", vec![format!("`{type_name}` has no identity")]));
        };
        let identity = wire::identities::written(Value::encode(identity, &schema.of)?, &schema.of)?;
        self.import_by(tf::import_resource_state::Request {
            type_name: type_name.to_owned(),
            id: String::new(),
            client_capabilities: Some(capabilities()),
            identity: Some(identity),
        })
        .await
    }

    /// Deletes an object.
    ///
    /// # Errors
    /// The provider refuses or fails.
    pub async fn destroy(&self, managed: Managed) -> Result<(), Failure> {
        let resource = self.registry.resource(&managed.type_name)?;
        let typed = resource.typed();
        let write = |value: Value| wire::values::write(value, &typed.of, "state").map(Some);
        let identity = identity_of(resource, &managed)?;
        let request = tf::plan_resource_change::Request {
            type_name: managed.type_name.clone(),
            prior_state: write(managed.state.clone())?,
            proposed_new_state: write(Value::Null)?,
            config: write(Value::Null)?,
            prior_private: managed.private,
            prior_identity: identity,
            client_capabilities: Some(capabilities()),
            provider_meta: None,
        };
        let planned = server::plan::answer(self.call(), request).await?;
        succeeded(planned.diagnostics)?;
        let request = tf::apply_resource_change::Request {
            type_name: managed.type_name,
            prior_state: write(managed.state)?,
            planned_state: write(Value::Null)?,
            config: write(Value::Null)?,
            planned_private: planned.planned_private,
            planned_identity: planned.planned_identity,
            provider_meta: None,
        };
        let response = server::apply::answer(self.call(), request).await?;
        succeeded(response.diagnostics)?;
        let left = wire::values::read(response.new_state.as_ref(), &typed.of, "state")?;
        if left.is_null() {
            Ok(())
        } else {
            Err(Failure::Refused("result", vec!["a deleted object still has a state".to_owned()]))
        }
    }
}
