//! `GetResourceIdentitySchemas` and `UpgradeResourceIdentity`: what identities look like, and stored ones as they are
//! today.

use proto::tfplugin5::{get_resource_identity_schemas, upgrade_resource_identity as upgrade};

use super::call::Call;
use crate::{Diagnostic, Diagnostics, value::json, wire};

pub(super) fn schemas(call: &Call) -> get_resource_identity_schemas::Response {
    let all = call.registry.resources.iter();
    let identities = all.filter_map(|(name, resource)| {
        let identity = resource.typed().identity.as_ref()?;
        Some(((*name).to_owned(), wire::identities::schema_to_wire(&identity.schema)))
    });
    get_resource_identity_schemas::Response {
        identity_schemas: identities.collect(),
        diagnostics: Vec::new(),
    }
}

pub(super) fn upgrade(call: &Call, request: &upgrade::Request) -> Result<upgrade::Response, Diagnostics> {
    let resource = call.registry.resource(&request.type_name)?;
    let unreadable = |reason: String| {
        Diagnostic::error(
            "Unreadable identity",
            format!(
                "The stored identity of this `{}` (version {}) does not fit: {reason}. Remove the object from the state \
                 and import it again.",
                request.type_name, request.version
            ),
        )
    };
    let Some(identity) = &resource.typed().identity else {
        return Err(unreadable("this version of the provider has no identities for it".to_owned()).into());
    };
    let stored = wire::values::raw_json(request.raw_identity.as_ref())?;
    let upgraded;
    let text = if request.version < identity.schema.version() {
        let old = serde_json::from_str(stored).map_err(|error| unreadable(error.to_string()))?;
        upgraded = resource.item.upgrade_identity(request.version, old)?.to_string();
        &upgraded
    } else {
        stored
    };
    let value =
        json::read(text, &identity.of, json::Form::State).map_err(|misfit| unreadable(misfit.to_string()))?;
    let upgraded_identity = Some(wire::identities::written(value, &identity.of)?);
    Ok(upgrade::Response { upgraded_identity, ..upgrade::Response::default() })
}
