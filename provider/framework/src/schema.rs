//! What a resource, data source or provider looks like in HCL: attributes, nested blocks, and their rules.

mod arguments;
mod attribute;
mod block;
mod body;
mod check;
mod generate;
mod named;
mod validate;
mod validity;

pub use self::{
    arguments::{Argument, Arguments, Form},
    attribute::{Attribute, Equality, Modifier, Presence, ReplaceCondition},
    block::{Block, Nesting},
    body::Body,
    check::{Check, Problem},
};
use crate::{Type, Value};

/// The schema of a resource, a data source or the provider itself.
///
/// ```
/// use provider_framework::{Attribute, Block, Schema, Type};
///
/// let schema = Schema::new(0)
///     .describe("A greeting.")
///     .attribute("name", Attribute::required(Type::String).describe("Who is greeted.").requires_replace())
///     .attribute("text", Attribute::computed(Type::String).describe("What is said."))
///     .block("style", Block::single().describe("How it is said.").attribute("loud", Attribute::optional(Type::Bool)));
/// assert!(schema.problems().is_empty());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Schema {
    version: i64,
    body: Body,
    checks: Vec<Check>,
}

impl Schema {
    /// An empty schema. `version` rises when old state must be rewritten: see
    /// [`Resource::upgrade`](crate::Resource::upgrade).
    pub fn new(version: i64) -> Self {
        Self { version, ..Self::default() }
    }

    /// Sets its description, in Markdown.
    #[must_use]
    pub fn describe(mut self, markdown: impl Into<String>) -> Self {
        self.body.description = markdown.into();
        self
    }

    /// Marks all of it as deprecated; `message` names the replacement.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<String>) -> Self {
        self.body.deprecation = Some(message.into());
        self
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, attribute: Attribute) -> Self {
        self.body.add_attribute(name.into(), attribute);
        self
    }

    /// Adds a nested block.
    #[must_use]
    pub fn block(mut self, name: impl Into<String>, block: Block) -> Self {
        self.body.add_block(name.into(), block);
        self
    }

    /// Adds a rule for the whole configuration, such as one of [`validator`](crate::validator) across arguments. Parts
    /// of the configuration may be unknown.
    #[must_use]
    pub fn check(mut self, rule: impl Fn(&Value) -> Result<(), Problem> + Send + Sync + 'static) -> Self {
        self.checks.push(Check::new(rule));
        self
    }

    /// Changes the nested block called `name`, if there is one.
    #[must_use]
    pub fn change_block(mut self, name: &str, change: impl FnOnce(Block) -> Block) -> Self {
        if let Some(block) = self.body.blocks.get_mut(name) {
            *block = change(block.clone());
        }
        self
    }

    /// The version of the states that this schema describes.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// Attributes, blocks and descriptions, for those who write documentation from them.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// The object type of a whole value of this schema.
    pub fn implied_type(&self) -> Type {
        self.body.implied_type()
    }

    /// Where this schema breaks Terraform's rules for schemas. Terraform refuses a provider with such a schema.
    pub fn problems(&self) -> Vec<String> {
        validity::problems(self)
    }

    /// Makes a whole value out of anything that serializes; absent list, set and map blocks become empty. Named blocks
    /// serialize as a map by name.
    ///
    /// # Errors
    /// A diagnostic that names the attribute that does not fit; it is the provider's fault.
    pub fn encode<T: serde::Serialize + ?Sized>(&self, value: &T) -> Result<Value, crate::Diagnostic> {
        let mut value = self.listed(Value::encode(value, &self.keyed_type())?);
        self.body.fill_blocks(&mut value);
        Ok(value)
    }

    /// The value of a resource of which nothing is known to be set: every attribute null, every block absent.
    pub fn empty(&self) -> Value {
        self.body.empty()
    }
}

#[cfg(test)]
mod tests;
