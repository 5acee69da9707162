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

    /// Does it. An interruption cancels the context: the action then ends at its next safe point, with an error.
    async fn invoke(&self, request: ActionRequest, progress: Progress) -> Diagnostics;
}

/// Asks for an action.
#[derive(Debug, Clone)]
pub struct ActionRequest {
    /// The configuration.
    pub config: Value,
    /// The surroundings of the call.
    pub context: Context,
}

/// Where an action reports how far it is.
#[derive(Debug, Clone)]
pub struct Progress(pub(crate) mpsc::UnboundedSender<String>);

impl Progress {
    /// Shows a line to the person who runs Terraform.
    pub fn report(&self, message: impl Into<String>) {
        // The action continues without a listener.
        let _ = self.0.send(message.into());
    }
}
