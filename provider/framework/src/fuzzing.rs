//! Entry points for fuzz targets and property tests. Not part of the library's promise.

mod choices;
mod schemas;
mod values;

use std::{ffi::OsString, sync::Arc};

use proto::tfplugin5::provider_server::Provider as Service;

pub use self::{
    choices::{Bytes, Choices},
    schemas::schema,
    values::{Part, known, value_of},
};
use crate::{
    Provider, Type, Value, lifecycle::Lifecycle, registry::Registry, serve, server::Server, trace::Trace,
    wire,
};

/// Writes a value as Terraform does.
///
/// # Errors
/// The value is not of this type.
pub fn write(value: Value, of: &Type) -> Result<Vec<u8>, String> {
    wire::values::write(value, of, "value").map(|written| written.msgpack).map_err(|error| error.detail)
}

/// Reads bytes that should be a value; `None` if they are refused.
///
/// # Errors
/// The value cannot be written again, or it is another one when it is read again.
pub fn round_trip(bytes: &[u8], of: &Type) -> Result<Option<Value>, String> {
    let read = |msgpack: Vec<u8>| {
        let sent = proto::tfplugin5::DynamicValue { msgpack, json: Vec::new() };
        wire::values::read(Some(&sent), of, "value")
    };
    let Ok(value) = read(bytes.to_vec()) else { return Ok(None) };
    let written = write(value, of)?;
    let again = read(written.clone()).map_err(|error| error.detail)?;
    if write(again.clone(), of)? == written {
        Ok(Some(again))
    } else {
        Err(format!("{written:x?} was read as {again:?}"))
    }
}

/// Every call of a provider in this process, as Terraform makes them.
pub fn service(provider: impl Provider + 'static) -> impl Service {
    let lifecycle = Lifecycle::new(Trace::open(None));
    Server::new(Arc::new(Registry::new(Arc::new(provider))), Arc::new(lifecycle), None)
}

/// The handshake line that a process with these variables would print.
///
/// # Errors
/// Why the process would end without a handshake.
#[cfg(unix)]
pub fn handshake(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Result<String, String> {
    serve::rehearsed(variables)
}
