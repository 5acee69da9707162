//! `ReadDataSource`: one lookup.

use proto::tfplugin5::read_data_source::{Request, Response};

use super::call::Call;
use crate::{Diagnostic, Diagnostics, ReadDataRequest, wire};

pub(super) async fn answer(call: Call, request: Request) -> Result<Response, Diagnostics> {
    let data_source = call.registry.data_source(&request.type_name)?;
    let typed = data_source.typed();
    let config = wire::values::read_present(request.config.as_ref(), &typed.of, "configuration")?;
    let context = wire::values::capabilities(call.context, request.client_capabilities.as_ref());
    let context = wire::values::with_meta(context, request.provider_meta.as_ref(), &call.registry)?;
    let surroundings = context.clone();
    let outcome = data_source.item.read(ReadDataRequest { config: config.clone(), context }).await;
    let mut diagnostics = typed.schema.located(&config, outcome.diagnostics);
    let deferred = wire::values::deferred(&surroundings, &mut diagnostics);
    if outcome.state.is_none() && deferred.is_none() && !diagnostics.has_errors() {
        diagnostics.push(Diagnostic::bug("It reported success, but returned nothing."));
    }
    let state = outcome.state.and_then(|state| typed.state_to_wire(state, &config, &mut diagnostics));
    Ok(Response { state, diagnostics: wire::diagnostics::to_wire(diagnostics), deferred })
}
