//! `Configure`: hands the provider its configuration.

use std::sync::Arc;

use proto::tfplugin5::configure::{Request, Response};

use super::{
    aliases::{Aliases, ConnectionId},
    call::Call,
};
use crate::{ConfigureRequest, Diagnostics, wire};

pub(crate) async fn answer(
    call: Call,
    request: Request,
    aliases: Option<(Arc<Aliases>, ConnectionId)>,
) -> Result<Response, Diagnostics> {
    let typed = call.registry.typed();
    let config = wire::values::read_present(request.config.as_ref(), &typed.of, "provider configuration")?;
    if let Some((aliases, connection)) = aliases {
        aliases.admit(&connection, &config)?;
    }
    let context = wire::values::capabilities(call.context, request.client_capabilities.as_ref());
    let terraform_version = request.terraform_version;
    let diagnostics =
        call.registry.provider.configure(ConfigureRequest { config, terraform_version, context }).await;
    Ok(Response { diagnostics: wire::diagnostics::to_wire(diagnostics) })
}
