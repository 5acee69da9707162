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
/// use provider_framework::{Attribute, Block, Path, Schema, Type};
///
/// let schema = Schema::new(0)
///     .describe("A greeting.")
///     .attribute("name", Attribute::required(Type::String).describe("Who is greeted.").requires_replace())
///     .attribute("text", Attribute::computed(Type::String).describe("What is said."))
///     .block("style", Block::single().describe("How it is said.").attribute("loud", Attribute::optional(Type::Bool)));
/// assert!(schema.problems().is_empty());
/// assert_eq!(schema.version(), 0);
/// let style = "object({loud = bool})";
/// assert_eq!(schema.implied_type().to_string(), format!("object({{name = string, style = {style}, text = string}})"));
///
/// let greeting = schema.encode(&serde_json::json!({ "name": "Ann" }))?;
/// assert_eq!(greeting.attribute("name").as_str(), Some("Ann"));
/// assert!(greeting.attribute("text").is_null());
/// // For `Resource::import`, which knows only what is in the id.
/// let mut imported = schema.empty();
/// imported.set(&Path::root("name"), "Ann".into());
/// assert_eq!(imported, greeting);
/// # Ok::<(), provider_framework::Diagnostic>(())
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
    ///
    /// ```
    /// use provider_framework::Schema;
    ///
    /// let schema = Schema::new(0).deprecated("Use `example_server` instead.");
    /// assert_eq!(schema.body().deprecation(), Some("Use `example_server` instead."));
    /// ```
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
    ///
    /// ```
    /// use provider_framework::{Attribute, Schema, Type, validator};
    ///
    /// let schema = Schema::new(0)
    ///     .attribute("file", Attribute::optional(Type::String))
    ///     .attribute("url", Attribute::optional(Type::String))
    ///     .check(validator::exactly_one(["file", "url"]));
    /// ```
    #[must_use]
    pub fn check(mut self, rule: impl Fn(&Value) -> Result<(), Problem> + Send + Sync + 'static) -> Self {
        self.checks.push(Check::new(rule));
        self
    }

    /// Changes the nested block called `name`, if there is one.
    ///
    /// ```
    /// use provider_framework::{Attribute, Block, Schema, Type};
    ///
    /// // A block of a shared schema, which this resource needs.
    /// let shared = Schema::new(0).block("image", Block::single().attribute("tag", Attribute::optional(Type::String)));
    /// let schema = shared.change_block("image", Block::required);
    /// assert_eq!(schema.body().blocks().next().map(|(_, image)| image.min_items()), Some(1));
    /// ```
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

    /// Attributes, blocks and descriptions, such as for a generated reference.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// The object type of a whole value of this schema: one member for each attribute and for each kind of block.
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

    /// The value in which every attribute is null and every block is absent.
    pub fn empty(&self) -> Value {
        self.body.empty()
    }
}

#[cfg(test)]
mod tests;
