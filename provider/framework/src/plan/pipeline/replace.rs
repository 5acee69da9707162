//! Which changes need a new object.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Attribute, Block, Body, Path, Value, schema::Modifier};

/// The places whose change from `prior` to `planned` needs a new object.
pub(super) fn paths(body: &Body, planned: &Value, config: &Value, prior: &Value) -> Vec<Path> {
    let mut found = Vec::new();
    collect(body, (planned, config, prior), &Path::EMPTY, &mut found);
    super::really_changed(found, planned, prior)
}

/// A part of the plan, the configuration and the prior state.
type Part<'a> = (&'a Value, &'a Value, &'a Value);

/// The same attribute, block or labelled block of all three.
fn inside<'a>((planned, config, prior): Part<'a>, name: &str) -> Part<'a> {
    (planned.attribute(name), config.attribute(name), prior.attribute(name))
}

fn collect(body: &Body, part: Part<'_>, here: &Path, found: &mut Vec<Path>) {
    for (name, attribute) in &body.attributes {
        if needs_new_object(attribute, inside(part, name)) {
            found.push(here.clone().attribute(name));
        }
    }
    for (name, block) in &body.blocks {
        let part = inside(part, name);
        if part.0 != part.2 {
            collect_blocks(block, part, &here.clone().attribute(name), found);
        }
    }
}

fn collect_blocks(block: &Block, part: Part<'_>, here: &Path, found: &mut Vec<Path>) {
    let (planned, config, prior) = part;
    if block.key().is_some() {
        // The order of named blocks means nothing. A block may have moved, so the path is that of the list.
        let keyed = |value: &Value| block.keyed(value.clone());
        let (planned, config, prior) = (keyed(planned), keyed(config), keyed(prior));
        if differs_by_name(block, (&planned, &config, &prior)) {
            found.push(here.clone());
        }
        return;
    }
    if block.requires_replace {
        found.push(here.clone());
    }
    let none = Value::Null;
    match (planned, prior) {
        (Value::List(_), _) | (_, Value::List(_)) => {
            let number = |value: &Value| value.as_list().map_or(0, <[Value]>::len);
            for index in 0..number(planned).max(number(prior)) {
                let nth = |value: &'_ Value| value.as_list().and_then(|all| all.get(index)).cloned();
                let (planned, config, prior) = (nth(planned), nth(config), nth(prior));
                let part = (
                    planned.as_ref().unwrap_or(&none),
                    config.as_ref().unwrap_or(&none),
                    prior.as_ref().unwrap_or(&none),
                );
                collect(&block.body, part, &here.clone().index(index), found);
            }
        }
        (Value::Map(_), _) | (_, Value::Map(_)) => {
            for label in names(planned, prior) {
                collect(&block.body, inside(part, label), &here.clone().key(label), found);
            }
        }
        (Value::Set(_), _) | (_, Value::Set(_)) => {
            // Blocks of a set have no identity: it counts whether the values of an attribute, taken over all
            // of them, are other ones.
            if differs_in_set(&block.body, part) {
                found.push(here.clone());
            }
        }
        _ => collect(&block.body, part, here, found),
    }
}

/// The names of the blocks in either map.
fn names<'a>(planned: &'a Value, prior: &'a Value) -> BTreeSet<&'a String> {
    [planned, prior].into_iter().filter_map(Value::as_map).flat_map(BTreeMap::keys).collect()
}

fn differs_by_name(block: &Block, part: Part<'_>) -> bool {
    let mut found = Vec::new();
    for name in names(part.0, part.2) {
        collect(&block.body, inside(part, name), &Path::EMPTY, &mut found);
    }
    !found.is_empty() || (block.requires_replace && part.0 != part.2)
}

fn differs_in_set(body: &Body, (planned, config, prior): Part<'_>) -> bool {
    let all = |blocks: &Value, name: &str| {
        let elements = blocks.as_list().unwrap_or_default();
        Value::Set(elements.iter().map(|element| element.attribute(name).clone()).collect())
    };
    body.attributes.iter().any(|(name, attribute)| {
        let configured = config.as_list().unwrap_or_default().iter().any(|it| !it.attribute(name).is_null());
        all(planned, name) != all(prior, name) && always_replaces(attribute, configured)
    }) || body.blocks.iter().any(|(name, block)| {
        let (planned, prior) = (all(planned, name), all(prior, name));
        planned != prior && (block.requires_replace || has_replace(&block.body))
    })
}

fn has_replace(body: &Body) -> bool {
    body.attributes.values().any(|attribute| always_replaces(attribute, true))
        || body.blocks.values().any(|block| block.requires_replace || has_replace(&block.body))
}

/// Whether any change needs a new object.
fn always_replaces(attribute: &Attribute, configured: bool) -> bool {
    attribute.modifiers.iter().any(|modifier| match modifier {
        Modifier::RequiresReplace => true,
        Modifier::RequiresReplaceIfConfigured => configured,
        _ => false,
    })
}

fn needs_new_object(attribute: &Attribute, (planned, config, prior): Part<'_>) -> bool {
    planned != prior
        && attribute.modifiers.iter().any(|modifier| match modifier {
            Modifier::RequiresReplace => true,
            Modifier::RequiresReplaceIf(condition) => condition(prior, planned),
            Modifier::RequiresReplaceIfConfigured => !config.is_null(),
            Modifier::UseStateForUnknown | Modifier::UseStateOrNullForUnknown => false,
        })
}
