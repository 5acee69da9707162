//! Which changes need a new object.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Attribute, Block, Body, Path, Value, schema::Modifier};

/// The places whose change from `prior` to `planned` needs a new object.
pub(super) fn paths(body: &Body, planned: &Value, prior: &Value) -> Vec<Path> {
    let mut found = Vec::new();
    collect(body, planned, prior, &Path::EMPTY, &mut found);
    super::really_changed(found, planned, prior)
}

fn collect(body: &Body, planned: &Value, prior: &Value, here: &Path, found: &mut Vec<Path>) {
    for (name, attribute) in &body.attributes {
        if needs_new_object(attribute, prior.attribute(name), planned.attribute(name)) {
            found.push(here.clone().attribute(name));
        }
    }
    for (name, block) in &body.blocks {
        let (planned, prior) = (planned.attribute(name), prior.attribute(name));
        if planned != prior {
            collect_blocks(block, planned, prior, &here.clone().attribute(name), found);
        }
    }
}

fn collect_blocks(block: &Block, planned: &Value, prior: &Value, here: &Path, found: &mut Vec<Path>) {
    if block.key().is_some() {
        // The order of named blocks means nothing. A block may have moved, so the path is that of the list.
        let (planned, prior) = (block.keyed(planned.clone()), block.keyed(prior.clone()));
        if differs_by_name(block, &planned, &prior) {
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
            let left = planned.as_list().unwrap_or_default();
            let right = prior.as_list().unwrap_or_default();
            for index in 0..left.len().max(right.len()) {
                let (planned, prior) = (left.get(index).unwrap_or(&none), right.get(index).unwrap_or(&none));
                collect(&block.body, planned, prior, &here.clone().index(index), found);
            }
        }
        (Value::Map(_), _) | (_, Value::Map(_)) => {
            for label in names(planned, prior) {
                let (planned, prior) = (planned.attribute(label), prior.attribute(label));
                collect(&block.body, planned, prior, &here.clone().key(label), found);
            }
        }
        (Value::Set(_), _) | (_, Value::Set(_)) => {
            // Blocks of a set have no identity: it counts whether the values of an attribute, taken over all
            // of them, are other ones.
            if differs_in_set(&block.body, planned, prior) {
                found.push(here.clone());
            }
        }
        _ => collect(&block.body, planned, prior, here, found),
    }
}

/// The names of the blocks in either map.
fn names<'a>(planned: &'a Value, prior: &'a Value) -> BTreeSet<&'a String> {
    [planned, prior].into_iter().filter_map(Value::as_map).flat_map(BTreeMap::keys).collect()
}

fn differs_by_name(block: &Block, planned: &Value, prior: &Value) -> bool {
    let mut found = Vec::new();
    for name in names(planned, prior) {
        collect(&block.body, planned.attribute(name), prior.attribute(name), &Path::EMPTY, &mut found);
    }
    !found.is_empty() || (block.requires_replace && planned != prior)
}

fn differs_in_set(body: &Body, planned: &Value, prior: &Value) -> bool {
    let all = |blocks: &Value, name: &str| {
        let elements = blocks.as_list().unwrap_or_default();
        Value::Set(elements.iter().map(|element| element.attribute(name).clone()).collect())
    };
    body.attributes.iter().any(|(name, attribute)| {
        let (planned, prior) = (all(planned, name), all(prior, name));
        planned != prior && attribute.modifiers.iter().any(|it| matches!(it, Modifier::RequiresReplace))
    }) || body.blocks.iter().any(|(name, block)| {
        let (planned, prior) = (all(planned, name), all(prior, name));
        planned != prior && (block.requires_replace || has_replace(&block.body))
    })
}

fn has_replace(body: &Body) -> bool {
    body.attributes
        .values()
        .any(|attribute| attribute.modifiers.iter().any(|it| matches!(it, Modifier::RequiresReplace)))
        || body.blocks.values().any(|block| block.requires_replace || has_replace(&block.body))
}

fn needs_new_object(attribute: &Attribute, prior: &Value, planned: &Value) -> bool {
    planned != prior
        && attribute.modifiers.iter().any(|modifier| match modifier {
            Modifier::RequiresReplace => true,
            Modifier::RequiresReplaceIf(condition) => condition(prior, planned),
            Modifier::UseStateForUnknown => false,
        })
}
