//! The steps of an object's life.

use std::sync::Arc;

use proto::tfplugin5 as tf;
use serde::Serialize;

use super::{Failure, apply_rules, plan_rules};
use crate::{
    Context, Diagnostic, Diagnostics, Path, Provider, Resource, Value,
    plan::walk,
    registry::{Entry, Registry, Typed},
    server::{self, call::Call},
    wire,
};

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
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let harness = Harness::new(Unconfigured::of([resource::<Note>()]))?;
/// let mut note = harness.create("example_note", &json!({ "name": "a" })).await?;
/// let renamed = json!({ "name": "b" });
/// let planned = harness.plan("example_note", Some(&note), &renamed).await?;
/// assert_eq!(planned.requires_replace, ["name"]);
/// assert_eq!(harness.change(&mut note, &renamed).await?, Change::Replace);
/// assert!(harness.refresh(&mut note).await?);
/// harness.destroy(note).await?;
/// # Ok::<(), provider_framework::testing::Failure>(())
/// # }).unwrap();
/// ```
pub struct Harness {
    registry: Arc<Registry>,
}

/// An object with all that Terraform keeps of it.
#[derive(Debug, Clone)]
pub struct Managed {
    /// The type of the object.
    pub type_name: String,
    /// The state.
    pub state: Value,
    /// The identity; null if the type has none.
    pub identity: Value,
    private: Vec<u8>,
}

/// A plan that Terraform would accept.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The object as it will be.
    pub state: Value,
    /// What needs a new object.
    pub requires_replace: Vec<String>,
    private: Vec<u8>,
    identity: Option<tf::ResourceIdentityData>,
}

/// What a step did to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    None,
    /// The object was changed.
    Update,
    /// The object was deleted and created again.
    Replace,
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
    /// The provider refuses it.
    pub async fn configure(&self, config: &(impl Serialize + ?Sized + Sync)) -> Result<(), Failure> {
        let typed = self.registry.typed();
        let config = typed.schema.encode(config)?;
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
    /// The provider refuses the configuration, or Terraform would refuse the plan.
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
    /// The provider fails, or Terraform would refuse one of its answers.
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
    /// The provider fails, or Terraform would refuse one of its answers.
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

    /// Looks at an object. Returns whether it still exists.
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

    /// Imports an object by its id and looks at it, as Terraform does.
    ///
    /// # Errors
    /// The provider fails, or the object does not exist.
    pub async fn import(&self, type_name: &str, id: &str) -> Result<Managed, Failure> {
        self.import_by(tf::import_resource_state::Request {
            type_name: type_name.to_owned(),
            id: id.to_owned(),
            client_capabilities: Some(capabilities()),
            identity: None,
        })
        .await
    }

    /// Imports an object by its identity and looks at it, as Terraform does.
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

    fn call(&self) -> Call {
        let context = Context { configured: self.registry.configured.clone(), ..Context::default() };
        Call { registry: Arc::clone(&self.registry), context }
    }

    fn validate(&self, type_name: &str, config: &Value) -> Result<(), Failure> {
        let typed = self.registry.resource(type_name)?.typed();
        let request = tf::validate_resource_type_config::Request {
            type_name: type_name.to_owned(),
            config: Some(wire::values::write(config.clone(), &typed.of, "configuration")?),
            client_capabilities: Some(capabilities()),
        };
        succeeded(server::validate::resource(self.call(), &request)?.diagnostics)
    }

    async fn plan_of(
        &self,
        type_name: &str,
        before: Option<&Managed>,
        config: &Value,
    ) -> Result<Planned, Failure> {
        let resource = self.registry.resource(type_name)?;
        let typed = resource.typed();
        let write = |value: Value| wire::values::write(value, &typed.of, "value").map(Some);
        let prior = before.map_or(Value::Null, |managed| managed.state.clone());
        let request = tf::plan_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: write(prior.clone())?,
            proposed_new_state: write(proposed(typed, &prior, config))?,
            config: write(config.clone())?,
            prior_private: before.map(|managed| managed.private.clone()).unwrap_or_default(),
            prior_identity: before.map(|managed| identity_of(resource, managed)).transpose()?.flatten(),
            client_capabilities: Some(capabilities()),
            provider_meta: None,
        };
        let response = server::plan::answer(self.call(), request).await?;
        succeeded(response.diagnostics)?;
        let state = wire::values::read_present(response.planned_state.as_ref(), &typed.of, "plan")?;
        let violations = plan_rules::violations(typed.schema.body(), &state, config, &prior);
        if !violations.is_empty() {
            return Err(Failure::Refused("plan", violations));
        }
        let paths = response.requires_replace.iter().map(wire::diagnostics::path_from_wire);
        Ok(Planned {
            state,
            requires_replace: paths.map(|path: Path| path.to_string()).collect(),
            private: response.planned_private,
            identity: response.planned_identity,
        })
    }

    async fn apply(
        &self,
        type_name: &str,
        before: Option<&Managed>,
        planned: &Planned,
        config: &Value,
    ) -> Result<Managed, Failure> {
        let resource = self.registry.resource(type_name)?;
        let typed = resource.typed();
        let write = |value: Value| wire::values::write(value, &typed.of, "value").map(Some);
        let request = tf::apply_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: write(before.map_or(Value::Null, |managed| managed.state.clone()))?,
            planned_state: write(planned.state.clone())?,
            config: write(config.clone())?,
            planned_private: planned.private.clone(),
            planned_identity: planned.identity.clone(),
            provider_meta: None,
        };
        let response = server::apply::answer(self.call(), request).await?;
        succeeded(response.diagnostics)?;
        let state = wire::values::read_present(response.new_state.as_ref(), &typed.of, "state")?;
        let violations = apply_rules::violations(&planned.state, &state);
        if !violations.is_empty() {
            return Err(Failure::Refused("result", violations));
        }
        let identity = read_identity(resource, response.new_identity.as_ref())?;
        Ok(Managed { type_name: type_name.to_owned(), state, identity, private: response.private })
    }

    /// After an apply, nothing may be left to change.
    async fn settled(&self, managed: &Managed, config: &Value) -> Result<(), Failure> {
        let mut now = managed.clone();
        if !self.refresh(&mut now).await? {
            let text = "the object is missing right after the apply".to_owned();
            return Err(Failure::Refused("result", vec![text]));
        }
        let planned = self.plan_of(&managed.type_name, Some(&now), config).await?;
        if planned.state == now.state {
            return Ok(());
        }
        let changes = apply_rules::violations(&planned.state, &now.state);
        Err(Failure::Refused("result: a plan right after it changes something", changes))
    }

    async fn import_by(&self, request: tf::import_resource_state::Request) -> Result<Managed, Failure> {
        let type_name = request.type_name.clone();
        let resource = self.registry.resource(&type_name)?;
        let response = server::import::answer(self.call(), request).await?;
        succeeded(response.diagnostics)?;
        let Some(imported) = response.imported_resources.into_iter().next() else {
            return Err(Failure::Refused("import", vec!["no object was returned".to_owned()]));
        };
        let state = wire::values::read_present(imported.state.as_ref(), &resource.typed().of, "state")?;
        let identity = read_identity(resource, imported.identity.as_ref())?;
        let mut managed = Managed { type_name, state, identity, private: imported.private };
        if self.refresh(&mut managed).await? {
            Ok(managed)
        } else {
            let text = "Terraform cannot import an object that does not exist".to_owned();
            Err(Failure::Refused("import", vec![text]))
        }
    }
}

fn capabilities() -> tf::ClientCapabilities {
    tf::ClientCapabilities { deferral_allowed: false, write_only_attributes_allowed: true }
}

/// What Terraform proposes: the configuration, with the prior values of computed attributes that it leaves out.
fn proposed(typed: &Typed, prior: &Value, config: &Value) -> Value {
    let mut proposed = config.clone();
    walk(typed.schema.body(), &mut proposed, config, prior, &mut |attribute, value, config, prior| {
        if attribute.is_computed() && config.is_null() {
            *value = prior.cloned().unwrap_or_default();
        }
    });
    proposed
}

fn succeeded(diagnostics: Vec<tf::Diagnostic>) -> Result<(), Failure> {
    let errors: Diagnostics = diagnostics
        .into_iter()
        .filter(|diagnostic| diagnostic.severity() == tf::diagnostic::Severity::Error)
        .map(|diagnostic| {
            let path = diagnostic.attribute.as_ref().map(wire::diagnostics::path_from_wire);
            Diagnostic { path, ..Diagnostic::error(diagnostic.summary, diagnostic.detail) }
        })
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
}

fn identity_of(
    resource: &Entry<dyn Resource, Typed>,
    managed: &Managed,
) -> Result<Option<tf::ResourceIdentityData>, Diagnostic> {
    match &resource.typed().identity {
        Some(schema) if !managed.identity.is_null() => {
            wire::identities::written(managed.identity.clone(), &schema.of).map(Some)
        }
        _ => Ok(None),
    }
}

fn read_identity(
    resource: &Entry<dyn Resource, Typed>,
    identity: Option<&tf::ResourceIdentityData>,
) -> Result<Value, Failure> {
    let Some(schema) = &resource.typed().identity else { return Ok(Value::Null) };
    let data = identity.and_then(|identity| identity.identity_data.as_ref());
    let identity = wire::values::read(data, &schema.of, "identity")?;
    if identity.is_wholly_known() {
        Ok(identity)
    } else {
        Err(Failure::Refused("identity", vec!["parts of it are unknown after the apply".to_owned()]))
    }
}
