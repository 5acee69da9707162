//! Ephemeral resources: values for the time of one run, such as tokens, that neither plan nor state holds. Terraform
//! 1.10, OpenTofu 1.11 and later.

use std::time::SystemTime;

use async_trait::async_trait;

use crate::{Context, Diagnostic, Diagnostics, Private, Schema, Value};

/// One kind of ephemeral resource.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use provider_framework::{Attribute, EphemeralResource, OpenRequest, Opened, Path, Schema, Type, async_trait};
///
/// /// `ephemeral "vault_token" "x" { user = "…" }`
/// struct Token;
///
/// #[async_trait]
/// impl EphemeralResource for Token {
///     fn type_name(&self) -> &'static str {
///         "vault_token"
///     }
///
///     fn schema(&self) -> Schema {
///         Schema::new(0)
///             .attribute("user", Attribute::required(Type::String))
///             .attribute("token", Attribute::computed(Type::String).sensitive())
///     }
///
///     async fn open(&self, request: OpenRequest) -> Opened {
///         let mut result = request.config;
///         let token = format!("token of {}", result.attribute("user").as_str().unwrap_or_default());
///         result.set(&Path::root("token"), token.into());
///         Opened::of(result).renew_at(SystemTime::now() + Duration::from_mins(10))
///     }
/// }
/// ```
#[async_trait]
pub trait EphemeralResource: Send + Sync {
    /// The full name in HCL: `ipsy_cluster_token`.
    fn type_name(&self) -> &'static str;

    /// The schema. Called once.
    fn schema(&self) -> Schema;

    /// Checks a whole configuration, after the rules of its attributes and blocks. Parts of it may be unknown.
    fn validate(&self, _config: &Value, _diagnostics: &mut Diagnostics) {}

    /// Makes the value. Terraform calls it in the plan and again in the apply.
    async fn open(&self, request: OpenRequest) -> Opened;

    /// Extends the life of the value, at the time that was asked for. The result itself cannot change.
    async fn renew(&self, _request: RenewRequest) -> Renewed {
        Renewed::default()
    }

    /// Ends the life of the value: the run needs it no more.
    async fn close(&self, _request: CloseRequest) -> Diagnostics {
        Diagnostics::new()
    }
}

/// Asks for an ephemeral value.
#[derive(Debug, Clone)]
pub struct OpenRequest {
    /// The configuration.
    pub config: Value,
    /// The surroundings of the call.
    pub context: Context,
}

/// Asks for a longer life.
#[derive(Debug, Clone)]
pub struct RenewRequest {
    /// What the last call remembered.
    pub private: Private,
    /// The surroundings of the call.
    pub context: Context,
}

/// Closes the value when it is not needed any more.
#[derive(Debug, Clone)]
pub struct CloseRequest {
    /// What the last call remembered.
    pub private: Private,
    /// The surroundings of the call.
    pub context: Context,
}

/// What [`EphemeralResource::open`] made.
///
/// ```
/// use std::time::SystemTime;
///
/// use provider_framework::{Diagnostic, Opened, Value};
///
/// let token = Value::object([("token", Value::from("abc"))]);
/// assert!(Opened::of(token).renew_at(SystemTime::now()).renew_at.is_some());
/// assert!(Opened::failed(Diagnostic::error("No token", "The server is down.")).diagnostics.has_errors());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Opened {
    /// The configuration with everything computed; `None` after an error.
    pub result: Option<Value>,
    /// When Terraform shall call `renew`; `None` means never.
    pub renew_at: Option<SystemTime>,
    /// What `renew` and `close` need. It stays in Terraform's memory, so it may hold secrets.
    pub private: Private,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

impl Opened {
    /// The value was made.
    pub fn of(result: Value) -> Self {
        Self { result: Some(result), ..Self::default() }
    }

    /// The value could not be made.
    pub fn failed(diagnostics: impl Into<Diagnostics>) -> Self {
        Self { diagnostics: diagnostics.into(), ..Self::default() }
    }

    /// Asks Terraform to call `renew` at `time`.
    #[must_use]
    pub fn renew_at(mut self, time: SystemTime) -> Self {
        self.renew_at = Some(time);
        self
    }

    /// Remembers `private` for `renew` and `close`.
    #[must_use]
    pub fn with_private(mut self, private: Private) -> Self {
        self.private = private;
        self
    }
}

impl From<Result<Value, Diagnostic>> for Opened {
    fn from(result: Result<Value, Diagnostic>) -> Self {
        result.map_or_else(Self::failed, Self::of)
    }
}

/// What [`EphemeralResource::renew`] achieved.
#[derive(Debug, Clone, Default)]
pub struct Renewed {
    /// When Terraform shall call `renew` again; `None` means never.
    pub renew_at: Option<SystemTime>,
    /// What to remember from now on; `None` keeps what was remembered.
    pub private: Option<Private>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}
