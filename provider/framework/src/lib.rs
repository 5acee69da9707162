//! A Terraform provider framework for plugin protocol 5.
//!
//! [`serve`] runs a [`Provider`], which lists what it offers. The framework speaks to Terraform: handshake, mutual TLS,
//! values, schemas, plans, diagnostics, signals. It knows no cloud and no product.
//!
//! | In HCL | Implement |
//! |---|---|
//! | `resource` | [`Model`], where schema, state and code are one type; or [`Resource`], which can do more |
//! | `data` | [`DataSource`] |
//! | `provider::name::function()` | [`Function`] |
//! | `ephemeral` | [`EphemeralResource`] |
//! | `list` | [`ListResource`] |
//! | `action` | [`Action`] |
//!
//! [`Schema`] describes arguments and blocks, by hand or by [`Arguments`] from a struct, with the rules of [`validator`].
//! [`testing`] runs a provider in unit tests, without Terraform.
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use provider_framework::{Unconfigured, resource, serve};
//!
#![doc = include_str!("model/note.txt")]
//! // `Note` implements `Model`.
//! fn main() -> ExitCode {
//!     serve(Unconfigured::of([resource::<Note>()]), "registry.terraform.io/example/example")
//! }
//! ```

mod action;
mod configured;
mod context;
mod data_source;
mod deferral;
mod diagnostics;
mod ephemeral;
mod function;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod identity;
mod lifecycle;
mod list;
mod logging;
mod model;
mod path;
mod plan;
mod private;
mod provider;
mod registry;
mod resource;
mod schema;
mod serve;
mod server;
pub mod testing;
mod trace;
pub mod validator;
mod value;
mod wire;

pub use self::{
    action::{Action, ActionRequest, Progress},
    context::Context,
    data_source::{DataSource, ReadDataRequest},
    deferral::Deferred,
    diagnostics::{Diagnostic, Diagnostics, Severity},
    ephemeral::{CloseRequest, EphemeralResource, OpenRequest, Opened, RenewRequest, Renewed},
    function::{Function, FunctionError, Parameter, Signature},
    identity::IdentitySchema,
    list::{Found, ListItem, ListRequest, ListResource},
    model::{Model, Unconfigured, resource},
    path::{Path, Step},
    plan::{Plan, PlanDestroyRequest, PlanRequest},
    private::Private,
    provider::{ConfigureRequest, Provider},
    resource::{
        CreateRequest, DeleteRequest, ImportIdentityRequest, ImportRequest, MoveRequest, Outcome,
        ReadRequest, Resource, UpdateRequest,
    },
    schema::{
        Argument, Arguments, Attribute, Block, Body, Check, Equality, Form, Modifier, Nesting, Presence,
        Problem, ReplaceCondition, Schema,
    },
    serve::serve,
    value::{NotANumber, Number, Type, Value},
};

/// The attribute of implementations of the traits with asynchronous methods.
///
/// ```
/// use provider_framework::{ConfigureRequest, Diagnostics, Provider, Schema, async_trait};
///
/// struct Empty;
///
/// #[async_trait]
/// impl Provider for Empty {
///     fn schema(&self) -> Schema {
///         Schema::new(0)
///     }
///
///     async fn configure(&self, _request: ConfigureRequest) -> Diagnostics {
///         Diagnostics::new()
///     }
/// }
/// ```
pub use async_trait::async_trait;

/// The derive macro of the trait of the same name, which explains its options.
///
/// ```
/// use provider_framework::{Arguments, Schema};
/// use serde::Deserialize;
///
/// /// A web server.
/// #[derive(Default, Deserialize, Arguments)]
/// #[serde(default)]
/// struct Server {
///     /// Name of the server.
///     #[argument(required, requires_replace)]
///     name: String,
/// }
///
/// assert_eq!(Schema::new(0).arguments::<Server>().body().description(), "A web server.");
/// ```
pub use provider_framework_derive::Arguments;

/// The type of [`Context::cancel`].
///
/// ```
/// use std::time::Duration;
///
/// use provider_framework::{CancellationToken, Diagnostic};
///
/// /// Waits until the server has started, or until the user interrupts Terraform.
/// async fn wait(cancel: &CancellationToken, start: Duration) -> Result<(), Diagnostic> {
///     tokio::select! {
///         () = tokio::time::sleep(start) => Ok(()),
///         () = cancel.cancelled() => Err(Diagnostic::error("Interrupted", "The server is still starting.")),
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let cancel = CancellationToken::new();
/// assert!(wait(&cancel, Duration::ZERO).await.is_ok());
/// cancel.cancel();
/// assert!(wait(&cancel, Duration::from_secs(60)).await.is_err());
/// # }
/// ```
///
/// The documentation of the crate `tokio-util`:
pub use tokio_util::sync::CancellationToken;

/// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
