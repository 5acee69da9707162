//! `ReadResource`: how an object is now.

use proto::tfplugin5::read_resource::{Request, Response};

use super::call::Call;
use crate::{Diagnostics, Private, ReadRequest, wire};

pub(super) async fn answer(call: Call, request: Request) -> Result<Response, Diagnostics> {
    let resource = call.registry.resource(&request.type_name)?;
    let typed = resource.typed();
    let state = wire::values::read(request.current_state.as_ref(), &typed.of, "state")?;
    if state.is_null() {
        let new_state = Some(wire::values::write(state, &typed.of, "state")?);
        return Ok(Response { new_state, private: request.private, ..Response::default() });
    }
    let private = Private::from_bytes(&request.private)?;
    let context = wire::values::capabilities(call.context, request.client_capabilities.as_ref());
    let outcome = resource.item.read(ReadRequest { state: state.clone(), private, context }).await;
    let mut diagnostics = outcome.diagnostics;
    let new_state = match outcome.state {
        Some(new) => typed.state_to_wire(new, &state, &mut diagnostics),
        // A failed read says nothing about the object; only a read that worked may call it gone.
        None if diagnostics.has_errors() => request.current_state,
        None => Some(wire::values::write(crate::Value::Null, &typed.of, "state")?),
    };
    Ok(Response {
        new_state,
        // What is not sent back is lost.
        private: outcome.private.map_or(request.private, |private| private.to_bytes()),
        diagnostics: wire::diagnostics::to_wire(diagnostics),
        ..Response::default()
    })
}
