//! `GetSchema`: everything that the provider offers, in one answer.

use proto::tfplugin5::{self as tf, get_provider_schema::Response};

use super::call::Call;
use crate::{Diagnostic, Diagnostics, Schema, wire};

pub(super) fn answer(call: &Call) -> Response {
    let registry = &call.registry;
    let mut diagnostics = Diagnostics::new();
    let mut checked = |name: &str, schema: &Schema| {
        for problem in schema.problems() {
            diagnostics.push(Diagnostic::bug(format!("The schema of {name} is wrong: {problem}.")));
        }
        wire::schemas::to_wire(schema)
    };
    let provider = checked("the provider", &registry.typed().schema);
    let resources =
        registry.resources.iter().map(|(name, it)| ((*name).to_owned(), checked(name, &it.typed().schema)));
    let resource_schemas = resources.collect();
    let data_sources = registry
        .data_sources
        .iter()
        .map(|(name, it)| ((*name).to_owned(), checked(name, &it.typed().schema)));
    let data_source_schemas = data_sources.collect();
    Response {
        provider: Some(provider),
        resource_schemas,
        data_source_schemas,
        functions: super::functions::all(call),
        server_capabilities: Some(capabilities()),
        diagnostics: wire::diagnostics::to_wire(diagnostics),
        ..Response::default()
    }
}

/// `get_provider_schema_optional` lets Terraform use the schema of one process for all of the same provider.
pub(super) fn capabilities() -> tf::ServerCapabilities {
    tf::ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: true,
        generate_resource_config: false,
    }
}
