//! What a provider manages: objects with a life, from plan over create and update to delete.

use async_trait::async_trait;

use crate::{
    Context, Diagnostic, Diagnostics, IdentitySchema, Plan, PlanDestroyRequest, PlanRequest, Private, Schema,
    Value,
};

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
    fn generate_config(&self, _state: &Value, config: Value) -> Result<Value, Diagnostic> {
        Ok(config)
    }

    /// Rewrites a state of an older schema version. Attributes that the schema no longer has are dropped by
    /// the framework, and missing ones are null, so only renames and changes of meaning need code.
    ///
    /// # Errors
    /// A diagnostic if the state cannot be understood.
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

/// Asks for a new object.
#[derive(Debug, Clone)]
pub struct CreateRequest {
    /// The object as planned; what is unknown is to be found out.
    pub planned: Value,
    /// The configuration, with its write-only values.
    pub config: Value,
    /// What the plan remembered.
    pub private: Private,
    /// The surroundings of the call.
    pub context: Context,
}

/// Asks how an object is.
#[derive(Debug, Clone)]
pub struct ReadRequest {
    /// The last known state.
    pub state: Value,
    /// What the resource remembers of the object.
    pub private: Private,
    /// The surroundings of the call.
    pub context: Context,
}

/// Asks for a change.
#[derive(Debug, Clone)]
pub struct UpdateRequest {
    /// The state before.
    pub prior: Value,
    /// The object as planned; what is unknown is to be found out.
    pub planned: Value,
    /// The configuration, with its write-only values.
    pub config: Value,
    /// What the plan remembered.
    pub private: Private,
    /// The surroundings of the call.
    pub context: Context,
}

/// Asks for an object to go.
#[derive(Debug, Clone)]
pub struct DeleteRequest {
    /// The state before.
    pub prior: Value,
    /// What the resource remembers of the object.
    pub private: Private,
    /// The surroundings of the call.
    pub context: Context,
}

/// Asks for an existing object to be found.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// What the person gave to `terraform import`.
    pub id: String,
    /// The surroundings of the call.
    pub context: Context,
}

/// Asks for an existing object to be found by its identity.
#[derive(Debug, Clone)]
pub struct ImportIdentityRequest {
    /// The identity as the `import` block gives it; values that it leaves out are null.
    pub identity: Value,
    /// The surroundings of the call.
    pub context: Context,
}

/// Asks for the state of another type to be taken over.
///
/// ```
/// use provider_framework::{MoveRequest, Outcome, Value};
///
/// /// For `moved { from = local_file.x  to = example_file.x }`.
/// fn moved(request: MoveRequest) -> Option<Outcome> {
///     let is_file = request.source_type_name == "local_file";
///     let path = request.source_state["filename"].as_str()?;
///     is_file.then(|| Outcome::of(Value::object([("path", Value::from(path))])))
/// }
/// ```
#[derive(Debug, Clone)]
pub struct MoveRequest {
    /// The address of the provider that wrote the state: `registry.terraform.io/hashicorp/aws`.
    pub source_provider_address: String,
    /// The type that the object had.
    pub source_type_name: String,
    /// The schema version of that type.
    pub source_schema_version: i64,
    /// The state as that provider wrote it.
    pub source_state: serde_json::Value,
    /// What that provider remembered, in its own form.
    pub source_private: Vec<u8>,
}

/// What became of an object: its state, if it exists, and what people should know. A failure may have both.
///
/// ```
/// use provider_framework::{Diagnostic, Outcome, Value};
///
/// let made = Value::object([("name", "web")].map(|(name, value)| (name, Value::from(value))));
/// let outcome = Outcome::of(made).with(Diagnostic::warning("Slow disk", "The server uses the cheapest disk."));
/// assert!(outcome.state.is_some() && !outcome.diagnostics.has_errors());
/// assert!(Outcome::gone().state.is_none());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The state of the object; `None` if it does not exist.
    pub state: Option<Value>,
    /// What to remember; `None` keeps what was remembered.
    pub private: Option<Private>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

impl Outcome {
    /// The object exists, in this state.
    pub fn of(state: Value) -> Self {
        Self { state: Some(state), ..Self::default() }
    }

    /// The object does not exist.
    pub fn gone() -> Self {
        Self::default()
    }

    /// Nothing was achieved.
    pub fn failed(diagnostics: impl Into<Diagnostics>) -> Self {
        Self { diagnostics: diagnostics.into(), ..Self::default() }
    }

    /// The same outcome with something to remember.
    #[must_use]
    pub fn with_private(mut self, private: Private) -> Self {
        self.private = Some(private);
        self
    }

    /// The same outcome with more to tell.
    #[must_use]
    pub fn with(mut self, diagnostics: impl Into<Diagnostics>) -> Self {
        self.diagnostics.extend(diagnostics.into());
        self
    }
}

impl From<Result<Value, Diagnostic>> for Outcome {
    fn from(result: Result<Value, Diagnostic>) -> Self {
        result.map_or_else(Self::failed, Self::of)
    }
}
