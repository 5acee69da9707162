//! A Terraform provider framework for plugin protocol 5.
//!
//! A provider implements [`Provider`], [`Resource`], [`DataSource`] and [`Function`] and calls [`serve`]. The
//! framework speaks to Terraform: handshake, mutual TLS, values, schemas, plans, diagnostics, signals. It knows
//! no cloud and no product.

mod context;
mod data_source;
mod diagnostics;
mod function;
mod lifecycle;
mod logging;
mod path;
mod plan;
mod private;
mod provider;
mod registry;
mod resource;
mod schema;
mod serve;
mod server;
mod value;
mod wire;

pub use self::{
    context::Context,
    data_source::{DataSource, ReadDataRequest},
    diagnostics::{Diagnostic, Diagnostics, Severity},
    function::{Function, FunctionError, Parameter, Signature},
    path::{Path, Step},
    plan::{Plan, PlanDestroyRequest, PlanRequest},
    private::Private,
    provider::{ConfigureRequest, Provider},
    resource::{
        CreateRequest, DeleteRequest, ImportRequest, MoveRequest, Outcome, ReadRequest, Resource,
        UpdateRequest,
    },
    schema::{
        Argument, Arguments, Attribute, Block, Body, Check, Equality, Form, Modifier, Nesting, Presence,
        Problem, ReplaceCondition, Schema,
    },
    serve::{Options, serve},
    value::{NotANumber, Number, Type, Value},
};
/// What implementations of the traits are marked with.
pub use async_trait::async_trait;
/// The derive macro of the trait of the same name.
pub use tf_provider_derive::Arguments;
/// What a call's context is cancelled by.
pub use tokio_util::sync::CancellationToken;

/// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
