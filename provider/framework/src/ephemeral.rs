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

    /// Ends the life of the value, which the run no longer needs.
    async fn close(&self, _request: CloseRequest) -> Diagnostics {
        Diagnostics::new()
    }
}

/// Request to open an ephemeral value.
///
/// ```
/// use provider_framework::{Context, Diagnostic, OpenRequest, Opened, Path, Value};
///
/// /// The client that the provider made of its configuration.
/// struct Client;
///
/// /// For `EphemeralResource::open`, which returns `Opened::from(token(&request))`.
/// fn token(request: &OpenRequest) -> Result<Value, Diagnostic> {
///     let _client = request.context.configured::<Client>()?;
///     let mut result = request.config.clone();
///     result.set(&Path::root("token"), "abc".into());
///     Ok(result)
/// }
///
/// let request = OpenRequest { config: Value::object([("user", Value::from("ann"))]), context: Context::default() };
/// assert!(Opened::from(token(&request)).diagnostics.has_errors());
/// request.context.configure(Client);
/// assert_eq!(token(&request)?.attribute("token").as_str(), Some("abc"));
/// # Ok::<(), Diagnostic>(())
/// ```
#[derive(Debug, Clone)]
pub struct OpenRequest {
    /// The configuration, wholly known, in the shape of the schema.
    pub config: Value,
    /// The surroundings of the call.
    pub context: Context,
}

/// Request to extend the life of an ephemeral value.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use provider_framework::{Context, Private, RenewRequest, Renewed};
///
/// /// For `EphemeralResource::renew`. `open` stored the number of the lease with `Opened::with_private`.
/// fn renew(request: &RenewRequest) -> Renewed {
///     // Without a lease, nothing expires.
///     let Some(_lease) = request.private.get::<u64>("lease") else { return Renewed::default() };
///     Renewed { renew_at: Some(SystemTime::now() + Duration::from_secs(600)), ..Renewed::default() }
/// }
///
/// let mut private = Private::new();
/// private.set("lease", &7)?;
/// assert!(renew(&RenewRequest { private, context: Context::default() }).renew_at.is_some());
/// # Ok::<(), provider_framework::Diagnostic>(())
/// ```
#[derive(Debug, Clone)]
pub struct RenewRequest {
    /// What the last call remembered.
    pub private: Private,
    /// The surroundings of the call.
    pub context: Context,
}

/// Request to end the life of an ephemeral value.
///
/// ```
/// use provider_framework::{CloseRequest, Context, Diagnostic, Diagnostics, Private};
///
/// /// For `EphemeralResource::close`.
/// fn close(request: &CloseRequest, leases: &mut Vec<u64>) -> Diagnostics {
///     let Some(lease) = request.private.get::<u64>("lease") else { return Diagnostics::new() };
///     match leases.iter().position(|open| *open == lease) {
///         Some(open) => {
///             leases.remove(open);
///             Diagnostics::new()
///         }
///         None => Diagnostic::warning("Lease expired", format!("Lease {lease} ended before the run.")).into(),
///     }
/// }
///
/// let mut private = Private::new();
/// private.set("lease", &7)?;
/// let (request, mut leases) = (CloseRequest { private, context: Context::default() }, vec![7, 8]);
/// assert!(close(&request, &mut leases).is_empty());
/// assert_eq!(leases, [8]);
/// # Ok::<(), Diagnostic>(())
/// ```
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
/// use provider_framework::{Diagnostic, Opened, Private, Value};
///
/// let token = Value::object([("token", Value::from("abc"))]);
/// let mut private = Private::new();
/// private.set("lease", &7)?;
/// let opened = Opened::of(token).renew_at(SystemTime::now()).with_private(private);
/// assert!(opened.renew_at.is_some());
/// assert!(Opened::failed(Diagnostic::error("No token", "The server is down.")).diagnostics.has_errors());
/// # Ok::<(), Diagnostic>(())
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
///
/// ```
/// use provider_framework::{Diagnostic, Private, Renewed};
///
/// // The server gave a new lease, which `close` needs to know.
/// let mut private = Private::new();
/// private.set("lease", &8)?;
/// let renewed = Renewed { private: Some(private), ..Renewed::default() };
/// assert_eq!(renewed.renew_at, None);
/// // A failure is a diagnostic.
/// let failed = Diagnostic::error("The token expired", "Run Terraform again.");
/// assert!(Renewed { diagnostics: failed.into(), ..renewed }.diagnostics.has_errors());
/// # Ok::<(), Diagnostic>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Renewed {
    /// When Terraform shall call `renew` again; `None` means never.
    pub renew_at: Option<SystemTime>,
    /// What to remember from now on; `None` keeps what was remembered.
    pub private: Option<Private>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}
