//! `MoveResourceState`: takes over an object of another type.

use proto::tfplugin5::move_resource_state::{Request, Response};

use super::call::Call;
use crate::{Diagnostic, Diagnostics, MoveRequest, Value, wire};

pub(super) fn answer(call: &Call, request: Request) -> Result<Response, Diagnostics> {
    let resource = call.registry.resource(&request.target_type_name)?;
    let typed = resource.typed();
    let stored = wire::values::raw_json(request.source_state.as_ref())?;
    let source_state = serde_json::from_str(stored).map_err(|error| {
        Diagnostic::error("Unreadable state", format!("The stored state is not valid JSON: {error}."))
    })?;
    let outcome = resource.item.move_state(MoveRequest {
        source_provider_address: request.source_provider_address,
        source_type_name: request.source_type_name,
        source_schema_version: request.source_schema_version,
        source_state,
        source_private: request.source_private,
    });
    let mut diagnostics = outcome.diagnostics;
    let state = outcome.state.filter(|_| !diagnostics.has_errors());
    if state.is_none() && !diagnostics.has_errors() {
        diagnostics.push(Diagnostic::bug("It accepted the move, but returned no state."));
    }
    let state = state.and_then(|state| typed.state_to_save(state, &Value::Null, &mut diagnostics));
    // An identity of another type is not one of this type.
    let target_identity = wire::identities::of_state(resource, state.as_ref(), None, &mut diagnostics);
    Ok(Response {
        target_state: state.and_then(|state| typed.saved(state, &mut diagnostics)),
        target_private: outcome.private.unwrap_or_default().to_bytes(),
        target_identity,
        diagnostics: wire::diagnostics::to_wire(diagnostics),
    })
}
