//! `ReadResource`: how an object is now.

use proto::tfplugin5::read_resource::{Request, Response};

use super::call::Call;
use crate::{Diagnostics, Private, ReadRequest, wire};

pub(crate) async fn answer(call: Call, request: Request) -> Result<Response, Diagnostics> {
    let resource = call.registry.resource(&request.type_name)?;
    let typed = resource.typed();
    let state = wire::values::read(request.current_state.as_ref(), &typed.of, "state")?;
    if state.is_null() {
        let new_state = Some(wire::values::write(state, &typed.of, "state")?);
        let new_identity = request.current_identity;
        return Ok(Response { new_state, private: request.private, new_identity, ..Response::default() });
    }
    let private = Private::from_bytes(&request.private)?;
    let context = wire::values::capabilities(call.context, request.client_capabilities.as_ref());
    let context = wire::values::with_meta(context, request.provider_meta.as_ref(), &call.registry)?;
    let surroundings = context.clone();
    let outcome = resource.item.read(ReadRequest { state: state.clone(), private, context }).await;
    let mut diagnostics = outcome.diagnostics;
    let new = outcome.state.and_then(|new| typed.state_to_save(new, &state, &mut diagnostics));
    let new_identity =
        wire::identities::of_state(resource, new.as_ref(), request.current_identity, &mut diagnostics);
    let deferred = wire::values::deferred(&surroundings, &mut diagnostics);
    let new_state = match new {
        Some(new) => typed.saved(new, &mut diagnostics),
        // A failed read gives no information about the object; only a successful read may remove it.
        None if diagnostics.has_errors() || deferred.is_some() => request.current_state,
        None => Some(wire::values::write(crate::Value::Null, &typed.of, "state")?),
    };
    Ok(Response {
        new_state,
        // What is not sent back is lost.
        private: outcome.private.map_or(request.private, |private| private.to_bytes()),
        diagnostics: wire::diagnostics::to_wire(diagnostics),
        deferred,
        new_identity,
    })
}
