//! Actions: what a provider does on demand or after a change, without an object in the state. Terraform 1.14 and later.

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::{Context, Diagnostics, Schema, Value};

/// One kind of action.
///
/// ```
/// use provider_framework::{
///     Action, ActionRequest, Attribute, Diagnostic, Diagnostics, Progress, Schema, Type, async_trait,
/// };
///
/// /// `action "server_restart" "x" { config { name = "…" } }`
/// struct Restart;
///
/// #[async_trait]
/// impl Action for Restart {
///     fn type_name(&self) -> &'static str {
///         "server_restart"
///     }
///
///     fn schema(&self) -> Schema {
///         Schema::new(0).attribute("name", Attribute::required(Type::String))
///     }
///
///     async fn invoke(&self, request: ActionRequest, progress: Progress) -> Diagnostics {
///         progress.report("Waiting for connections to end");
///         if request.context.is_cancelled() {
///             return Diagnostic::error("Interrupted", "The server was not restarted.").into();
///         }
///         progress.report("Restarted");
///         Diagnostics::new()
///     }
/// }
/// ```
#[async_trait]
pub trait Action: Send + Sync {
    /// The full name in HCL: `ipsy_rollback`.
    fn type_name(&self) -> &'static str;

    /// The schema of the arguments; none of them is computed. Called once.
    fn schema(&self) -> Schema;

    /// Checks a whole configuration, after the rules of its attributes and blocks. Parts of it may be unknown.
    fn validate(&self, _config: &Value, _diagnostics: &mut Diagnostics) {}

    /// Objects to the action before anything is applied. Parts of the configuration may be unknown.
    async fn plan(&self, _request: &ActionRequest) -> Diagnostics {
        Diagnostics::new()
    }

    /// Runs the action. The configuration is wholly known. An interruption cancels the context: the action then ends at
    /// its next safe point, with an error.
    async fn invoke(&self, request: ActionRequest, progress: Progress) -> Diagnostics;
}

/// Request to plan or to invoke an action.
///
/// ```
/// use provider_framework::{ActionRequest, Context, Diagnostic, Diagnostics, Value};
///
/// /// For `Action::plan`: refuses to restart servers of production.
/// fn plan(request: &ActionRequest) -> Diagnostics {
///     match request.config.attribute("environment").as_str() {
///         Some("prod") => Diagnostic::error("Not in production", "Restart it in its maintenance window.").into(),
///         // Another environment, or one that is not known yet.
///         _ => Diagnostics::new(),
///     }
/// }
///
/// let request = |environment| ActionRequest {
///     config: Value::object([("environment", environment)]),
///     context: Context::default(),
/// };
/// assert!(plan(&request("prod".into())).has_errors());
/// assert!(plan(&request(Value::Unknown)).is_empty());
/// ```
#[derive(Debug, Clone)]
pub struct ActionRequest {
    /// The `config` block. In a plan, parts of it may be unknown.
    pub config: Value,
    /// The surroundings of the call.
    pub context: Context,
}

/// Sends the progress of an action to Terraform.
///
/// ```
/// use provider_framework::{ActionRequest, Diagnostic, Diagnostics, Progress};
///
/// /// For `Action::invoke`: moves traffic in steps. Terraform prints each line at once.
/// async fn invoke(request: ActionRequest, progress: Progress) -> Diagnostics {
///     for percent in [10, 50, 100] {
///         if request.context.is_cancelled() {
///             return Diagnostic::error("Interrupted", "Run the action again to complete the shift.").into();
///         }
///         progress.report(format!("{percent} % of the traffic"));
///     }
///     Diagnostics::new()
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Progress(pub(crate) mpsc::UnboundedSender<String>);

impl Progress {
    /// Shows a line to the person who runs Terraform.
    pub fn report(&self, message: impl Into<String>) {
        // The action continues without a listener.
        let _ = self.0.send(message.into());
    }
}
