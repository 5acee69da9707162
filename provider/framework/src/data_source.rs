//! What a provider looks up: read in every plan, never changed.

use async_trait::async_trait;

use crate::{Context, Diagnostics, Outcome, Schema, Value};

/// One kind of lookup.
///
/// ```
/// use provider_framework::{Attribute, DataSource, Outcome, Path, ReadDataRequest, Schema, Type, async_trait};
///
/// /// `data "text_length" "x" { text = "…" }`
/// struct Length;
///
/// #[async_trait]
/// impl DataSource for Length {
///     fn type_name(&self) -> &'static str {
///         "text_length"
///     }
///
///     fn schema(&self) -> Schema {
///         Schema::new(0)
///             .attribute("text", Attribute::required(Type::String))
///             .attribute("length", Attribute::computed(Type::Number))
///     }
///
///     async fn read(&self, request: ReadDataRequest) -> Outcome {
///         let mut state = request.config;
///         let length = state.attribute("text").as_str().unwrap_or_default().chars().count();
///         state.set(&Path::root("length"), u64::try_from(length).unwrap_or(u64::MAX).into());
///         Outcome::of(state)
///     }
/// }
/// ```
#[async_trait]
pub trait DataSource: Send + Sync {
    /// The full name in HCL: `ipsy_values`.
    fn type_name(&self) -> &'static str;

    /// The schema. Called once.
    fn schema(&self) -> Schema;

    /// Checks a whole configuration, after the rules of its attributes and blocks. Parts of it may be unknown.
    fn validate(&self, _config: &Value, _diagnostics: &mut Diagnostics) {}

    /// Looks it up. The configuration is wholly known; the state holds it, and everything computed.
    async fn read(&self, request: ReadDataRequest) -> Outcome;
}

/// Request to read a data source.
///
/// ```
/// use provider_framework::{Context, Diagnostic, Path, ReadDataRequest, Value};
///
/// /// The client that the provider made of its configuration.
/// struct Client {
///     zones: Vec<&'static str>,
/// }
///
/// /// For `DataSource::read`. `Outcome::from` makes an outcome of the result.
/// fn read(request: &ReadDataRequest) -> Result<Value, Diagnostic> {
///     let client = request.context.configured::<Client>()?;
///     let name = request.config.attribute("name").as_str().unwrap_or_default();
///     if client.zones.contains(&name) {
///         return Ok(request.config.clone());
///     }
///     Err(Diagnostic::error("Zone not found", format!("Zone `{name}` does not exist.")).at(Path::root("name")))
/// }
///
/// let config = Value::object([("name", Value::from("example.com"))]);
/// let request = ReadDataRequest { config, context: Context::default() };
/// assert_eq!(read(&request).unwrap_err().summary, "Provider not configured");
/// request.context.configure(Client { zones: vec!["example.com"] });
/// assert!(read(&request).is_ok());
/// ```
#[derive(Debug, Clone)]
pub struct ReadDataRequest {
    /// The configuration, wholly known, in the shape of the schema.
    pub config: Value,
    /// The surroundings of the call.
    pub context: Context,
}
