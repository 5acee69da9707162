//! `UpgradeResourceState`: a stored state, of this schema version or an older one, as a value of today.
//! Terraform asks on every refresh.

use proto::tfplugin5::upgrade_resource_state::{Request, Response};

use super::call::Call;
use crate::{Diagnostic, Diagnostics, value::json, wire};

pub(super) fn answer(call: &Call, request: &Request) -> Result<Response, Diagnostics> {
    let resource = call.registry.resource(&request.type_name)?;
    let typed = resource.typed();
    let stored = wire::values::raw_json(request.raw_state.as_ref())?;
    let upgraded;
    let text = if request.version < typed.schema.version() {
        let state = serde_json::from_str(stored).map_err(|error| unreadable(request, &error.to_string()))?;
        upgraded = resource.item.upgrade(request.version, state)?.to_string();
        &upgraded
    } else {
        stored
    };
    let mut state = json::read(text, &typed.of, json::Form::State).map_err(|misfit| {
        let diagnostic = unreadable(request, &misfit.to_string());
        if misfit.path.is_empty() { diagnostic } else { diagnostic.at(misfit.path) }
    })?;
    typed.schema.body().fill_blocks(&mut state);
    let upgraded_state = wire::values::write(state, &typed.of, "upgraded state")?;
    Ok(Response { upgraded_state: Some(upgraded_state), ..Response::default() })
}

fn unreadable(request: &Request, reason: &str) -> Diagnostic {
    Diagnostic::error(
        "Unreadable state",
        format!(
            "The stored state of this `{}` (schema version {}) does not fit: {reason}. If the state was edited \
             by hand, restore it; otherwise report this to the developers of the provider.",
            request.type_name, request.version
        ),
    )
}
