//! `GetMetadata`: the names of what the provider offers, without the schemas.

use proto::tfplugin5::get_metadata::{
    Action, DataSource, EphemeralResource, ListResource, NamedFunction, Resource, Response,
};

use super::{call::Call, schema::capabilities};

pub(super) fn answer(call: &Call) -> Response {
    let registry = &call.registry;
    let own = |name: &&str| (*name).to_owned();
    Response {
        server_capabilities: Some(capabilities()),
        resources: registry.resources.keys().map(|name| Resource { type_name: own(name) }).collect(),
        data_sources: registry.data_sources.keys().map(|name| DataSource { type_name: own(name) }).collect(),
        functions: registry.functions.keys().map(|name| NamedFunction { name: own(name) }).collect(),
        ephemeral_resources: registry
            .ephemeral_resources
            .keys()
            .map(|name| EphemeralResource { type_name: own(name) })
            .collect(),
        list_resources: registry
            .list_resources
            .keys()
            .map(|name| ListResource { type_name: own(name) })
            .collect(),
        actions: registry.actions.keys().map(|name| Action { type_name: own(name) }).collect(),
        diagnostics: Vec::new(),
    }
}
