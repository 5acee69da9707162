//! Values of any schema.

use super::Choices;
use crate::{Body, Nesting, Path, Presence, Schema, Type, Value};

/// What a value is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A configuration: computed attributes are null, others may be unknown.
    Config,
    /// A state: everything is known.
    State,
}

/// A value of a schema.
pub fn value_of(choices: &mut impl Choices, schema: &Schema, part: Part) -> Value {
    whole(choices, schema.body(), part)
}

fn whole(choices: &mut impl Choices, body: &Body, part: Part) -> Value {
    let mut members = Vec::new();
    for (name, attribute) in body.attributes() {
        let required = attribute.presence() == Presence::Required;
        let settable = part == Part::State || attribute.presence() != Presence::Computed;
        let value = if !settable || (!required && choices.one_in(3)) {
            Value::Null
        } else if part == Part::Config && name != "title" && choices.one_in(12) {
            Value::Unknown
        } else {
            known(choices, attribute.value_type())
        };
        members.push((name.to_owned(), value));
    }
    for (name, block) in body.blocks() {
        let number = choices.below(3);
        let value = match block.nesting() {
            Nesting::Single if number == 0 => Value::Null,
            Nesting::Single | Nesting::Group => whole(choices, block.body(), part),
            Nesting::Map => {
                Value::map((0..number).map(|label| (format!("l{label}"), whole(choices, block.body(), part))))
            }
            Nesting::Set => {
                let elements: Vec<Value> = (0..number).map(|_| whole(choices, block.body(), part)).collect();
                Value::Set(Value::canonical_set(&elements).into_iter().cloned().collect())
            }
            Nesting::List => {
                let elements = (0..number).map(|index| {
                    let mut element = whole(choices, block.body(), part);
                    if block.key().is_some() {
                        element.set(&Path::root("title"), format!("t{index}").into());
                    }
                    element
                });
                Value::List(elements.collect())
            }
        };
        members.push((name.to_owned(), value));
    }
    Value::object(members)
}

/// A known value of a type.
pub fn known(choices: &mut impl Choices, of: &Type) -> Value {
    match of {
        Type::Bool => choices.one_in(2).into(),
        Type::Number => choices.below(4).into(),
        Type::String => ["", "x", "y"][usize::try_from(choices.below(3)).unwrap_or_default()].into(),
        Type::List(element) => Value::List((0..choices.below(3)).map(|_| known(choices, element)).collect()),
        Type::Set(element) => Value::Set((0..choices.below(3)).map(|_| known(choices, element)).collect()),
        Type::Map(element) => {
            Value::map((0..choices.below(3)).map(|key| (format!("k{key}"), known(choices, element))))
        }
        Type::Object(attributes) => {
            Value::object(attributes.iter().map(|(name, of)| (name.clone(), known(choices, of))))
        }
        Type::Tuple(types) => Value::List(types.iter().map(|of| known(choices, of)).collect()),
        Type::Dynamic => {
            let own = if choices.one_in(2) { Type::Number } else { Type::list(Type::String) };
            let value = known(choices, &own);
            Value::Dynamic(Box::new((own, value)))
        }
    }
}
