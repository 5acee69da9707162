//! Requests and limits of containers, as the resource standards read and write them.

use crate::configuration::Mode;
use crate::object::{Container, Context, Object};
use crate::quantity::Quantity;
use serde_json::Value;
use std::cmp::Ordering;
use yaml_edit::{Fault, NodeId, Scalar};

/// The quantity of a container's request or limit, with its node. What is no quantity is a breach of `rule`.
pub(super) fn quantity(
    object: &mut Object<'_, '_>,
    container: &Container,
    rule: &str,
    part: &str,
    name: &str,
) -> Option<(NodeId, Quantity)> {
    let node = object.tree.at(container.node, &["resources", part, name])?;
    let text = match object.tree.scalar(node)? {
        Scalar::String(text) => text.into_owned(),
        Scalar::Number(number) => {
            let text = number.to_string();
            text.strip_suffix(".0").map_or(text.clone(), ToOwned::to_owned)
        }
        _ => return None,
    };
    match Quantity::parse(&text) {
        Ok(quantity) => Some((node, quantity)),
        Err(error) => {
            let field = format!("{}.resources.{part}.{name}", object.field_of(container));
            object.breach(rule, Mode::Enforce, node, &field, error.to_string(), "");
            None
        }
    }
}

/// Writes a request or limit.
pub(super) fn write(
    object: &mut Object<'_, '_>,
    container: &Container,
    part: &str,
    name: &str,
    quantity: &Quantity,
) -> Result<(), Fault> {
    let node = object.for_change(container)?;
    let target = object.tree.mapping(node, &["resources", part])?;
    object.tree.set(target, name, &Value::String(quantity.to_string()))?;
    Ok(())
}

/// Keeps requests and limits on one side of a bound.
pub(super) fn bound(
    object: &mut Object<'_, '_>,
    context: &Context<'_>,
    rule: &str,
    bounds: &std::collections::BTreeMap<String, Quantity>,
    wrong: Ordering,
) -> Result<(), Fault> {
    let mode = context.configuration.resources.mode;
    for container in object.containers() {
        for (name, bound) in bounds {
            for part in ["requests", "limits"] {
                let Some((node, found)) = quantity(object, &container, rule, part, name) else { continue };
                if found.cmp(bound) != wrong || object.is_waived(context, rule, name) {
                    continue;
                }
                let word = if wrong == Ordering::Greater { "above the maximum" } else { "below the minimum" };
                let field = format!("{}.resources.{part}.{name}", object.field_of(&container));
                let message = format!("`{found}` is {word} of `{bound}`");
                if mode == Mode::Enforce {
                    object.mended(rule, node, &field, format!("{message}; it is now `{bound}`"));
                    write(object, &container, part, name, bound)?;
                } else {
                    object.breach(
                        rule,
                        mode,
                        node,
                        &field,
                        message,
                        "change it in the chart's values, or ask for an exception",
                    );
                }
            }
        }
    }
    Ok(())
}
