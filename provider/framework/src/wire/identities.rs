//! Identities on the wire.

use proto::tfplugin5 as tf;

use super::{schemas::type_to_wire, values};
use crate::{Diagnostic, Diagnostics, IdentitySchema, Resource, Value, registry::Entry, registry::Typed};

pub(crate) fn schema_to_wire(schema: &IdentitySchema) -> tf::ResourceIdentitySchema {
    let attributes =
        schema.attributes().map(|(name, attribute)| tf::resource_identity_schema::IdentityAttribute {
            name: name.to_owned(),
            r#type: type_to_wire(&attribute.of),
            required_for_import: attribute.required,
            optional_for_import: !attribute.required,
            description: attribute.description.clone(),
        });
    tf::ResourceIdentitySchema { version: schema.version(), identity_attributes: attributes.collect() }
}

/// The identity of the object with this state, in the answer to a call. An identity that is not wholly known and does
/// not have to be new gives way to `before`, the one that Terraform sent.
pub(crate) fn of_state(
    resource: &Entry<dyn Resource, Typed>,
    state: Option<&Value>,
    before: Option<tf::ResourceIdentityData>,
    diagnostics: &mut Diagnostics,
) -> Option<tf::ResourceIdentityData> {
    let schema = resource.typed().identity.as_ref()?;
    let before = before.filter(|identity| identity.identity_data.is_some());
    let Some(state) = state.filter(|state| !state.is_null()) else { return before };
    let identity = resource.item.identify(state);
    let is_empty =
        |identity: &Value| identity.as_map().is_none_or(|values| values.values().all(Value::is_null));
    if is_empty(&identity) || (before.is_some() && !identity.is_wholly_known()) {
        return before;
    }
    diagnostics.take(written(identity, &schema.of))
}

/// Writes an identity that the provider made.
pub(crate) fn written(identity: Value, of: &crate::Type) -> Result<tf::ResourceIdentityData, Diagnostic> {
    let data = values::write(identity, of, "identity").map_err(|mut diagnostic| {
        // A path of an identity is not one of the configuration.
        diagnostic.path = None;
        diagnostic
    })?;
    Ok(tf::ResourceIdentityData { identity_data: Some(data) })
}
