//! The validations of configurations: of the provider block and of everything that the provider offers.

use proto::tfplugin5::{
    self as tf, prepare_provider_config, validate_action_config, validate_data_source_config,
    validate_ephemeral_resource_config, validate_list_resource_config, validate_resource_type_config,
};

use super::call::Call;
use crate::{Diagnostics, Value, registry::Typed, wire};

pub(crate) fn provider(
    call: &Call,
    request: prepare_provider_config::Request,
) -> Result<prepare_provider_config::Response, Diagnostics> {
    let typed = call.registry.typed();
    let config = wire::values::read_present(request.config.as_ref(), &typed.of, "provider configuration")?;
    let mut diagnostics = Diagnostics::new();
    typed.schema.validate(&config, &call.context, &mut diagnostics);
    call.registry.provider.validate(&config, &mut diagnostics);
    let diagnostics = typed.schema.located(&config, diagnostics);
    Ok(prepare_provider_config::Response {
        // Terraform 0.12 continues with what it gets back here; later versions ignore it.
        prepared_config: request.config,
        diagnostics: wire::diagnostics::to_wire(diagnostics),
    })
}

pub(crate) fn resource(
    call: Call,
    request: &validate_resource_type_config::Request,
) -> Result<validate_resource_type_config::Response, Diagnostics> {
    let resource = call.registry.resource(&request.type_name)?;
    let typed = resource.typed();
    let config = wire::values::read_present(request.config.as_ref(), &typed.of, "configuration")?;
    let context = wire::values::capabilities(call.context, request.client_capabilities.as_ref());
    let mut diagnostics = Diagnostics::new();
    typed.schema.validate(&config, &context, &mut diagnostics);
    resource.item.validate(&config, &mut diagnostics);
    let diagnostics = typed.schema.located(&config, diagnostics);
    Ok(validate_resource_type_config::Response { diagnostics: wire::diagnostics::to_wire(diagnostics) })
}

pub(crate) fn data_source(
    call: &Call,
    request: &validate_data_source_config::Request,
) -> Result<validate_data_source_config::Response, Diagnostics> {
    let entry = call.registry.data_source(&request.type_name)?;
    let rules = |config: &Value, found: &mut Diagnostics| entry.item.validate(config, found);
    let diagnostics = checked(call, entry.typed(), request.config.as_ref(), rules)?;
    Ok(validate_data_source_config::Response { diagnostics })
}

pub(crate) fn ephemeral_resource(
    call: &Call,
    request: &validate_ephemeral_resource_config::Request,
) -> Result<validate_ephemeral_resource_config::Response, Diagnostics> {
    let entry = call.registry.ephemeral_resource(&request.type_name)?;
    let rules = |config: &Value, found: &mut Diagnostics| entry.item.validate(config, found);
    let diagnostics = checked(call, entry.typed(), request.config.as_ref(), rules)?;
    Ok(validate_ephemeral_resource_config::Response { diagnostics })
}

pub(crate) fn list_resource(
    call: &Call,
    request: &validate_list_resource_config::Request,
) -> Result<validate_list_resource_config::Response, Diagnostics> {
    let entry = call.registry.list_resource(&request.type_name)?;
    let rules = |config: &Value, found: &mut Diagnostics| entry.item.validate(config, found);
    let diagnostics = checked(call, entry.typed(), request.config.as_ref(), rules)?;
    Ok(validate_list_resource_config::Response { diagnostics })
}

pub(crate) fn action(
    call: &Call,
    request: &validate_action_config::Request,
) -> Result<validate_action_config::Response, Diagnostics> {
    let entry = call.registry.action(&request.type_name)?;
    let rules = |config: &Value, found: &mut Diagnostics| entry.item.validate(config, found);
    let diagnostics = checked(call, entry.typed(), request.config.as_ref(), rules)?;
    Ok(validate_action_config::Response { diagnostics })
}

/// What the rules of the schema, and then those of the whole, find in a configuration.
fn checked(
    call: &Call,
    typed: &Typed,
    config: Option<&tf::DynamicValue>,
    rules: impl FnOnce(&Value, &mut Diagnostics),
) -> Result<Vec<tf::Diagnostic>, Diagnostics> {
    let config = wire::values::read_present(config, &typed.of, "configuration")?;
    // Terraform sends its capabilities with resources only; nothing else has write-only arguments but actions, whose
    // Terraform knows them.
    let context = crate::Context { write_only_allowed: true, ..call.context.clone() };
    let mut diagnostics = Diagnostics::new();
    typed.schema.validate(&config, &context, &mut diagnostics);
    rules(&config, &mut diagnostics);
    Ok(wire::diagnostics::to_wire(typed.schema.located(&config, diagnostics)))
}
