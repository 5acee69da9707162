//! The steps from what Terraform proposes to what the resource gets to finish. Their order is Terraform's
//! plugin framework's, so that providers behave alike: defaults, no write-only values, prior forms, unknowns
//! where something changes, modifiers, replacement.

mod replace;
mod walk;

pub(crate) use self::walk::walk;
use crate::{Attribute, Path, Schema, Value, schema::Modifier};

/// What the framework alone can plan for create (`prior` is `None`) or update.
pub(crate) fn propose(
    schema: &Schema,
    prior: Option<&Value>,
    proposed: Value,
    config: &Value,
) -> (Value, Vec<Path>) {
    let mut planned = proposed;
    let none = Value::Null;
    let before = prior.unwrap_or(&none);
    schema.body().fill_blocks(&mut planned);
    walk(schema.body(), &mut planned, config, before, &mut set_default);
    schema.body().clear_write_only(&mut planned);
    if prior.is_some() {
        keep_prior_forms(schema, before, &mut planned);
    }
    if prior != Some(&planned) {
        walk(schema.body(), &mut planned, config, before, &mut mark_unknown);
        walk(schema.body(), &mut planned, config, before, &mut use_state);
    }
    let requires_replace = prior.map(|prior| replace::paths(schema.body(), &planned, config, prior));
    (planned, requires_replace.unwrap_or_default())
}

/// Puts the form that was there before wherever the new one means the same.
pub(crate) fn keep_prior_forms(schema: &Schema, prior: &Value, new: &mut Value) {
    walk(schema.body(), new, prior, prior, &mut |attribute, value, _, before| {
        if let Some(equal) = attribute.equality
            && let Some(before) = before
            && value.is_wholly_known()
            && before.is_wholly_known()
            && !value.is_null()
            && !before.is_null()
            && value != before
            && equal(before, value)
        {
            *value = before.clone();
        }
    });
}

/// The paths, sorted and each once, whose value is another one than before. Terraform calls a path that is
/// in neither state an invalid plan.
pub(crate) fn really_changed(paths: Vec<Path>, planned: &Value, prior: &Value) -> Vec<Path> {
    let null = Value::Null;
    let mut changed: Vec<Path> = paths
        .into_iter()
        .filter(|path| planned.at(path).unwrap_or(&null) != prior.at(path).unwrap_or(&null))
        .collect();
    changed.sort();
    changed.dedup();
    changed
}

fn set_default(attribute: &Attribute, planned: &mut Value, config: &Value, _prior: Option<&Value>) {
    if config.is_null()
        && let Some(default) = attribute.default_for_plan()
    {
        *planned = default;
    }
}

fn mark_unknown(attribute: &Attribute, planned: &mut Value, config: &Value, _prior: Option<&Value>) {
    if attribute.is_computed() && config.is_null() && attribute.default.is_none() && !attribute.write_only {
        *planned = Value::Unknown;
    }
}

fn use_state(attribute: &Attribute, planned: &mut Value, config: &Value, prior: Option<&Value>) {
    // A block that is new has no prior value to keep, not even a null.
    let Some(prior) = prior else { return };
    let wanted = attribute.modifiers.iter().any(|modifier| match modifier {
        Modifier::UseStateForUnknown => !prior.is_null(),
        Modifier::UseStateOrNullForUnknown => true,
        _ => false,
    });
    // An unknown that comes from the configuration is the user's; the plan must leave it alone.
    if wanted && planned.is_unknown() && config.is_null() {
        *planned = prior.clone();
    }
}

#[cfg(test)]
mod modifier_tests;
#[cfg(test)]
mod random_schemas;
#[cfg(test)]
mod tests;
