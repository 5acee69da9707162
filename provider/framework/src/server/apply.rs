//! `ApplyResourceChange`: create, update or delete. The one call that changes the world.

use proto::tfplugin5::{
    self as tf,
    apply_resource_change::{Request, Response},
};

use super::call::Call;
use crate::{
    CreateRequest, DeleteRequest, Diagnostic, Diagnostics, Outcome, Private, Resource, UpdateRequest, Value,
    registry::{Entry, Typed},
    wire,
};

pub(crate) async fn answer(call: Call, request: Request) -> Result<Response, Diagnostics> {
    let resource = call.registry.resource(&request.type_name)?;
    let typed = resource.typed();
    let prior = wire::values::read(request.prior_state.as_ref(), &typed.of, "prior state")?;
    let planned = wire::values::read(request.planned_state.as_ref(), &typed.of, "planned state")?;
    let private = Private::from_bytes(&request.planned_private)?;
    // Terraform sends no capabilities here; what may be write-only was settled in validation.
    let context = crate::Context { write_only_allowed: true, ..call.context };
    let context = wire::values::with_meta(context, request.provider_meta.as_ref(), &call.registry)?;
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
    Ok(changed(resource, outcome, &prior, &wanted, (request.planned_private, request.planned_identity)))
}

fn deleted(typed: &Typed, outcome: Outcome, prior: &Value, private: Vec<u8>) -> Response {
    let mut diagnostics = outcome.diagnostics;
    let left =
        if diagnostics.has_errors() { outcome.state.unwrap_or_else(|| prior.clone()) } else { Value::Null };
    let gone = left.is_null();
    let new_state = typed.state_to_wire(left, prior, &mut diagnostics);
    let kept = outcome.private.map_or(private, |private| private.to_bytes());
    Response {
        new_state,
        private: if gone { Vec::new() } else { kept },
        diagnostics: wire::diagnostics::to_wire(diagnostics),
        ..Response::default()
    }
}

fn changed(
    resource: &Entry<dyn Resource, Typed>,
    outcome: Outcome,
    prior: &Value,
    planned: &Value,
    (private, identity): (Vec<u8>, Option<tf::ResourceIdentityData>),
) -> Response {
    let typed = resource.typed();
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
    let state = typed.state_to_save(state, planned, &mut diagnostics);
    let new_identity = wire::identities::of_state(resource, state.as_ref(), identity, &mut diagnostics);
    Response {
        new_state: state.and_then(|state| typed.saved(state, &mut diagnostics)),
        private: outcome.private.map_or(private, |private| private.to_bytes()),
        new_identity,
        diagnostics: wire::diagnostics::to_wire(diagnostics),
        ..Response::default()
    }
}
