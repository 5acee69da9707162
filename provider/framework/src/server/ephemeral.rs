//! `OpenEphemeralResource`, `RenewEphemeralResource`, `CloseEphemeralResource`: values that live as long as the run.

use proto::tfplugin5::{
    close_ephemeral_resource as close, open_ephemeral_resource as open, renew_ephemeral_resource as renew,
};

use super::call::Call;
use crate::{CloseRequest, Diagnostic, Diagnostics, OpenRequest, Private, RenewRequest, Value, wire};

pub(super) async fn opened(call: Call, request: open::Request) -> Result<open::Response, Diagnostics> {
    let resource = call.registry.ephemeral_resource(&request.type_name)?;
    let typed = resource.typed();
    let config = wire::values::read_present(request.config.as_ref(), &typed.of, "configuration")?;
    let context = wire::values::capabilities(call.context, request.client_capabilities.as_ref());
    let surroundings = context.clone();
    let opened = resource.item.open(OpenRequest { config: config.clone(), context }).await;
    let mut diagnostics = typed.schema.located(&config, opened.diagnostics);
    let deferred = wire::values::deferred(&surroundings, &mut diagnostics);
    if opened.result.is_none() && deferred.is_none() && !diagnostics.has_errors() {
        diagnostics.push(Diagnostic::bug("It reported success, but returned nothing."));
    }
    // Terraform wants a value even where there is none yet.
    let result = opened.result.or_else(|| deferred.map(|_| config.clone()));
    let result = result.filter(|result: &Value| !result.is_null());
    Ok(open::Response {
        result: result.and_then(|result| typed.state_to_wire(result, &config, &mut diagnostics)),
        renew_at: opened.renew_at.map(Into::into),
        private: Some(opened.private.to_bytes()),
        deferred,
        diagnostics: wire::diagnostics::to_wire(diagnostics),
    })
}

pub(super) async fn renewed(call: Call, request: renew::Request) -> Result<renew::Response, Diagnostics> {
    let resource = call.registry.ephemeral_resource(&request.type_name)?;
    let kept = request.private.unwrap_or_default();
    let private = Private::from_bytes(&kept)?;
    let renewed = resource.item.renew(RenewRequest { private, context: call.context }).await;
    Ok(renew::Response {
        renew_at: renewed.renew_at.map(Into::into),
        private: Some(renewed.private.map_or(kept, |private| private.to_bytes())),
        diagnostics: wire::diagnostics::to_wire(renewed.diagnostics),
    })
}

pub(super) async fn closed(call: Call, request: close::Request) -> Result<close::Response, Diagnostics> {
    let resource = call.registry.ephemeral_resource(&request.type_name)?;
    let private = Private::from_bytes(&request.private.unwrap_or_default())?;
    let diagnostics = resource.item.close(CloseRequest { private, context: call.context }).await;
    Ok(close::Response { diagnostics: wire::diagnostics::to_wire(diagnostics) })
}
