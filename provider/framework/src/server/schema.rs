//! `GetSchema`: everything that the provider offers, in one answer.

use std::collections::BTreeMap;

use proto::tfplugin5::{self as tf, get_provider_schema::Response};

use super::call::Call;
use crate::{Diagnostic, Diagnostics, registry::Typed, wire};

pub(super) fn answer(call: &Call) -> Response {
    let registry = &call.registry;
    let problems = registry.problems();
    let bugs = problems.iter().map(|problem| Diagnostic::bug(format!("Its schema is wrong: {problem}.")));
    let actions = schemas(registry.actions.iter().map(|(name, it)| (*name, it.typed())));
    let actions = actions.into_iter().map(|(name, schema)| (name, tf::ActionSchema { schema: Some(schema) }));
    Response {
        provider: Some(wire::schemas::to_wire(&registry.typed().schema)),
        provider_meta: registry.meta().map(|meta| wire::schemas::to_wire(&meta.schema)),
        resource_schemas: schemas(registry.resources.iter().map(|(name, it)| (*name, it.typed()))),
        data_source_schemas: schemas(registry.data_sources.iter().map(|(name, it)| (*name, it.typed()))),
        ephemeral_resource_schemas: schemas(
            registry.ephemeral_resources.iter().map(|(name, it)| (*name, it.typed())),
        ),
        list_resource_schemas: schemas(registry.list_resources.iter().map(|(name, it)| (*name, it.typed()))),
        action_schemas: actions.collect(),
        functions: super::functions::all(call),
        server_capabilities: Some(capabilities()),
        diagnostics: wire::diagnostics::to_wire(bugs.collect::<Diagnostics>()),
    }
}

fn schemas<'a>(all: impl Iterator<Item = (&'a str, &'a Typed)>) -> BTreeMap<String, tf::Schema> {
    all.map(|(name, typed)| (name.to_owned(), wire::schemas::to_wire(&typed.schema))).collect()
}

/// `get_provider_schema_optional` lets Terraform use the schema of one process for all of the same provider.
pub(super) fn capabilities() -> tf::ServerCapabilities {
    tf::ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: true,
        generate_resource_config: true,
    }
}
