//! Requests and limits of containers and pods, as the resource standards read and write them.

use crate::configuration::{Mode, Quantities};
use crate::object::{Container, Context, Object, Pod};
use crate::quantity::Quantity;
use serde_json::Value;
use std::cmp::Ordering;
use yaml_edit::{Fault, NodeId, Scalar};

/// What states requests and limits: a container, or a pod for all its containers together.
#[derive(Clone, Copy)]
pub(super) enum Owner<'c> {
    Container(&'c Container),
    Pod(&'c Pod),
}

impl Owner<'_> {
    pub(super) fn node(self) -> NodeId {
        match self {
            Self::Container(container) => container.node,
            Self::Pod(pod) => pod.spec,
        }
    }

    /// `spec.containers[0].resources.limits.memory`, for messages.
    pub(super) fn field(self, object: &Object<'_, '_>, part: &str, name: &str) -> String {
        let owner = match self {
            Self::Container(container) => object.field_of(container),
            Self::Pod(pod) => object.field_of_pod(pod),
        };
        let name = yaml_edit::member_name(name);
        let dot = if name.starts_with('[') { "" } else { "." };
        format!("{owner}.resources.{part}{dot}{name}")
    }

    /// Writes a request or limit.
    pub(super) fn write(
        self,
        object: &mut Object<'_, '_>,
        part: &str,
        name: &str,
        quantity: &Quantity,
    ) -> Result<(), Fault> {
        let node = match self {
            Self::Container(container) => object.for_change(container)?,
            Self::Pod(pod) => object.spec_for_change(pod)?,
        };
        let target = object.tree.mapping(node, &["resources", part])?;
        object.tree.set(target, name, &Value::String(quantity.to_string()))?;
        Ok(())
    }
}

/// A request or limit as it is written.
#[derive(Clone, Debug)]
pub(super) enum Stated {
    /// Missing, `null`, or a limit of 0, which the kubelet treats as unlimited.
    Absent,
    /// An empty text: filled in as if it were missing. Kubernetes refuses it where it stays.
    Empty(NodeId),
    /// Not a quantity, or below zero: Kubernetes refuses it.
    Invalid,
    Amount(NodeId, Quantity),
}

impl Stated {
    pub(super) fn amount(&self) -> Option<&Quantity> {
        match self {
            Self::Amount(_, quantity) => Some(quantity),
            Self::Absent | Self::Empty(_) | Self::Invalid => None,
        }
    }

    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent | Self::Empty(_))
    }
}

/// Whether a container may use the resource without bound where it has no limit. Of other resources (devices, huge
/// pages) it gets what it states, and nothing otherwise.
pub(super) fn is_unbounded_without_limit(name: &str) -> bool {
    matches!(name, "cpu" | "memory" | "ephemeral-storage")
}

/// Reads a request or limit. An invalid one is a breach of `rule`, whatever the mode.
pub(super) fn stated(
    object: &mut Object<'_, '_>,
    context: &Context<'_>,
    owner: Owner<'_>,
    rule: &str,
    part: &str,
    name: &str,
) -> Stated {
    let Some(node) = object.tree.at(owner.node(), &["resources", part, name]) else { return Stated::Absent };
    let message = match object.tree.scalar(node) {
        Some(Scalar::Null) => return Stated::Absent,
        Some(Scalar::String(text)) => match without_blanks(&text) {
            "" => return Stated::Empty(node),
            text => read(text),
        },
        Some(Scalar::Number(number)) => {
            let text = number.to_string();
            read(text.strip_suffix(".0").unwrap_or(&text))
        }
        Some(Scalar::Bool(_) | Scalar::NotFinite) | None => {
            Err("expected a quantity such as `256Mi`".to_owned())
        }
    };
    match message {
        Ok(quantity) if part == "limits" && quantity.is_zero() && is_unbounded_without_limit(name) => {
            Stated::Absent
        }
        Ok(quantity) => Stated::Amount(node, quantity),
        Err(message) => {
            if !object.is_waived(context, rule, name) {
                let field = owner.field(object, part, name);
                let help = "correct it in the chart's values";
                object.breach(&format!("{rule}/{name}"), Mode::Enforce, node, &field, message, help);
            }
            Stated::Invalid
        }
    }
}

/// The text without the blanks that Kubernetes takes away. It does so in the JSON of a quantity, where line ends and
/// tabs are written as `\n` and `\t`: those stay, and make the quantity invalid.
fn without_blanks(text: &str) -> &str {
    text.trim_matches(|character: char| {
        character.is_whitespace() && character >= ' ' && !matches!(character, '\u{2028}' | '\u{2029}')
    })
}

fn read(text: &str) -> Result<Quantity, String> {
    let quantity = Quantity::parse(text).map_err(|error| error.to_string())?;
    if quantity.is_negative() { Err(format!("`{text}` must be 0 or more")) } else { Ok(quantity) }
}

/// Reports requests or limits that are still empty texts after the defaults were written.
pub(super) fn refuse_empty(
    object: &mut Object<'_, '_>,
    context: &Context<'_>,
    owner: Owner<'_>,
    rule: &str,
    part: &str,
    bounds: &Quantities,
) {
    for name in bounds.keys() {
        let Stated::Empty(node) = stated(object, context, owner, rule, part, name) else { continue };
        if object.is_waived(context, rule, name) {
            continue;
        }
        let field = owner.field(object, part, name);
        let message = "an empty text is not a valid quantity; Kubernetes refuses it".to_owned();
        let help = "write a quantity such as `256Mi`, or leave the field out";
        object.breach(
            &format!("{rule}/{name}"),
            context.configuration.resources.mode,
            node,
            &field,
            message,
            help,
        );
    }
}

/// Whether a pod states a request or limit for all its containers together.
pub(super) fn is_stated_by_pod(object: &Object<'_, '_>, pod: &Pod, name: &str) -> bool {
    ["requests", "limits"].into_iter().any(|part| {
        let found = object.tree.at(pod.spec, &["resources", part, name]);
        found.is_some_and(|found| object.tree.scalar(found) != Some(Scalar::Null))
    })
}

/// Keeps the requests and limits of an owner on one side of a bound.
pub(super) fn bound(
    object: &mut Object<'_, '_>,
    context: &Context<'_>,
    owner: Owner<'_>,
    rule: &str,
    bounds: &Quantities,
    wrong: Ordering,
) -> Result<(), Fault> {
    let mode = context.configuration.resources.mode;
    refuse_empty(object, context, owner, rule, "requests", bounds);
    for (name, bound) in bounds {
        for part in ["requests", "limits"] {
            let Stated::Amount(node, found) = stated(object, context, owner, rule, part, name) else {
                continue;
            };
            if found.cmp(bound) != wrong || object.is_waived(context, rule, name) {
                continue;
            }
            let word = if wrong == Ordering::Greater { "above the maximum" } else { "below the minimum" };
            let field = owner.field(object, part, name);
            let message = format!("`{found}` is {word} of `{bound}`");
            let id = format!("{rule}/{name}");
            if mode == Mode::Enforce {
                object.mended(&id, node, &field, format!("{message}; it is now `{bound}`"));
                owner.write(object, part, name, bound)?;
            } else {
                let help = "change it in the chart's values, or ask for an exception";
                object.breach(&id, mode, node, &field, message, help);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_around_a_quantity_are_those_that_stay_blanks_in_json() {
        for blank in [" ", "  ", "\u{85}", "\u{a0}", "\u{2003}"] {
            assert_eq!(without_blanks(&format!("{blank}1Gi{blank}")), "1Gi", "{blank:?}");
        }
        for blank in ["\n", "\t", "\r", "\u{b}", "\u{2028}", "\u{2029}"] {
            let text = format!("1Gi{blank}");
            assert_eq!(without_blanks(&text), text, "{blank:?}");
        }
    }
}
