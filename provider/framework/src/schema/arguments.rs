//! Schemas from Rust types. A struct is the inside of a block, each of its fields is an argument or a nested block, and
//! the type of the field decides which. The derive macro writes the code that a struct needs.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;

use super::{Attribute, Block, Body, Nesting, Presence, Schema};
use crate::{Diagnostic, Type, Value};

/// A struct whose fields are the arguments of a block, a resource or a data source: the schema follows from it, and
/// values are read into it. Derive it, together with `Deserialize`. The struct needs `#[serde(default)]`: arguments that
/// are absent or unknown are not in the value that is read.
///
/// - The doc comment of the struct describes the block, those of the fields describe the arguments. A field whose type
///   is a block needs none; if it has one, that describes the block there.
/// - `#[argument(…)]` on a field has the options of the argument. `required` makes it required, `computed` leaves it to
///   the provider, and `written_as = Type` gives the type of its HCL if that is not the field's own. Any other option is
///   a method of [`Attribute`] or, for a nested block, of [`Block`]: `sensitive` calls `.sensitive()`, `example = "3"`
///   calls `.example("3")`, `max(2)` calls `.max(2)`.
/// - `#[arguments(…)]` on the struct has the options of the block. `key(name = "Name of the port.")` makes it a named
///   block: see [`Block::named`]. The field that holds such blocks is a `BTreeMap` by name. `object` makes it an attribute
///   that is an object, for what the provider sets.
/// - A field with `#[serde(skip)]` is not an argument.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use serde::Deserialize;
/// use provider_framework::{Arguments, Schema};
///
/// /// A web server.
/// #[derive(Debug, Default, Deserialize, Arguments)]
/// #[serde(default)]
/// struct Server {
///     /// Name of the server.
///     #[argument(required, example = "\"web\"")]
///     name: Option<String>,
///     port: BTreeMap<String, Port>,
/// }
///
/// /// A port that the server listens at.
/// #[derive(Debug, Default, Deserialize, Arguments)]
/// #[serde(default)]
/// #[arguments(key(name = "Name of the port."))]
/// struct Port {
///     /// Its number.
///     #[argument(required)]
///     number: Option<i64>,
/// }
///
/// let schema = Schema::new(0).arguments::<Server>();
/// assert!(schema.problems().is_empty());
/// ```
pub trait Arguments: DeserializeOwned {
    /// Attributes, nested blocks and description.
    fn body() -> Body;
}

/// A type of a field of [`Arguments`]: what it looks like in HCL. Types of single values and their collections are
/// attributes; structs that derive [`Arguments`] and their collections are nested blocks.
///
/// ```
/// use provider_framework::{Argument, Arguments, Attribute, Schema, Type, validator};
/// use serde::Deserialize;
///
/// /// A port: the rule belongs to the type, and holds for each argument of it.
/// #[derive(Default, Deserialize)]
/// struct Port(u16);
///
/// impl Argument for Port {
///     type Form = Attribute;
///
///     fn form() -> Attribute {
///         Attribute::optional(Type::Number).check(validator::range(1..=65535))
///     }
/// }
///
/// /// A web server.
/// #[derive(Default, Deserialize, Arguments)]
/// #[serde(default)]
/// struct Server {
///     /// Ports that the server listens at.
///     #[argument(required)]
///     ports: Vec<Port>,
/// }
///
/// let schema = Schema::new(0).arguments::<Server>();
/// assert_eq!(schema.implied_type().to_string(), "object({ports = list(number)})");
/// let server: Server = schema.read(&schema.encode(&serde_json::json!({ "ports": [80, 443] }))?)?;
/// assert_eq!(server.ports[1].0, 443);
/// # Ok::<(), provider_framework::Diagnostic>(())
/// ```
pub trait Argument {
    /// [`Attribute`] or [`Block`].
    type Form: Form;

    /// An optional attribute or block of this type.
    fn form() -> Self::Form;
}

/// An attribute or a block, while a schema is made from types: [`Attribute`] and [`Block`] implement it.
///
/// ```
/// use provider_framework::{Argument, Body, Form, Presence};
///
/// // What the derive macro writes for `#[argument(required)] aliases: BTreeSet<String>`.
/// let aliases = String::form().set().describe("Other names of the server.").required();
/// assert_eq!(aliases.presence(), Presence::Required);
/// assert_eq!(aliases.value_type().to_string(), "set(string)");
/// let mut body = Body::new("A server.");
/// body.add("aliases", aliases);
/// assert_eq!(body.attributes().count(), 1);
/// ```
pub trait Form: Sized {
    /// The configuration must set it.
    #[must_use]
    fn required(self) -> Self;

    /// A list of these.
    #[must_use]
    fn list(self) -> Self;

    /// A set of these.
    #[must_use]
    fn set(self) -> Self;

    /// These by name.
    #[must_use]
    fn map(self) -> Self;

    /// Adds it to a body.
    fn add_to(self, body: &mut Body, name: &str);
}

impl Form for Attribute {
    fn required(self) -> Self {
        Self { presence: Presence::Required, ..self }
    }

    fn list(self) -> Self {
        Self { of: Type::list(self.of), ..self }
    }

    fn set(self) -> Self {
        Self { of: Type::set(self.of), ..self }
    }

    fn map(self) -> Self {
        Self { of: Type::map(self.of), ..self }
    }

    fn add_to(self, body: &mut Body, name: &str) {
        body.add_attribute(name.to_owned(), self);
    }
}

impl Form for Block {
    fn required(self) -> Self {
        self.required()
    }

    fn list(self) -> Self {
        Self { nesting: Nesting::List, ..self }
    }

    fn set(self) -> Self {
        Self { nesting: Nesting::Set, ..self }
    }

    fn map(self) -> Self {
        // Named blocks are a list in HCL and a map for the provider.
        if self.key.is_some() { self } else { Self { nesting: Nesting::Map, ..self } }
    }

    fn add_to(self, body: &mut Body, name: &str) {
        body.add_block(name.to_owned(), self);
    }
}

/// Types whose values are attributes of the given Terraform type.
macro_rules! attributes {
    ($($of:ident: $($name:ty),+;)+) => {
        $($(impl Argument for $name {
            type Form = Attribute;

            fn form() -> Attribute {
                Attribute::optional(Type::$of)
            }
        })+)+
    };
}

attributes! {
    String: String;
    Bool: bool;
    Number: i64, u32, u64, f64;
}

impl<T: Argument> Argument for Option<T> {
    type Form = T::Form;

    fn form() -> T::Form {
        T::form()
    }
}

impl<T: Argument> Argument for Vec<T> {
    type Form = T::Form;

    fn form() -> T::Form {
        T::form().list()
    }
}

impl<T: Argument> Argument for BTreeSet<T> {
    type Form = T::Form;

    fn form() -> T::Form {
        T::form().set()
    }
}

impl<T: Argument> Argument for BTreeMap<String, T> {
    type Form = T::Form;

    fn form() -> T::Form {
        T::form().map()
    }
}

impl Schema {
    /// Adds the arguments of `T`. Their description becomes that of the schema.
    #[must_use]
    pub fn arguments<T: Arguments>(mut self) -> Self {
        self.body.merge(T::body());
        self
    }

    /// Reads a value of this schema. What is absent or unknown is left at its default.
    ///
    /// # Errors
    /// A diagnostic that names the argument that does not fit.
    pub fn read<T: Arguments>(&self, value: &Value) -> Result<T, Diagnostic> {
        self.keyed(value).decode()
    }
}

impl Block {
    /// Adds the arguments of `T`. Their description becomes that of the block.
    #[must_use]
    pub fn arguments<T: Arguments>(mut self) -> Self {
        self.body.merge(T::body());
        self
    }
}

impl Body {
    /// An empty body with its description in Markdown.
    pub fn new(description: &str) -> Self {
        Self { description: description.to_owned(), ..Self::default() }
    }

    /// Adds an attribute or a nested block.
    pub fn add(&mut self, name: &str, form: impl Form) {
        form.add_to(self, name);
    }

    fn merge(&mut self, other: Self) {
        if !other.description.is_empty() {
            self.description = other.description;
        }
        for (name, attribute) in other.attributes {
            self.add_attribute(name, attribute);
        }
        for (name, block) in other.blocks {
            self.add_block(name, block);
        }
    }
}
