//! What a resource gets with each call.

use crate::{Context, Private, Value};

/// Request to create an object.
///
/// ```
/// use provider_framework::{Context, CreateRequest, Outcome, Path, Private, Value};
///
/// /// For `Resource::create`.
/// fn create(request: CreateRequest) -> Outcome {
///     // A write-only argument is in the configuration only.
///     let _password = request.config.attribute("password").as_str();
///     let mut state = request.planned;
///     state.set(&Path::root("id"), "user-1".into());
///     Outcome::of(state)
/// }
///
/// let config = Value::object([("name", Value::from("ann")), ("password", Value::from("secret"))]);
/// let planned = Value::object([("name", Value::from("ann")), ("password", Value::Null), ("id", Value::Unknown)]);
/// let request = CreateRequest { planned, config, private: Private::new(), context: Context::default() };
/// let state = create(request).state.unwrap_or_default();
/// assert_eq!(state.attribute("id").as_str(), Some("user-1"));
/// assert!(state.attribute("password").is_null());
/// ```
#[derive(Debug, Clone)]
pub struct CreateRequest {
    /// The object as planned. The result must have a known value wherever this is unknown, and the same value elsewhere.
    pub planned: Value,
    /// The configuration, with its write-only values.
    pub config: Value,
    /// What the plan remembered.
    pub private: Private,
    /// The surroundings of the call.
    pub context: Context,
}

/// Request to read the state of an object.
///
/// ```
/// use provider_framework::{Context, Outcome, Path, Private, ReadRequest, Value};
///
/// /// For `Resource::read`: `file` is what the server has now.
/// fn read(request: ReadRequest, file: Option<(&str, &str)>) -> Outcome {
///     let Some((etag, content)) = file else { return Outcome::gone() };
///     let mut state = request.state;
///     if request.private.get::<String>("etag").as_deref() != Some(etag) {
///         state.set(&Path::root("content"), content.into());
///     }
///     Outcome::of(state)
/// }
///
/// let state = Value::object([("content", Value::from("old"))]);
/// let request = ReadRequest { state, private: Private::new(), context: Context::default() };
/// let drifted = read(request.clone(), Some(("v2", "new"))).state.unwrap_or_default();
/// assert_eq!(drifted.attribute("content").as_str(), Some("new"));
/// assert!(read(request, None).state.is_none());
/// ```
#[derive(Debug, Clone)]
pub struct ReadRequest {
    /// The last known state.
    pub state: Value,
    /// What the resource remembers of the object.
    pub private: Private,
    /// The surroundings of the call.
    pub context: Context,
}

/// Request to change an object.
///
/// ```
/// use provider_framework::{Context, Diagnostic, Outcome, Path, Private, UpdateRequest, Value};
///
/// /// For `Resource::update`: the server is resized, and then its network fails.
/// fn update(request: UpdateRequest) -> Outcome {
///     let mut state = request.prior;
///     let size = Path::root("size");
///     if request.planned.at(&size) != state.at(&size) {
///         state.set(&size, request.planned.attribute("size").clone());
///     }
///     // The state is what the server is now, not what was planned.
///     Outcome::of(state).with(Diagnostic::error("No network", "The server was resized. Apply again.").at(Path::root("network")))
/// }
///
/// let server = |size: &str, network: &str| {
///     Value::object([("size", Value::from(size)), ("network", Value::from(network))])
/// };
/// let planned = server("large", "private");
/// let (config, private, context) = (planned.clone(), Private::new(), Context::default());
/// let outcome = update(UpdateRequest { prior: server("small", "public"), planned, config, private, context });
/// assert_eq!(outcome.state, Some(server("large", "public")));
/// assert!(outcome.diagnostics.has_errors());
/// ```
#[derive(Debug, Clone)]
pub struct UpdateRequest {
    /// The state before.
    pub prior: Value,
    /// The object as planned. The result must have a known value wherever this is unknown, and the same value elsewhere.
    pub planned: Value,
    /// The configuration, with its write-only values.
    pub config: Value,
    /// What the plan remembered.
    pub private: Private,
    /// The surroundings of the call.
    pub context: Context,
}

/// Request to delete an object.
///
/// ```
/// use provider_framework::{Context, DeleteRequest, Outcome, Private, Value};
///
/// /// For `Resource::delete`: an object that was deleted already is not an error.
/// fn delete(request: &DeleteRequest, servers: &mut Vec<&str>) -> Outcome {
///     let id = request.prior.attribute("id").as_str().unwrap_or_default();
///     servers.retain(|server| *server != id);
///     Outcome::gone()
/// }
///
/// let prior = Value::object([("id", Value::from("web"))]);
/// let request = DeleteRequest { prior, private: Private::new(), context: Context::default() };
/// let mut servers = vec!["web", "mail"];
/// assert!(!delete(&request, &mut servers).diagnostics.has_errors());
/// assert!(!delete(&request, &mut servers).diagnostics.has_errors());
/// assert_eq!(servers, ["mail"]);
/// ```
#[derive(Debug, Clone)]
pub struct DeleteRequest {
    /// The state before.
    pub prior: Value,
    /// What the resource remembers of the object.
    pub private: Private,
    /// The surroundings of the call.
    pub context: Context,
}

/// Request to import an object by its id.
///
/// ```
/// use provider_framework::{Context, Diagnostic, ImportRequest, Outcome, Value};
///
/// /// For `Resource::import`: `terraform import dns_record.x example.com/www`.
/// fn import(request: &ImportRequest) -> Outcome {
///     let Some((zone, name)) = request.id.split_once('/') else {
///         let detail = format!("Expected `ZONE/NAME`, got `{}`.", request.id);
///         return Outcome::failed(Diagnostic::error("Invalid id", detail));
///     };
///     Outcome::of(Value::object([("zone", Value::from(zone)), ("name", Value::from(name))]))
/// }
///
/// let request = |id: &str| ImportRequest { id: id.to_owned(), context: Context::default() };
/// assert!(import(&request("example.com/www")).state.is_some());
/// assert!(import(&request("www")).diagnostics.has_errors());
/// ```
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// The id of `terraform import ADDRESS ID` or of an `import` block.
    pub id: String,
    /// The surroundings of the call.
    pub context: Context,
}

/// Request to import an object by its identity.
///
/// ```
/// use provider_framework::{Context, ImportIdentityRequest, Outcome, Path, Value};
///
/// /// For `Resource::import_identity`, where the identity may leave out the region.
/// fn import_identity(request: ImportIdentityRequest) -> Outcome {
///     let mut state = request.identity;
///     if state.attribute("region").is_null() {
///         state.set(&Path::root("region"), "eu-west-1".into());
///     }
///     Outcome::of(state)
/// }
///
/// let identity = Value::object([("name", Value::from("web")), ("region", Value::Null)]);
/// let outcome = import_identity(ImportIdentityRequest { identity, context: Context::default() });
/// assert_eq!(outcome.state.unwrap_or_default().attribute("region").as_str(), Some("eu-west-1"));
/// ```
#[derive(Debug, Clone)]
pub struct ImportIdentityRequest {
    /// The identity as the `import` block gives it; values that it leaves out are null.
    pub identity: Value,
    /// The surroundings of the call.
    pub context: Context,
}

/// Request to take over the state of an object of another type.
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
