//! Values into Rust's own types, by serde, with the place of what does not fit.

use std::{collections::btree_map, fmt};

use serde::{
    Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess,
        Visitor,
    },
    forward_to_deserialize_any,
};

use super::{Value, conform::index_step};
use crate::{Diagnostic, Path, path::Step};

pub(super) fn decode<T: DeserializeOwned>(value: &Value) -> Result<T, Diagnostic> {
    T::deserialize(Reader(value)).map_err(|error| {
        let mut steps = error.steps;
        steps.reverse();
        let diagnostic = Diagnostic::error("Unsuitable value", sentence(&error.reason));
        if steps.is_empty() { diagnostic } else { diagnostic.at(Path::from(steps)) }
    })
}

fn sentence(reason: &str) -> String {
    let mut letters = reason.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// What does not fit, with the steps from the inside out.
#[derive(Debug)]
struct Unfit {
    steps: Vec<Step>,
    reason: String,
}

impl Unfit {
    fn inside(mut self, step: Option<Step>) -> Self {
        match step {
            Some(step) => self.steps.push(step),
            // Nothing inside a set has an address.
            None => self.steps.clear(),
        }
        self
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.reason)
    }
}

impl std::error::Error for Unfit {}

impl serde::de::Error for Unfit {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { steps: Vec::new(), reason: message.to_string() }
    }
}

fn is_absent(value: &Value) -> bool {
    matches!(value.bare(), Value::Null | Value::Unknown)
}

struct Reader<'a>(&'a Value);

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Unfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.0.bare() {
            Value::Null | Value::Unknown | Value::Dynamic(_) => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::String(text) => visitor.visit_str(text),
            Value::Number(number) => match (number.as_i64(), number.to_string().parse::<u64>()) {
                (Some(integer), _) => visitor.visit_i64(integer),
                (None, Ok(integer)) => visitor.visit_u64(integer),
                (None, Err(_)) => visitor.visit_f64(number.as_f64()),
            },
            Value::List(elements) => {
                let mut elements: Elements<'_, _> = Elements {
                    rest: elements.iter().enumerate().map(|(index, it)| (Some(index_step(index)), it)),
                };
                visitor.visit_seq(&mut elements)
            }
            Value::Set(elements) => {
                let sorted = Value::canonical_set(elements);
                visitor.visit_seq(&mut Elements { rest: sorted.into_iter().map(|it| (None, it)) })
            }
            Value::Map(members) => {
                visitor.visit_map(Members { rest: members.iter(), step: Step::Key, next: None })
            }
            Value::Object(members) => {
                visitor.visit_map(Members { rest: members.iter(), step: Step::Attribute, next: None })
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        if is_absent(self.0) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        match self.0.bare() {
            Value::String(name) => visitor.visit_enum(name.as_str().into_deserializer()),
            Value::Map(members) | Value::Object(members) => {
                let mut present = members.iter().filter(|(_, value)| !is_absent(value));
                match (present.next(), present.next()) {
                    (Some((name, value)), None) => visitor.visit_enum(Choice { name, value }),
                    _ => Err(serde::de::Error::custom("exactly one of its attributes must be set")),
                }
            }
            other => {
                Err(serde::de::Error::custom(format!("a string is required, but {} was given", other.kind())))
            }
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Elements<'a, I: Iterator<Item = (Option<Step>, &'a Value)>> {
    rest: I,
}

impl<'de, 'a, I: Iterator<Item = (Option<Step>, &'a Value)>> SeqAccess<'de> for &mut Elements<'a, I> {
    type Error = Unfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unfit> {
        match self.rest.find(|(_, value)| !is_absent(value)) {
            None => Ok(None),
            Some((step, value)) => {
                seed.deserialize(Reader(value)).map(Some).map_err(|unfit| unfit.inside(step))
            }
        }
    }
}

struct Members<'a> {
    rest: btree_map::Iter<'a, String, Value>,
    /// Makes the step to a member from its key.
    step: fn(String) -> Step,
    next: Option<(&'a String, &'a Value)>,
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = Unfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unfit> {
        self.next = self.rest.find(|(_, value)| !is_absent(value));
        self.next.map(|(key, _)| seed.deserialize(key.as_str().into_deserializer())).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unfit> {
        let (key, value) =
            self.next.take().ok_or_else(|| serde::de::Error::custom("a value without a key"))?;
        seed.deserialize(Reader(value)).map_err(|unfit| unfit.inside(Some((self.step)(key.clone()))))
    }
}

struct Choice<'a> {
    name: &'a str,
    value: &'a Value,
}

impl<'de> EnumAccess<'de> for Choice<'_> {
    type Error = Unfit;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Unfit> {
        Ok((seed.deserialize(self.name.into_deserializer())?, self))
    }
}

impl<'de> VariantAccess<'de> for Choice<'_> {
    type Error = Unfit;

    fn unit_variant(self) -> Result<(), Unfit> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Unfit> {
        let step = Step::Attribute(self.name.to_owned());
        seed.deserialize(Reader(self.value)).map_err(|unfit| unfit.inside(Some(step)))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Unfit> {
        Reader(self.value).deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        let step = Step::Attribute(self.name.to_owned());
        Reader(self.value).deserialize_any(visitor).map_err(|unfit| unfit.inside(Some(step)))
    }
}

#[cfg(test)]
mod tests;
