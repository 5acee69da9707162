//! `ImportResourceState`: finds an existing object by its id or its identity.

use proto::tfplugin5::import_resource_state::{ImportedResource, Request, Response};

use super::call::Call;
use crate::{
    Context, Diagnostic, Diagnostics, ImportIdentityRequest, ImportRequest, Outcome, Private, Resource,
    Value,
    registry::{Entry, Typed},
    wire,
};

pub(crate) async fn answer(call: Call, request: Request) -> Result<Response, Diagnostics> {
    let resource = call.registry.resource(&request.type_name)?;
    let typed = resource.typed();
    let context = wire::values::capabilities(call.context, request.client_capabilities.as_ref());
    let outcome = find(resource, &request, context.clone()).await?;
    let mut diagnostics = outcome.diagnostics;
    let deferred = wire::values::deferred(&context, &mut diagnostics);
    let found = outcome.state.filter(|state| !state.is_null() && !diagnostics.has_errors());
    if found.is_none() && deferred.is_none() && !diagnostics.has_errors() {
        diagnostics.push(nothing(&request));
    }
    let state = found.and_then(|state| typed.state_to_save(state, &Value::Null, &mut diagnostics));
    let identity = wire::identities::of_state(resource, state.as_ref(), request.identity, &mut diagnostics);
    let state = state.and_then(|state| typed.saved(state, &mut diagnostics));
    let private = outcome.private.unwrap_or_else(Private::new).to_bytes();
    let imported = state.map(|state| ImportedResource {
        type_name: request.type_name,
        state: Some(state),
        private,
        identity,
    });
    Ok(Response {
        imported_resources: imported.into_iter().collect(),
        diagnostics: wire::diagnostics::to_wire(diagnostics),
        deferred,
    })
}

async fn find(
    resource: &Entry<dyn Resource, Typed>,
    request: &Request,
    context: Context,
) -> Result<Outcome, Diagnostics> {
    let data = request.identity.as_ref().and_then(|identity| identity.identity_data.as_ref());
    let (Some(data), Some(schema)) = (data, &resource.typed().identity) else {
        return Ok(resource.item.import(ImportRequest { id: request.id.clone(), context }).await);
    };
    let identity = wire::values::read_present(Some(data), &schema.of, "identity")?;
    Ok(resource.item.import_identity(ImportIdentityRequest { identity, context }).await)
}

fn nothing(request: &Request) -> Diagnostic {
    let sought =
        if request.id.is_empty() { "this identity".to_owned() } else { format!("the id `{}`", request.id) };
    let detail = format!("No `{}` with {sought} was found.", request.type_name);
    Diagnostic::error("Nothing to import", detail)
}
