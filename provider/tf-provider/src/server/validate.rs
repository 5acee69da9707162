//! The three validations: of the provider block, of a resource, of a data source.

use proto::tfplugin5::{prepare_provider_config, validate_data_source_config, validate_resource_type_config};

use super::call::Call;
use crate::{Diagnostics, wire};

pub(super) fn provider(
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
        // Terraform 0.12 goes on with what it gets back here; later versions ignore it.
        prepared_config: request.config,
        diagnostics: wire::diagnostics::to_wire(diagnostics),
    })
}

pub(super) fn resource(
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

pub(super) fn data_source(
    call: &Call,
    request: &validate_data_source_config::Request,
) -> Result<validate_data_source_config::Response, Diagnostics> {
    let data_source = call.registry.data_source(&request.type_name)?;
    let typed = data_source.typed();
    let config = wire::values::read_present(request.config.as_ref(), &typed.of, "configuration")?;
    let mut diagnostics = Diagnostics::new();
    typed.schema.validate(&config, &call.context, &mut diagnostics);
    data_source.item.validate(&config, &mut diagnostics);
    let diagnostics = typed.schema.located(&config, diagnostics);
    Ok(validate_data_source_config::Response { diagnostics: wire::diagnostics::to_wire(diagnostics) })
}
