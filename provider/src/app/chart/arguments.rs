//! The arguments that set fields of the standard chart one to one: the table of `app::chart` as Terraform's schema.
//! Descriptions, allowed values and what is required come from the chart's own schema.

use provider_framework::{Attribute, Block, Schema, Type};

use super::document::{ANY, Place};
use super::{Field, Form, fields};
use crate::app::json::is_json_object;

/// One argument, made from the table.
enum Argument {
    Attribute(Attribute),
    Block(Block),
}

/// Adds all arguments of the table that the resolved app does not have, also inside of blocks that it has.
pub(crate) fn add(schema: Schema) -> Schema {
    let root = Place::root();
    let extended = fields().iter().filter(|field| field.resolved).fold(schema, |schema, field| {
        schema.change_block(field.argument, |block| inside(block, field, &target(field, &root)))
    });
    arguments(fields(), &root).into_iter().fold(extended, |schema, (name, argument)| match argument {
        Argument::Attribute(attribute) => schema.attribute(name, attribute),
        Argument::Block(block) => schema.block(name, block),
    })
}

/// The block called `name` at the root of the table.
pub(crate) fn block(name: &str) -> Option<Block> {
    let field = fields().iter().find(|field| field.argument == name && !field.inside().is_empty())?;
    Some(block_of(field, &Place::root()))
}

/// The arguments of `fields`, which are inside of `place` of the chart.
fn arguments(fields: &[Field], place: &Place) -> Vec<(&'static str, Argument)> {
    let removable = fields.iter().any(|field| matches!(field.form, Form::Switch));
    let unresolved = fields.iter().filter(|field| !field.resolved);
    unresolved.map(|field| (field.argument, argument(field, place, removable))).collect()
}

/// With `removable`, the enclosing block can be disabled, so none of its arguments is required.
fn argument(field: &Field, place: &Place, removable: bool) -> Argument {
    let of = match &field.form {
        Form::Text | Form::NumberOrText | Form::Json => Type::String,
        Form::Number => Type::Number,
        Form::Bool | Form::Switch | Form::EmptyObject => Type::Bool,
        Form::Texts | Form::NumbersOrTexts => Type::list(Type::String),
        Form::TextMap => Type::map(Type::String),
        Form::Block(_) | Form::Enabling(_) | Form::Blocks(_) | Form::Named(..) | Form::Decided => {
            return Argument::Block(block_of(field, place));
        }
    };
    let required = !removable && is_required(field, place);
    let attribute = if required { Attribute::required(of) } else { Attribute::optional(of) };
    let attribute = attribute.describe(description(field, place));
    Argument::Attribute(match field.form {
        Form::Json => attribute.check(is_json_object),
        _ => attribute,
    })
}

fn block_of(field: &Field, place: &Place) -> Block {
    let empty = match &field.form {
        Form::Named(key, _) => Block::named(key, key_description(field)),
        Form::Blocks(_) => Block::list(),
        _ => Block::single(),
    };
    inside(empty.describe(description(field, place)), field, &target(field, place))
}

fn inside(block: Block, field: &Field, place: &Place) -> Block {
    let each = match field.form {
        Form::Named(..) | Form::Blocks(_) => place.at(ANY).unwrap_or_else(|| place.clone()),
        _ => place.clone(),
    };
    arguments(field.inside(), &each).into_iter().fold(block, |block, (name, argument)| match argument {
        Argument::Attribute(attribute) => block.attribute(name, attribute),
        Argument::Block(inner) => block.block(name, inner),
    })
}

fn key_description(field: &Field) -> &'static str {
    match field.argument {
        "file" => "Path of the file in the container.",
        "path" => "The path.",
        "mount" => "Name of the volume.",
        "tls" => "Name of the Secret.",
        "host" => "The host name.",
        "parent" => "Name of the Gateway.",
        _ => "Its name.",
    }
}

/// The field of the chart that `field` sets; the enclosing one if the table and the chart do not fit (a test compares
/// them).
fn target(field: &Field, place: &Place) -> Place {
    let target = field.targets.first().copied().unwrap_or_default();
    place.at(target).unwrap_or_else(|| place.clone())
}

fn description(field: &Field, place: &Place) -> String {
    let own = field.description.map(ToOwned::to_owned);
    own.or_else(|| target(field, place).description()).unwrap_or_default()
}

fn is_required(field: &Field, place: &Place) -> bool {
    let target = field.targets.first().copied().unwrap_or_default();
    let (outer, name) = target.rsplit_once('.').unwrap_or(("", target));
    outer.is_empty() && (name.is_empty() || place.requires(name))
}
