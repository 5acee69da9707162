//! One kind of nested block: how often it may stand there, and what is inside.

use super::{Attribute, Body, Check, Problem};
use crate::{Type, Value};

/// How the blocks of one name are gathered.
///
/// ```
/// use provider_framework::{Attribute, Block, Nesting, Type};
///
/// // What the provider reads for the blocks of one name.
/// let type_of = |block: Block| block.attribute("port", Attribute::optional(Type::Number)).implied_type().to_string();
/// assert_eq!(type_of(Block::single()), "object({port = number})");
/// assert_eq!(type_of(Block::group()), "object({port = number})");
/// assert_eq!(type_of(Block::list()), "list(object({port = number}))");
/// assert_eq!(type_of(Block::set()), "set(object({port = number}))");
/// assert_eq!(type_of(Block::map()), "map(object({port = number}))");
/// assert_eq!(Block::named("name", "Its name.").nesting(), Nesting::List);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// At most one; null if there is none.
    Single,
    /// At most one; an object of nulls if there is none.
    Group,
    /// Any number, in order.
    List,
    /// Any number, without order.
    Set,
    /// Any number, each under a label of its own.
    Map,
}

/// One kind of nested block.
///
/// ```
/// use provider_framework::{Attribute, Block, Nesting, Type, validator};
///
/// // `port { name = "http"  number = 8080 }`, at least once.
/// let port = Block::named("name", "Name of the port.")
///     .attribute("number", Attribute::required(Type::Number))
///     .min(1);
/// assert_eq!(port.nesting(), Nesting::List);
/// assert_eq!(port.key(), Some("name"));
/// assert_eq!(port.body().attributes().count(), 2);
///
/// let log = Block::single()
///     .describe("Where the log is written.")
///     .attribute("file", Attribute::optional(Type::String))
///     .attribute("url", Attribute::optional(Type::String))
///     .check(validator::exactly_one(["file", "url"]))
///     .requires_replace();
/// let service = Block::list().required().max(3).block("port", port).block("log", log).deprecated("Use `app`.");
/// assert_eq!((service.min_items(), service.max_items()), (1, 3));
/// ```
#[derive(Debug, Clone)]
pub struct Block {
    pub(crate) nesting: Nesting,
    pub(crate) min: u32,
    pub(crate) max: u32,
    pub(crate) checks: Vec<Check>,
    pub(crate) requires_replace: bool,
    pub(crate) uses_state: bool,
    /// The argument that names each block of a list, if the blocks are named.
    pub(crate) key: Option<String>,
    pub(crate) body: Body,
}

impl Block {
    /// A block that may stand there once: `image { … }`.
    pub fn single() -> Self {
        Self::new(Nesting::Single)
    }

    /// A block that may stand there once, and whose attributes are null if it does not.
    pub fn group() -> Self {
        Self::new(Nesting::Group)
    }

    /// Blocks in order: `step { … }` `step { … }`.
    pub fn list() -> Self {
        Self::new(Nesting::List)
    }

    /// Blocks without order.
    pub fn set() -> Self {
        Self::new(Nesting::Set)
    }

    /// Labelled blocks: `port "http" { … }`.
    pub fn map() -> Self {
        Self::new(Nesting::Map)
    }

    /// Named blocks: `port { name = "http" … }`, where `key` is the argument that holds the name. Names are unique, and
    /// the order of the blocks means nothing. Unlike labels, names can come from variables.
    pub fn named(key: &str, description: &str) -> Self {
        let mut block = Self::new(Nesting::List);
        block.key = Some(key.to_owned());
        let description = format!("{description} Unique among these blocks, whose order means nothing.");
        block.attribute(key, Attribute::required(Type::String).describe(description))
    }

    fn new(nesting: Nesting) -> Self {
        Self {
            nesting,
            min: 0,
            max: 0,
            checks: Vec::new(),
            requires_replace: false,
            uses_state: false,
            key: None,
            body: Body::default(),
        }
    }

    /// The block must stand there: once, if it is single, and at least once otherwise.
    #[must_use]
    pub fn required(self) -> Self {
        self.min(1)
    }

    /// Sets the minimum number of blocks. Terraform checks it for list and set blocks; the framework checks it for
    /// the others.
    #[must_use]
    pub fn min(mut self, number: u32) -> Self {
        self.min = number;
        self
    }

    /// Sets the maximum number of blocks; zero means any number.
    #[must_use]
    pub fn max(mut self, number: u32) -> Self {
        self.max = number;
        self
    }

    /// Sets the description of the block, in Markdown.
    #[must_use]
    pub fn describe(mut self, markdown: impl Into<String>) -> Self {
        self.body.description = markdown.into();
        self
    }

    /// Marks the block as deprecated; `message` names the replacement.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<String>) -> Self {
        self.body.deprecation = Some(message.into());
        self
    }

    /// Adds a rule for each block of this name. It gets one block as an object and is never asked about a
    /// block that is absent or unknown; its attributes may be unknown.
    #[must_use]
    pub fn check(mut self, rule: impl Fn(&Value) -> Result<(), Problem> + Send + Sync + 'static) -> Self {
        self.checks.push(Check::new(rule));
        self
    }

    /// Every computed attribute inside keeps its value in state, even a null, where the plan would say "known after
    /// apply".
    ///
    /// ```
    /// use provider_framework::{Attribute, Block, Schema, Type};
    ///
    /// let endpoint = Block::single().use_state_for_unknown().attribute("url", Attribute::computed(Type::String));
    /// let schema = Schema::new(0).block("endpoint", endpoint);
    /// ```
    #[must_use]
    pub fn use_state_for_unknown(mut self) -> Self {
        self.uses_state = true;
        self
    }

    /// Any change in the blocks of this name needs a new object.
    #[must_use]
    pub fn requires_replace(mut self) -> Self {
        self.requires_replace = true;
        self
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, attribute: Attribute) -> Self {
        self.body.add_attribute(name.into(), attribute);
        self
    }

    /// Adds those arguments and blocks of `body` for whose name `is_wanted` returns true. None of them is required here,
    /// and none has a default: this block holds other values for the same arguments.
    ///
    /// ```
    /// use provider_framework::{Attribute, Block, Presence, Schema, Type};
    ///
    /// let schema = Schema::new(0)
    ///     .attribute("name", Attribute::required(Type::String))
    ///     .attribute("replicas", Attribute::required(Type::Number));
    /// // `canary { replicas = 1 }`: what differs in a canary.
    /// let canary = Block::single().overlay(schema.body(), |name| name != "name");
    /// let attributes: Vec<_> = canary.body().attributes().map(|(name, found)| (name, found.presence())).collect();
    /// assert_eq!(attributes, [("replicas", Presence::Optional)]);
    /// ```
    #[must_use]
    pub fn overlay(mut self, body: &Body, is_wanted: impl Fn(&str) -> bool) -> Self {
        let optional = body.optional(None);
        for (name, attribute) in optional.attributes.into_iter().filter(|(name, _)| is_wanted(name)) {
            self.body.add_attribute(name, attribute);
        }
        for (name, block) in optional.blocks.into_iter().filter(|(name, _)| is_wanted(name)) {
            self.body.add_block(name, block);
        }
        self
    }

    /// Adds a nested block.
    #[must_use]
    pub fn block(mut self, name: impl Into<String>, block: Self) -> Self {
        self.body.add_block(name.into(), block);
        self
    }

    /// How the blocks of this name are gathered.
    pub fn nesting(&self) -> Nesting {
        self.nesting
    }

    /// The minimum number of blocks.
    pub fn min_items(&self) -> u32 {
        self.min
    }

    /// The maximum number of blocks; zero means any number.
    pub fn max_items(&self) -> u32 {
        self.max
    }

    /// The argument that names each block, if the blocks are named.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Attributes, blocks and descriptions inside.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// The type of all blocks of this name together.
    pub fn implied_type(&self) -> Type {
        self.gathered(self.body.implied_type())
    }

    /// The type of all blocks of this name, if `inner` is that of one.
    pub(crate) fn gathered(&self, inner: Type) -> Type {
        match self.nesting {
            Nesting::Single | Nesting::Group => inner,
            Nesting::List => Type::list(inner),
            Nesting::Set => Type::set(inner),
            Nesting::Map => Type::map(inner),
        }
    }
}
