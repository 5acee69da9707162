//! The provider service: one thin file for each call, which converts, asks the provider, and converts back.

mod apply;
mod call;
mod configure;
mod functions;
mod import;
mod metadata;
mod move_state;
mod plan;
mod plugin;
mod read;
mod read_data;
mod schema;
mod service;
mod state;
mod upgrade;
mod validate;

pub(crate) use self::{
    plugin::{Broker, Controller, HealthCheck, Stdio},
    service::Server,
};
