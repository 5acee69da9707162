//! The provider service: one thin file for each call, which converts, asks the provider, and converts back.

mod action;
mod aliases;
pub(crate) mod apply;
pub(crate) mod call;
pub(crate) mod configure;
mod ephemeral;
mod functions;
mod generate;
mod identity;
pub(crate) mod import;
mod list;
mod metadata;
mod move_state;
pub(crate) mod plan;
mod plugin;
pub(crate) mod read;
mod read_data;
mod schema;
mod service;
mod state;
mod stream;
mod upgrade;
pub(crate) mod validate;

pub(crate) use self::{
    aliases::{Aliases, ConnectionId},
    plugin::{Broker, Controller, HealthCheck, Stdio},
    service::Server,
};
