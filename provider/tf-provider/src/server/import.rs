//! `ImportResourceState`: finds an existing object by its id.

use proto::tfplugin5::import_resource_state::{ImportedResource, Request, Response};

use super::call::Call;
use crate::{Diagnostic, Diagnostics, ImportRequest, Private, Value, wire};

pub(super) async fn answer(call: Call, request: Request) -> Result<Response, Diagnostics> {
    let resource = call.registry.resource(&request.type_name)?;
    let typed = resource.typed();
    let context = wire::values::capabilities(call.context, request.client_capabilities.as_ref());
    let outcome = resource.item.import(ImportRequest { id: request.id.clone(), context }).await;
    let mut diagnostics = outcome.diagnostics;
    let found = outcome.state.filter(|state| !state.is_null() && !diagnostics.has_errors());
    if found.is_none() && !diagnostics.has_errors() {
        let detail = format!("There is no `{}` with the id `{}`.", request.type_name, request.id);
        diagnostics.push(Diagnostic::error("Nothing to import", detail));
    }
    let state = found.and_then(|state| typed.state_to_wire(state, &Value::Null, &mut diagnostics));
    let private = outcome.private.unwrap_or_else(Private::new).to_bytes();
    let imported = state.map(|state| ImportedResource {
        type_name: request.type_name,
        state: Some(state),
        private,
        identity: None,
    });
    Ok(Response {
        imported_resources: imported.into_iter().collect(),
        diagnostics: wire::diagnostics::to_wire(diagnostics),
        ..Response::default()
    })
}
