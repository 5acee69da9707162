//! Terraform's values as a tree, with null and unknown in every place where Terraform may put them.

mod compose;
mod conform;
mod convert;
mod decode;
pub(crate) mod json;
pub(crate) mod msgpack;
mod number;
mod order;
mod types;

use std::collections::BTreeMap;

pub use self::{
    number::{NotANumber, Number},
    types::Type,
};
use crate::{Diagnostic, Path, path::Step};

/// A value of any type. A [`Type`] beside it, such as that of the schema, is its type; only `Dynamic` brings its own.
///
/// Two sets are equal whatever the order of their elements. `Debug` shows everything, secrets included: it is
/// for tests and must not reach a log.
///
/// ```
/// use provider_framework::{Number, Path, Type, Value};
///
/// let mut server = Value::object([
///     ("name", Value::from("web")),
///     ("ports", Value::from(vec![80, 443])),
///     ("address", Value::Unknown),
/// ]);
/// assert_eq!(server.attribute("name").as_str(), Some("web"));
/// assert_eq!(server.at(&Path::root("ports").index(1)), Some(&443.into()));
/// assert_eq!(server.unknown_paths(), [Path::root("address")]);
/// assert!(server.set(&Path::root("address"), "10.0.0.1".into()));
/// assert!(server.is_wholly_known());
///
/// let labels = Value::map([("team", Value::from("web")), ("public", Value::Null)]);
/// assert_eq!(labels.as_map().map(|labels| labels.len()), Some(2));
/// assert!(labels.attribute("public").is_null() && !labels.is_unknown());
/// assert_eq!(Value::from(vec![true]).as_list().and_then(|list| list[0].as_bool()), Some(true));
/// let half = Value::from("0.5".parse::<Number>()?);
/// assert_eq!((half.as_i64(), half.as_f64(), half.as_number().is_some()), (None, Some(0.5), true));
///
/// // An argument of any type brings its type along.
/// let any = Value::Dynamic(Box::new((Type::String, "text".into())));
/// assert_eq!(any.bare(), &Value::from("text"));
/// # Ok::<(), provider_framework::NotANumber>(())
/// ```
#[derive(Debug, Clone, Default)]
pub enum Value {
    /// Absent.
    #[default]
    Null,
    /// Not known before apply.
    Unknown,
    /// A truth value.
    Bool(bool),
    /// A number of any size and precision.
    Number(Number),
    /// A text.
    String(String),
    /// A list or a tuple, and the blocks of a list block.
    List(Vec<Self>),
    /// A set, in any order, and the blocks of a set block.
    Set(Vec<Self>),
    /// A map, and the labelled blocks of a map block.
    Map(BTreeMap<String, Self>),
    /// An object, a single block, or a whole resource.
    Object(BTreeMap<String, Self>),
    /// A value of an attribute of any type, with the type that it came with.
    Dynamic(Box<(Type, Self)>),
}

static NULL: Value = Value::Null;

impl Value {
    /// An object of the given attributes.
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Self)>) -> Self {
        Self::Object(attributes.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// A map of the given elements.
    pub fn map<K: Into<String>>(elements: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Map(elements.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// Whether this is null.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether this value as a whole is unknown. Its parts may also be: see [`Value::is_wholly_known`].
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Whether neither the value nor anything inside it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
            Self::List(elements) | Self::Set(elements) => elements.iter().all(Self::is_wholly_known),
            Self::Map(members) | Self::Object(members) => members.values().all(Self::is_wholly_known),
            Self::Dynamic(inner) => inner.1.is_wholly_known(),
        }
    }

    /// Where the unknown parts are. A path ends at a set, since nothing inside a set has an address.
    pub fn unknown_paths(&self) -> Vec<Path> {
        let mut found = Vec::new();
        // Most values are known: they need no paths.
        if !self.is_wholly_known() {
            self.collect_unknown(&Path::EMPTY, &mut found);
        }
        found
    }

    fn collect_unknown(&self, here: &Path, found: &mut Vec<Path>) {
        match self {
            Self::Unknown => found.push(here.clone()),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => {}
            Self::List(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    element.collect_unknown(&here.clone().index(index), found);
                }
            }
            Self::Set(_) => {
                if !self.is_wholly_known() {
                    found.push(here.clone());
                }
            }
            Self::Map(members) => {
                for (key, member) in members {
                    member.collect_unknown(&here.clone().key(key), found);
                }
            }
            Self::Object(members) => {
                for (name, member) in members {
                    member.collect_unknown(&here.clone().attribute(name), found);
                }
            }
            Self::Dynamic(inner) => inner.1.collect_unknown(here, found),
        }
    }

    /// An attribute or block of an object, or an element of a map. Null where there is none.
    ///
    /// The attributes of an unknown object are unknown only to those who ask the object itself; here they
    /// are null, as they are absent.
    pub fn attribute(&self, name: &str) -> &Self {
        match self {
            Self::Object(members) | Self::Map(members) => members.get(name).unwrap_or(&NULL),
            Self::Dynamic(inner) => inner.1.attribute(name),
            _ => &NULL,
        }
    }

    /// The part at `path`; `None` where the path leads nowhere, or through null or unknown.
    pub fn at(&self, path: &Path) -> Option<&Self> {
        path.steps().iter().try_fold(self, |value, step| value.step(step))
    }

    fn step(&self, step: &Step) -> Option<&Self> {
        match (self, step) {
            (Self::Dynamic(inner), _) => inner.1.step(step),
            (Self::Object(members), Step::Attribute(name)) => members.get(name),
            (Self::Map(members), Step::Key(key)) => members.get(key),
            (Self::List(elements), Step::Index(index)) => elements.get(usize::try_from(*index).ok()?),
            _ => None,
        }
    }

    /// Puts `value` at `path`, making missing objects and maps on the way.
    ///
    /// A step that the value there cannot take (an index past the end of a list, an attribute of a string,
    /// anything inside a set) changes nothing and returns `false`.
    pub fn set(&mut self, path: &Path, value: Self) -> bool {
        let mut place = self;
        for step in path.steps() {
            if place.is_null() || place.is_unknown() {
                *place = match step {
                    Step::Attribute(_) => Self::Object(BTreeMap::new()),
                    Step::Key(_) => Self::Map(BTreeMap::new()),
                    Step::Index(_) => return false,
                };
            }
            let Some(next) = place.step_or_insert(step) else { return false };
            place = next;
        }
        *place = value;
        true
    }

    fn step_or_insert(&mut self, step: &Step) -> Option<&mut Self> {
        match (self, step) {
            (Self::Dynamic(inner), _) => inner.1.step_or_insert(step),
            (Self::Object(members), Step::Attribute(name)) => {
                Some(members.entry(name.clone()).or_insert(Self::Null))
            }
            (Self::Map(members), Step::Key(key)) => Some(members.entry(key.clone()).or_insert(Self::Null)),
            (Self::List(elements), Step::Index(index)) => elements.get_mut(usize::try_from(*index).ok()?),
            _ => None,
        }
    }

    /// The text, if this is a known string.
    pub fn as_str(&self) -> Option<&str> {
        match self.bare() {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, if this is a known bool.
    pub fn as_bool(&self) -> Option<bool> {
        match self.bare() {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, if this is a known one.
    pub fn as_number(&self) -> Option<&Number> {
        match self.bare() {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The integer, if this is a known number that is one and fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number().and_then(Number::as_i64)
    }

    /// The nearest floating-point number, if this is a known number.
    pub fn as_f64(&self) -> Option<f64> {
        self.as_number().map(Number::as_f64)
    }

    /// The elements of a known list, set or tuple, and the blocks of a list or set block.
    pub fn as_list(&self) -> Option<&[Self]> {
        match self.bare() {
            Self::List(elements) | Self::Set(elements) => Some(elements),
            _ => None,
        }
    }

    /// The elements of a known map, the attributes of a known object, the blocks of a map block by label.
    pub fn as_map(&self) -> Option<&BTreeMap<String, Self>> {
        match self.bare() {
            Self::Map(members) | Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The value without the type that it may have brought along.
    pub fn bare(&self) -> &Self {
        match self {
            Self::Dynamic(inner) => inner.1.bare(),
            other => other,
        }
    }

    /// What kind of value this is, for messages.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Unknown => "an unknown value",
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Object(_) => "an object",
            Self::Dynamic(_) => "a value of its own type",
        }
    }

    /// Reads the value into a type of the caller's.
    ///
    /// Attributes, map elements and list elements that are null **or unknown** read as absent: an `Option`
    /// is `None`, a `#[serde(default)]` takes its default, and an element of a map or list is left out.
    /// Numbers read as any integer that holds them, as floats, and never as strings.
    ///
    /// # Errors
    /// A diagnostic that names the attribute whose value does not fit.
    ///
    /// ```
    /// use provider_framework::Value;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Port {
    ///     number: u16,
    ///     name: Option<String>,
    /// }
    ///
    /// let port: Port = Value::object([("number", Value::from(80)), ("name", Value::Unknown)]).decode()?;
    /// assert_eq!((port.number, port.name), (80, None));
    /// let error = Value::object([("number", Value::from(-1))]).decode::<Port>().err();
    /// assert_eq!(error.and_then(|error| error.path).map(|path| path.to_string()).as_deref(), Some("number"));
    /// # Ok::<(), provider_framework::Diagnostic>(())
    /// ```
    pub fn decode<T: serde::de::DeserializeOwned>(&self) -> Result<T, Diagnostic> {
        decode::decode(self)
    }

    /// Makes a value of type `of` out of anything that serializes. What is missing becomes null.
    ///
    /// # Errors
    /// A diagnostic that names the attribute whose value does not fit the type; it is the provider's fault.
    ///
    /// ```
    /// use provider_framework::{Type, Value};
    ///
    /// let of = Type::object([("number", Type::Number), ("name", Type::String)]);
    /// let port = Value::encode(&serde_json::json!({ "number": 80 }), &of)?;
    /// assert_eq!(port, Value::object([("number", Value::from(80)), ("name", Value::Null)]));
    /// # Ok::<(), provider_framework::Diagnostic>(())
    /// ```
    pub fn encode<T: serde::Serialize + ?Sized>(value: &T, of: &Type) -> Result<Self, Diagnostic> {
        convert::encode(value, of)
    }
}

#[cfg(test)]
mod tests;
