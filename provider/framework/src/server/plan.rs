//! `PlanResourceChange`: what create, update or destroy would do.

use proto::tfplugin5::{
    self as tf,
    plan_resource_change::{Request, Response},
};

use super::call::Call;
use crate::{
    Context, Diagnostic, Diagnostics, Plan, PlanDestroyRequest, PlanRequest, Private, Resource, Value,
    plan::{propose, really_changed},
    registry::{Entry, Typed},
    wire,
};

pub(crate) async fn answer(call: Call, request: Request) -> Result<Response, Diagnostics> {
    let resource = call.registry.resource(&request.type_name)?;
    let of = &resource.typed().of;
    let prior = wire::values::read(request.prior_state.as_ref(), of, "prior state")?;
    let proposed = wire::values::read(request.proposed_new_state.as_ref(), of, "proposed state")?;
    let private = Private::from_bytes(&request.prior_private)?;
    let context = wire::values::capabilities(call.context, request.client_capabilities.as_ref());
    let context = wire::values::with_meta(context, request.provider_meta.as_ref(), &call.registry)?;
    let kept = Kept { private: request.prior_private, identity: request.prior_identity };
    match (prior, proposed) {
        (Value::Null, Value::Null) => {
            let detail = "Terraform sent neither a prior nor a proposed state.";
            Err(Diagnostic::error("Missing states", detail).into())
        }
        (prior, Value::Null) => destroy(resource, PlanDestroyRequest { prior, private, context }, kept).await,
        (prior, proposed) => {
            let config = wire::values::read_present(request.config.as_ref(), of, "configuration")?;
            let prior = if prior.is_null() { None } else { Some(prior) };
            change(resource, Change { prior, proposed, config, private, context }, kept.identity).await
        }
    }
}

/// What Terraform keeps beside the state.
struct Kept {
    private: Vec<u8>,
    identity: Option<tf::ResourceIdentityData>,
}

async fn destroy(
    resource: &Entry<dyn Resource, Typed>,
    request: PlanDestroyRequest,
    kept: Kept,
) -> Result<Response, Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    resource.item.plan_destroy(&request, &mut diagnostics).await;
    let deferred = wire::values::deferred(&request.context, &mut diagnostics);
    Ok(Response {
        planned_state: Some(wire::values::write(Value::Null, &resource.typed().of, "plan")?),
        planned_private: kept.private,
        planned_identity: kept.identity,
        deferred,
        diagnostics: wire::diagnostics::to_wire(diagnostics),
        ..Response::default()
    })
}

struct Change {
    prior: Option<Value>,
    proposed: Value,
    config: Value,
    private: Private,
    context: Context,
}

async fn change(
    resource: &Entry<dyn Resource, Typed>,
    change: Change,
    prior_identity: Option<tf::ResourceIdentityData>,
) -> Result<Response, Diagnostics> {
    let typed = resource.typed();
    let Change { prior, proposed, config, private, context } = change;
    let (planned, requires_replace) = propose(&typed.schema, prior.as_ref(), proposed, &config);
    let request = PlanRequest { prior, config, context };
    let mut plan = Plan { planned, requires_replace, private };
    let mut diagnostics = Diagnostics::new();
    resource.item.modify_plan(&request, &mut plan, &mut diagnostics).await;
    let mut diagnostics = typed.schema.located(&request.config, diagnostics);
    let mut planned = plan.planned.conform(&typed.of).map_err(|misfit| {
        Diagnostic::bug(format!("Its plan does not fit its schema: {misfit}.")).at(misfit.path)
    })?;
    typed.schema.body().fill_blocks(&mut planned);
    typed.schema.body().clear_write_only(&mut planned);
    // A replacement is planned in a second call without a prior state, which replaces nothing.
    let requires_replace = match &request.prior {
        Some(prior) => really_changed(plan.requires_replace, &planned, prior),
        None => Vec::new(),
    };
    // A new object may have a new identity, which may be unknown. When a replacement is planned, Terraform sends the
    // identity of the old object although it sends no state.
    let prior_identity = prior_identity.filter(|_| request.prior.is_some());
    let planned_identity =
        wire::identities::of_state(resource, Some(&planned), prior_identity, &mut diagnostics);
    let deferred = wire::values::deferred(&request.context, &mut diagnostics);
    Ok(Response {
        planned_identity,
        deferred,
        planned_state: diagnostics.take(wire::values::write(planned, &typed.of, "plan")),
        requires_replace: requires_replace.iter().map(wire::diagnostics::path_to_wire).collect(),
        planned_private: plan.private.to_bytes(),
        diagnostics: wire::diagnostics::to_wire(diagnostics),
        ..Response::default()
    })
}
