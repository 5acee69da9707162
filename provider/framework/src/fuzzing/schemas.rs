//! Schemas with every kind of attribute and block.

use super::{Choices, known};
use crate::{Attribute, Block, Schema, Type};

/// Any schema, without mistakes.
pub fn schema(choices: &mut impl Choices) -> Schema {
    let mut schema = Schema::new(0);
    for number in 0..=choices.below(4) {
        let of = if choices.one_in(10) { Type::Dynamic } else { value_type(choices) };
        schema = schema.attribute(format!("a{number}"), attribute(choices, of));
    }
    for number in 0..choices.below(3) {
        schema = schema.block(format!("b{number}"), block(choices, 1));
    }
    schema
}

fn block(choices: &mut impl Choices, depth: u64) -> Block {
    let mut block = match choices.below(6) {
        0 => Block::single(),
        1 => Block::group(),
        2 => Block::set(),
        3 => Block::map(),
        4 => Block::named("title", "Its title."),
        _ => Block::list(),
    };
    if choices.one_in(4) {
        block = block.requires_replace();
    }
    if choices.one_in(4) {
        block = block.use_state_for_unknown();
    }
    for number in 0..=choices.below(3) {
        // "Any type" may not stand in repeated blocks.
        let of = value_type(choices);
        block = block.attribute(format!("c{number}"), attribute(choices, of));
    }
    if depth < 3 && choices.one_in(3) {
        block = block.block("inner", self::block(choices, depth + 1));
    }
    block
}

fn attribute(choices: &mut impl Choices, of: Type) -> Attribute {
    let mut attribute = match choices.below(4) {
        0 => Attribute::required(of),
        1 => Attribute::optional(of),
        2 => Attribute::computed(of),
        _ => {
            let attribute = Attribute::optional_computed(of.clone());
            if choices.one_in(2) { attribute.default(known(choices, &of)) } else { attribute }
        }
    };
    for _ in 0..choices.below(3) {
        attribute = match choices.below(5) {
            0 => attribute.use_state_for_unknown(),
            1 => attribute.use_state_or_null_for_unknown(),
            2 => attribute.requires_replace(),
            3 => attribute.requires_replace_if_configured(),
            _ => attribute.requires_replace_if(|_, planned| planned.is_null()),
        };
    }
    attribute
}

fn value_type(choices: &mut impl Choices) -> Type {
    match choices.below(9) {
        0 => Type::Bool,
        1 => Type::Number,
        2 => Type::list(Type::String),
        3 => Type::set(Type::Number),
        4 => Type::map(Type::Bool),
        5 => Type::set(Type::object([("x", Type::String), ("y", Type::list(Type::Bool))])),
        6 => Type::Tuple(vec![Type::Bool, Type::map(Type::Number)]),
        _ => Type::String,
    }
}
