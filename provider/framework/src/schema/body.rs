//! What schemas and nested blocks have in common: attributes, blocks, a description.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::attribute::{Modifier, Presence};
use super::{Attribute, Block, Nesting};
use crate::{Path, Type, Value};

/// The inside of a schema or of a nested block, in the order in which it was written down.
///
/// ```
/// use provider_framework::{Attribute, Block, Body, Form, Schema, Type};
///
/// /// The names of all arguments, as a reference would list them.
/// fn names(body: &Body) -> Vec<String> {
///     let attributes = body.attributes().map(|(name, _)| name.to_owned());
///     let inside = body.blocks().flat_map(|(block, inside)| {
///         names(inside.body()).into_iter().map(move |name| format!("{block}.{name}"))
///     });
///     attributes.chain(inside).collect()
/// }
///
/// let schema = Schema::new(0)
///     .describe("A web server.")
///     .attribute("name", Attribute::required(Type::String))
///     .block("log", Block::single().attribute("level", Attribute::optional(Type::String)));
/// assert_eq!(names(schema.body()), ["name", "log.level"]);
/// assert_eq!((schema.body().description(), schema.body().deprecation()), ("A web server.", None));
///
/// // By hand, as in an implementation of `Arguments` without the derive macro.
/// let mut body = Body::new("A log.");
/// body.add("level", Form::required(Attribute::optional(Type::String)));
/// assert_eq!(body.implied_type(), Type::object([("level", Type::String)]));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Body {
    pub(crate) description: String,
    pub(crate) deprecation: Option<String>,
    pub(crate) attributes: IndexMap<String, Attribute>,
    pub(crate) blocks: IndexMap<String, Block>,
    /// Names that were given twice; kept so that the schema's own check can name them.
    pub(crate) duplicates: Vec<String>,
}

impl Body {
    /// What it is, in Markdown.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// What to use instead, if it is deprecated.
    pub fn deprecation(&self) -> Option<&str> {
        self.deprecation.as_deref()
    }

    /// The attributes by name.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &Attribute)> {
        self.attributes.iter().map(|(name, attribute)| (name.as_str(), attribute))
    }

    /// The nested blocks by name.
    pub fn blocks(&self) -> impl Iterator<Item = (&str, &Block)> {
        self.blocks.iter().map(|(name, block)| (name.as_str(), block))
    }

    /// The object type of a value with these attributes and blocks.
    pub fn implied_type(&self) -> Type {
        let attributes = self.attributes().map(|(name, attribute)| (name, attribute.of.clone()));
        let blocks = self.blocks().map(|(name, block)| (name, block.implied_type()));
        Type::object(attributes.chain(blocks))
    }

    /// The arguments without those that only the provider sets; all are optional but the name `key`.
    pub(super) fn optional(&self, key: Option<&str>) -> Self {
        let mut body = self.clone();
        body.attributes.retain(|_, attribute| attribute.presence != Presence::Computed);
        for (name, attribute) in &mut body.attributes {
            if Some(name.as_str()) != key {
                attribute.presence = Presence::Optional;
            }
            attribute.default = None;
            attribute.modifiers.clear();
        }
        for block in body.blocks.values_mut() {
            block.min = 0;
            block.requires_replace = false;
            block.body = block.body.optional(block.key.as_deref());
        }
        body
    }

    /// The required arguments that `value`, with named blocks in maps, does not set.
    pub(super) fn missing(&self, value: &Value, here: &Path, missing: &mut Vec<Path>) {
        let required =
            self.attributes.iter().filter(|(_, attribute)| attribute.presence == Presence::Required);
        let absent = required.filter(|(name, _)| value.attribute(name).is_null());
        missing.extend(absent.map(|(name, _)| here.clone().attribute(name)));
        for (name, block) in &self.blocks {
            let at = here.clone().attribute(name);
            match (value.attribute(name), &block.key) {
                (Value::Map(named), Some(key)) => {
                    let mut body = block.body.clone();
                    body.attributes.shift_remove(key);
                    for (label, inner) in named {
                        body.missing(inner, &at.clone().key(label), missing);
                    }
                }
                (Value::List(inner), _) => {
                    for (index, inner) in inner.iter().enumerate() {
                        block.body.missing(inner, &at.clone().index(index), missing);
                    }
                }
                (inner @ Value::Object(_), _) => block.body.missing(inner, &at, missing),
                _ => {}
            }
        }
    }

    pub(super) fn add_attribute(&mut self, name: String, attribute: Attribute) {
        if self.attributes.contains_key(&name) || self.blocks.contains_key(&name) {
            self.duplicates.push(name.clone());
        }
        self.attributes.insert(name, attribute);
    }

    pub(super) fn add_block(&mut self, name: String, mut block: Block) {
        if block.uses_state {
            block.body.use_state();
        }
        if self.attributes.contains_key(&name) || self.blocks.contains_key(&name) {
            self.duplicates.push(name.clone());
        }
        self.blocks.insert(name, block);
    }

    /// Lets every computed attribute, at every depth, keep its value in state.
    fn use_state(&mut self) {
        for attribute in self.attributes.values_mut().filter(|attribute| attribute.is_computed()) {
            attribute.modifiers.push(Modifier::UseStateOrNullForUnknown);
        }
        self.blocks.values_mut().for_each(|block| block.body.use_state());
    }

    /// Every attribute null, every block absent.
    pub(crate) fn empty(&self) -> Value {
        let attributes = self.attributes().map(|(name, _)| (name, Value::Null));
        let blocks = self.blocks().map(|(name, block)| (name, block.absent()));
        Value::object(attributes.chain(blocks))
    }

    /// Makes null blocks what Terraform wants absent blocks to be, at every depth.
    pub(crate) fn fill_blocks(&self, value: &mut Value) {
        let Value::Object(members) = value else { return };
        for (name, block) in &self.blocks {
            let blocks = members.entry(name.clone()).or_insert(Value::Null);
            if blocks.is_null() {
                *blocks = block.absent();
            }
            each_block(blocks, &mut |inner| block.body.fill_blocks(inner));
        }
    }

    /// Makes every write-only attribute null: neither plan nor state may hold one.
    pub(crate) fn clear_write_only(&self, value: &mut Value) {
        let Value::Object(members) = value else { return };
        for (name, _) in self.attributes.iter().filter(|(_, attribute)| attribute.write_only) {
            members.insert(name.clone(), Value::Null);
        }
        for (name, block) in &self.blocks {
            if let Some(blocks) = members.get_mut(name) {
                each_block(blocks, &mut |inner| block.body.clear_write_only(inner));
            }
        }
    }
}

impl Block {
    /// The value of this block where there is none.
    fn absent(&self) -> Value {
        match self.nesting {
            Nesting::Single => Value::Null,
            Nesting::Group => self.body.empty(),
            Nesting::List => Value::List(Vec::new()),
            Nesting::Set => Value::Set(Vec::new()),
            Nesting::Map => Value::Map(BTreeMap::new()),
        }
    }
}

/// Visits each block of one name, whatever its nesting.
pub(crate) fn each_block(blocks: &mut Value, visit: &mut impl FnMut(&mut Value)) {
    match blocks {
        Value::Object(_) => visit(blocks),
        Value::List(elements) | Value::Set(elements) => elements.iter_mut().for_each(visit),
        Value::Map(members) => members.values_mut().for_each(visit),
        _ => {}
    }
}
