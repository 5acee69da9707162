//! Schemas on the wire.

use proto::tfplugin5 as tf;
use tf::schema::nested_block::NestingMode;

use crate::{Attribute, Block, Body, Nesting, Presence, Schema, Type};

pub(crate) fn to_wire(schema: &Schema) -> tf::Schema {
    tf::Schema { version: schema.version(), block: Some(body(schema.body(), schema.version())) }
}

pub(crate) fn type_to_wire(of: &Type) -> Vec<u8> {
    of.to_json().to_string().into_bytes()
}

fn body(body: &Body, version: i64) -> tf::schema::Block {
    let mut attributes: Vec<_> = body.attributes().map(|(name, it)| attribute(name, it)).collect();
    attributes.sort_by(|left, right| left.name.cmp(&right.name));
    let mut block_types: Vec<_> = body.blocks().map(|(name, it)| block(name, it)).collect();
    block_types.sort_by(|left, right| left.type_name.cmp(&right.type_name));
    tf::schema::Block {
        version,
        attributes,
        block_types,
        description: body.description().to_owned(),
        description_kind: tf::StringKind::Markdown.into(),
        deprecated: body.deprecation().is_some(),
        deprecation_message: body.deprecation().unwrap_or_default().to_owned(),
    }
}

fn attribute(name: &str, attribute: &Attribute) -> tf::schema::Attribute {
    let presence = attribute.presence();
    tf::schema::Attribute {
        name: name.to_owned(),
        r#type: type_to_wire(attribute.value_type()),
        description: attribute.description().to_owned(),
        required: presence == Presence::Required,
        optional: matches!(presence, Presence::Optional | Presence::OptionalComputed),
        computed: attribute.is_computed(),
        sensitive: attribute.is_sensitive(),
        description_kind: tf::StringKind::Markdown.into(),
        deprecated: attribute.deprecation().is_some(),
        write_only: attribute.is_write_only(),
        deprecation_message: attribute.deprecation().unwrap_or_default().to_owned(),
    }
}

fn block(name: &str, block: &Block) -> tf::schema::NestedBlock {
    let (min, max) = (i64::from(block.min_items()), i64::from(block.max_items()));
    // What Terraform does not count, or counts in its own way, is counted by the framework's validation.
    let (nesting, min_items, max_items) = match block.nesting() {
        Nesting::Single => (NestingMode::Single, min, min),
        Nesting::Group => (NestingMode::Group, 0, 0),
        Nesting::List => (NestingMode::List, min, max),
        Nesting::Set => (NestingMode::Set, min, max),
        Nesting::Map => (NestingMode::Map, 0, 0),
    };
    tf::schema::NestedBlock {
        type_name: name.to_owned(),
        block: Some(body(block.body(), 0)),
        nesting: nesting.into(),
        min_items,
        max_items,
    }
}
