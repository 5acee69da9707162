//! `GenerateResourceConfig`: the configuration of an imported object.

use proto::tfplugin5::generate_resource_config::{Request, Response};

use super::call::Call;
use crate::{Diagnostics, wire};

pub(super) fn answer(call: &Call, request: &Request) -> Result<Response, Diagnostics> {
    let resource = call.registry.resource(&request.type_name)?;
    let typed = resource.typed();
    let state = wire::values::read_present(request.state.as_ref(), &typed.of, "state")?;
    let config = typed.schema.configuration_of(&state);
    let mut config = resource.item.generate_config(&state, config)?;
    typed.schema.body().fill_blocks(&mut config);
    let config = Some(wire::values::write(config, &typed.of, "configuration")?);
    Ok(Response { config, diagnostics: Vec::new() })
}
