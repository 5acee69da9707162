//! `ApplyResourceChange`: create, update or delete. The one call that changes the world.

use proto::tfplugin5::apply_resource_change::{Request, Response};

use super::call::Call;
use crate::{
    CreateRequest, DeleteRequest, Diagnostic, Diagnostics, Outcome, Private, UpdateRequest, Value,
    registry::Typed, wire,
};

pub(super) async fn answer(call: Call, request: Request) -> Result<Response, Diagnostics> {
    let resource = call.registry.resource(&request.type_name)?;
    let typed = resource.typed();
    let prior = wire::values::read(request.prior_state.as_ref(), &typed.of, "prior state")?;
    let planned = wire::values::read(request.planned_state.as_ref(), &typed.of, "planned state")?;
    let private = Private::from_bytes(&request.planned_private)?;
    // Terraform sends no capabilities here; what may be write-only was settled in validation.
    let context = crate::Context { write_only_allowed: true, ..call.context };
    if prior.is_null() && planned.is_null() {
        let detail = "Terraform sent neither a prior nor a planned state.";
        return Err(Diagnostic::error("Missing states", detail).into());
    }
    if planned.is_null() {
        let outcome = resource.item.delete(DeleteRequest { prior: prior.clone(), private, context }).await;
        return Ok(deleted(typed, outcome, &prior, request.planned_private));
    }
    let config = wire::values::read_present(request.config.as_ref(), &typed.of, "configuration")?;
    let wanted = planned.clone();
    let mut outcome = if prior.is_null() {
        resource.item.create(CreateRequest { planned, config, private, context }).await
    } else {
        let prior = prior.clone();
        resource.item.update(UpdateRequest { prior, planned, config, private, context }).await
    };
    outcome.diagnostics = typed.schema.located(&wanted, outcome.diagnostics);
    Ok(changed(typed, outcome, &prior, &wanted, request.planned_private))
}

fn deleted(typed: &Typed, outcome: Outcome, prior: &Value, private: Vec<u8>) -> Response {
    let mut diagnostics = outcome.diagnostics;
    let left =
        if diagnostics.has_errors() { outcome.state.unwrap_or_else(|| prior.clone()) } else { Value::Null };
    let gone = left.is_null();
    let new_state = typed.state_to_wire(left, prior, &mut diagnostics);
    let kept = outcome.private.map_or(private, |private| private.to_bytes());
    respond(new_state, if gone { Vec::new() } else { kept }, diagnostics)
}

fn changed(typed: &Typed, outcome: Outcome, prior: &Value, planned: &Value, private: Vec<u8>) -> Response {
    let mut diagnostics = outcome.diagnostics;
    let state = match outcome.state {
        Some(state) => state,
        // Without a state of its own, a failed update leaves the object as it was, and a failed create none.
        None if diagnostics.has_errors() => prior.clone(),
        None => {
            diagnostics.push(Diagnostic::bug("It reported success, but returned no state."));
            prior.clone()
        }
    };
    let new_state = typed.state_to_wire(state, planned, &mut diagnostics);
    respond(new_state, outcome.private.map_or(private, |private| private.to_bytes()), diagnostics)
}

fn respond(
    new_state: Option<proto::tfplugin5::DynamicValue>,
    private: Vec<u8>,
    diagnostics: Diagnostics,
) -> Response {
    Response {
        new_state,
        private,
        diagnostics: wire::diagnostics::to_wire(diagnostics),
        ..Response::default()
    }
}
