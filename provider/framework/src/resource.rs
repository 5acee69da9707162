//! What a provider manages: objects with a life, from plan over create and update to delete.

mod outcome;
mod request;

use async_trait::async_trait;

pub use self::{
    outcome::Outcome,
    request::{
        CreateRequest, DeleteRequest, ImportIdentityRequest, ImportRequest, MoveRequest, ReadRequest,
        UpdateRequest,
    },
};
use crate::{Diagnostic, Diagnostics, IdentitySchema, Plan, PlanDestroyRequest, PlanRequest, Schema, Value};

/// One kind of managed object.
///
/// Values arrive in the exact shape of the schema's implied type. Values that go back may leave out null
/// attributes and absent blocks; the framework puts them in.
///
/// ```
/// use provider_framework::{
///     Attribute, CreateRequest, DeleteRequest, Diagnostic, ImportRequest, Outcome, Path, ReadRequest, Resource, Schema,
///     Type, UpdateRequest, async_trait,
/// };
///
/// /// A folder of the file system.
/// struct Folder;
///
/// #[async_trait]
/// impl Resource for Folder {
///     fn type_name(&self) -> &'static str {
///         "local_folder"
///     }
///
///     fn schema(&self) -> Schema {
///         Schema::new(0).attribute("path", Attribute::required(Type::String).requires_replace())
///     }
///
///     async fn create(&self, request: CreateRequest) -> Outcome {
///         let path = request.planned.attribute("path").as_str().unwrap_or_default();
///         match std::fs::create_dir(path) {
///             Ok(()) => Outcome::of(request.planned),
///             Err(error) => {
///                 let error = Diagnostic::error("The folder cannot be made", error.to_string());
///                 Outcome::failed(error.at(Path::root("path")))
///             }
///         }
///     }
///
///     async fn read(&self, request: ReadRequest) -> Outcome {
///         let path = request.state.attribute("path").as_str().unwrap_or_default();
///         if std::path::Path::new(path).is_dir() { Outcome::of(request.state) } else { Outcome::gone() }
///     }
///
///     async fn update(&self, request: UpdateRequest) -> Outcome {
///         Outcome::of(request.planned)
///     }
///
///     async fn delete(&self, request: DeleteRequest) -> Outcome {
///         let path = request.prior.attribute("path").as_str().unwrap_or_default();
///         match std::fs::remove_dir(path) {
///             Ok(()) => Outcome::gone(),
///             Err(error) => Outcome::failed(Diagnostic::error("The folder cannot be removed", error.to_string())),
///         }
///     }
///
///     async fn import(&self, request: ImportRequest) -> Outcome {
///         let mut state = self.schema().empty();
///         state.set(&Path::root("path"), request.id.into());
///         Outcome::of(state)
///     }
/// }
/// ```
#[async_trait]
pub trait Resource: Send + Sync {
    /// The full name in HCL: `ipsy_app`.
    fn type_name(&self) -> &'static str;

    /// The schema. Called once.
    fn schema(&self) -> Schema;

    /// Checks a whole configuration, after the rules of its attributes and blocks. Parts of it may be unknown;
    /// what is unknown cannot be wrong yet. Must not touch the network.
    ///
    /// ```
    /// use provider_framework::{Diagnostic, Diagnostics, Path, Value};
    ///
    /// fn validate(config: &Value, diagnostics: &mut Diagnostics) {
    ///     // `zip` is `None` while one of them is unknown or not set.
    ///     let bounds = config.attribute("min").as_i64().zip(config.attribute("max").as_i64());
    ///     if bounds.is_some_and(|(min, max)| min > max) {
    ///         diagnostics.push(Diagnostic::error("Invalid range", "`min` must not exceed `max`.").at(Path::root("min")));
    ///     }
    /// }
    ///
    /// let mut diagnostics = Diagnostics::new();
    /// validate(&Value::object([("min", Value::from(3)), ("max", Value::Unknown)]), &mut diagnostics);
    /// assert!(diagnostics.is_empty());
    /// validate(&Value::object([("min", Value::from(3)), ("max", Value::from(2))]), &mut diagnostics);
    /// assert!(diagnostics.has_errors());
    /// ```
    fn validate(&self, _config: &Value, _diagnostics: &mut Diagnostics) {}

    /// Finishes a plan for create or update. Runs after defaults, after computed attributes without
    /// configuration became unknown (only if something changes), and after the attributes' own modifiers.
    ///
    /// Must be deterministic: Terraform plans again before it applies, with more values known, and refuses a
    /// result in which anything known has changed.
    async fn modify_plan(&self, _request: &PlanRequest, _plan: &mut Plan, _diagnostics: &mut Diagnostics) {}

    /// Objects to the destruction of an object, or warns about it, before it happens.
    async fn plan_destroy(&self, _request: &PlanDestroyRequest, _diagnostics: &mut Diagnostics) {}

    /// Makes the object. A failure after which the object exists in part must return its state, or Terraform
    /// forgets it; Terraform marks such an object as tainted and replaces it next time.
    async fn create(&self, request: CreateRequest) -> Outcome;

    /// Looks at the object. An outcome without state means that it does not exist.
    async fn read(&self, request: ReadRequest) -> Outcome;

    /// Changes the object. A failure should return the state that the object is really in; without one,
    /// Terraform keeps the prior state.
    async fn update(&self, request: UpdateRequest) -> Outcome;

    /// Removes the object. It counts as deleted unless the outcome has errors; then a returned state replaces the prior
    /// one, which stays otherwise.
    async fn delete(&self, request: DeleteRequest) -> Outcome;

    /// Finds an existing object by the id that was given to `terraform import`. Terraform calls `read` next, so
    /// the state needs to hold no more than `read` needs.
    async fn import(&self, request: ImportRequest) -> Outcome {
        let detail = format!("`{}` does not support import (id `{}`).", self.type_name(), request.id);
        Outcome::failed(Diagnostic::error("This resource cannot be imported", detail))
    }

    /// The identity of the objects, if they have one. Terraform stores it beside the state, and `import` blocks and
    /// `terraform query` find objects by it. Called once.
    fn identity(&self) -> Option<IdentitySchema> {
        None
    }

    /// The identity of the object with this state, or with this plan, of which parts may be unknown. By default it has
    /// the values of the attributes of the same names.
    fn identify(&self, state: &Value) -> Value {
        self.identity().map_or(Value::Null, |identity| identity.from_state(state))
    }

    /// Finds an existing object by its identity, as an `import` block with `identity` asks for. By default the
    /// attributes of the same names get the values of the identity, and `read` does the rest.
    async fn import_identity(&self, request: ImportIdentityRequest) -> Outcome {
        Outcome::of(request.identity)
    }

    /// Rewrites an identity of an older version.
    ///
    /// # Errors
    /// A diagnostic if the identity cannot be understood.
    fn upgrade_identity(
        &self,
        _version: i64,
        identity: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostic> {
        Ok(identity)
    }

    /// Finishes the configuration that Terraform writes for an imported object. `config` has what the state has,
    /// without computed, write-only and deprecated arguments and without values that equal their defaults. The plan of
    /// the result should change nothing.
    ///
    /// # Errors
    /// A diagnostic if no configuration describes the object.
    ///
    /// ```
    /// use provider_framework::{Diagnostic, Path, Value};
    ///
    /// /// `name` and `name_prefix` conflict, but the state has both.
    /// fn generate_config(_state: &Value, mut config: Value) -> Result<Value, Diagnostic> {
    ///     config.set(&Path::root("name_prefix"), Value::Null);
    ///     Ok(config)
    /// }
    ///
    /// let state = Value::object([("name", Value::from("web-1")), ("name_prefix", Value::from("web-"))]);
    /// let config = generate_config(&state, state.clone())?;
    /// assert!(config.attribute("name_prefix").is_null());
    /// # Ok::<(), Diagnostic>(())
    /// ```
    fn generate_config(&self, _state: &Value, config: Value) -> Result<Value, Diagnostic> {
        Ok(config)
    }

    /// Rewrites a state of an older schema version. Attributes that the schema no longer has are dropped by
    /// the framework, and missing ones are null, so only renames and changes of meaning need code.
    ///
    /// # Errors
    /// A diagnostic if the state cannot be understood.
    ///
    /// ```
    /// use provider_framework::Diagnostic;
    /// use serde_json::{Value, json};
    ///
    /// /// Version 1 calls `host` what version 0 called `hostname`.
    /// fn upgrade(version: i64, mut state: Value) -> Result<Value, Diagnostic> {
    ///     if version == 0 {
    ///         state["host"] = state["hostname"].take();
    ///     }
    ///     Ok(state)
    /// }
    ///
    /// let state = upgrade(0, json!({ "hostname": "web" }))?;
    /// assert_eq!(state["host"], "web");
    /// # Ok::<(), Diagnostic>(())
    /// ```
    fn upgrade(&self, _version: i64, state: serde_json::Value) -> Result<serde_json::Value, Diagnostic> {
        Ok(state)
    }

    /// Takes over the state of an object of another type, as a `moved` block asks for.
    fn move_state(&self, request: MoveRequest) -> Outcome {
        let detail = format!(
            "A `{}` of `{}` cannot become a `{}`. Import the object under its new address instead, and remove \
             the old one from the state with a `removed` block.",
            request.source_type_name,
            request.source_provider_address,
            self.type_name()
        );
        Outcome::failed(Diagnostic::error("This move is not supported", detail))
    }
}
