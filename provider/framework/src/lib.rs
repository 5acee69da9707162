//! A Terraform provider framework for plugin protocol 5.
//!
//! A provider implements [`Provider`], [`Resource`], [`DataSource`] and [`Function`] and calls [`serve`]. The
//! framework speaks to Terraform: handshake, mutual TLS, values, schemas, plans, diagnostics, signals. It knows
//! no cloud and no product.

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
    identity::{IdentityAttribute, IdentitySchema},
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
/// What implementations of the traits are marked with.
pub use async_trait::async_trait;
/// The derive macro of the trait of the same name.
pub use provider_framework_derive::Arguments;
/// What a call's context is cancelled by.
pub use tokio_util::sync::CancellationToken;

/// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
