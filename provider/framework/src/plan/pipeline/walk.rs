//! Visits every attribute of a planned object, at every depth, beside its configuration and its prior value.

use crate::{Attribute, Block, Body, Value};

pub(crate) type Visit<'a> = dyn FnMut(&Attribute, &mut Value, &Value, Option<&Value>) + 'a;

/// Calls `visit(attribute, planned, config, prior)` for every attribute. A configuration that is not there is null; a
/// block that was not there before has no prior values.
///
/// Blocks are paired as Terraform pairs them: list blocks by position, labelled blocks by label, blocks of a
/// set by what is configured in them. A named block at the position of another name has no prior value: Terraform
/// accepts prior values only at the same position.
pub(crate) fn walk(body: &Body, planned: &mut Value, config: &Value, prior: &Value, visit: &mut Visit<'_>) {
    let Value::Object(members) = planned else { return };
    if config.is_unknown() {
        return;
    }
    for (name, attribute) in &body.attributes {
        let value = members.entry(name.clone()).or_insert(Value::Null);
        visit(attribute, value, config.attribute(name), prior.as_map().and_then(|prior| prior.get(name)));
    }
    for (name, block) in &body.blocks {
        if let Some(blocks) = members.get_mut(name) {
            walk_blocks(block, blocks, config.attribute(name), prior.attribute(name), visit);
        }
    }
}

fn walk_blocks(block: &Block, planned: &mut Value, config: &Value, prior: &Value, visit: &mut Visit<'_>) {
    let none = Value::Null;
    match planned {
        Value::Object(_) => walk(&block.body, planned, config, prior, visit),
        Value::List(elements) => {
            for (index, element) in elements.iter_mut().enumerate() {
                let nth = |value: &'_ Value| value.as_list().and_then(|all| all.get(index)).cloned();
                let (config, prior) = (nth(config), nth(prior));
                let (config, mut prior) = (config.as_ref().unwrap_or(&none), prior.as_ref().unwrap_or(&none));
                if block.key().is_some_and(|key| element.attribute(key) != prior.attribute(key)) {
                    prior = &none;
                }
                walk(&block.body, element, config, prior, visit);
            }
        }
        Value::Map(members) => {
            for (label, element) in members {
                walk(&block.body, element, config.attribute(label), prior.attribute(label), visit);
            }
        }
        Value::Set(elements) => {
            let configured = config.as_list().unwrap_or_default();
            let before = prior.as_list().unwrap_or_default();
            for element in elements {
                let Some(config) = configured.iter().find(|it| matches(&block.body, it, element)) else {
                    continue;
                };
                let prior = before.iter().find(|it| matches(&block.body, config, it)).unwrap_or(&none);
                walk(&block.body, element, config, prior, visit);
            }
        }
        _ => {}
    }
}

/// Whether `value` can be what became of the block that is configured as `config`.
fn matches(body: &Body, config: &Value, value: &Value) -> bool {
    let attributes = body.attributes.iter().all(|(name, attribute)| {
        let configured = config.attribute(name);
        (attribute.is_computed() && configured.is_null())
            || attribute.write_only
            || configured == value.attribute(name)
    });
    attributes
        && body
            .blocks
            .iter()
            .all(|(name, block)| matches_blocks(block, config.attribute(name), value.attribute(name)))
}

fn matches_blocks(block: &Block, config: &Value, value: &Value) -> bool {
    match (config, value) {
        (Value::Object(_), Value::Object(_)) => matches(&block.body, config, value),
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(config, value)| matches(&block.body, config, value))
        }
        (Value::Map(left), Value::Map(right)) => {
            left.len() == right.len()
                && left.iter().all(|(label, config)| {
                    right.get(label).is_some_and(|value| matches(&block.body, config, value))
                })
        }
        (Value::Set(left), Value::Set(right)) => {
            left.len() == right.len()
                && left.iter().all(|config| right.iter().any(|value| matches(&block.body, config, value)))
        }
        _ => config == value,
    }
}
