//! Values in JSON: as state keeps them, and as Rust's types serialize.
//!
//! Numbers are read from their text, since a float in between would turn 0.1 into something else.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Value as Json, value::RawValue};

use super::{
    Number, Type, Value,
    conform::{Misfit, index_step},
};
use crate::path::Step;

/// Whose JSON it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Terraform's state. Attributes that the schema no longer has are left out, as Terraform demands of an
    /// upgrade; a value of "any type" is written `{"type": …, "value": …}`.
    State,
    /// What a Rust type serialized. An attribute that the schema lacks is a mistake; a value of "any type" is
    /// given the type that it has.
    Plain,
}

/// Only a value whose type is "any" can nest deeper than its schema.
const DEEPEST: usize = 100;

/// Reads a value of type `of`. Missing attributes become null.
pub(crate) fn read(text: &str, of: &Type, form: Form) -> Result<Value, Misfit> {
    read_at(text, of, form, 0)
}

fn read_at(text: &str, of: &Type, form: Form, depth: usize) -> Result<Value, Misfit> {
    let text = text.trim();
    if text == "null" {
        return Ok(Value::Null);
    }
    if depth > DEEPEST {
        return Err(Misfit::new("it is nested too deeply"));
    }
    let inner = depth + 1;
    match of {
        Type::Bool => parse(text, of).map(Value::Bool),
        Type::String => parse(text, of).map(Value::String),
        Type::Number => number(text, of).map(Value::Number),
        Type::List(element) => {
            let elements = parse::<Vec<Box<RawValue>>>(text, of)?;
            sequence(&elements, form, inner, |_| element).map(Value::List)
        }
        Type::Set(element) => {
            let elements = parse::<Vec<Box<RawValue>>>(text, of)?;
            sequence(&elements, form, inner, |_| element).map(Value::Set).map_err(Misfit::inside_set)
        }
        Type::Tuple(types) => {
            let elements = parse::<Vec<Box<RawValue>>>(text, of)?;
            if elements.len() != types.len() {
                return Err(Misfit::expected(of, &format!("a list of {}", elements.len())));
            }
            sequence(&elements, form, inner, |index| types.get(index).unwrap_or(&Type::Dynamic))
                .map(Value::List)
        }
        Type::Map(element) => {
            let members = parse::<BTreeMap<String, Box<RawValue>>>(text, of)?;
            let values = members.into_iter().map(|(key, raw)| {
                let value = read_at(raw.get(), element, form, inner)
                    .map_err(|misfit| misfit.inside(Step::Key(key.clone())))?;
                Ok((key, value))
            });
            values.collect::<Result<_, _>>().map(Value::Map)
        }
        Type::Object(attributes) => {
            let members = parse::<BTreeMap<String, Box<RawValue>>>(text, of)?;
            object(members, attributes, form, inner)
        }
        Type::Dynamic => dynamic(text, form, inner),
    }
}

fn parse<T: DeserializeOwned>(text: &str, of: &Type) -> Result<T, Misfit> {
    serde_json::from_str(text).map_err(|_| Misfit::expected(of, kind(text)))
}

fn kind(text: &str) -> &'static str {
    match text.as_bytes().first() {
        Some(b'"') => "a string",
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b't' | b'f') => "a bool",
        Some(b'-' | b'0'..=b'9') => "a number",
        _ => "no JSON",
    }
}

/// State keeps numbers that no float holds as strings.
fn number(text: &str, of: &Type) -> Result<Number, Misfit> {
    let quoted = serde_json::from_str::<String>(text).ok();
    let digits = quoted.as_deref().unwrap_or(text);
    digits.parse().map_err(|_| Misfit::expected(of, kind(text)))
}

fn sequence<'a>(
    elements: &[Box<RawValue>],
    form: Form,
    depth: usize,
    type_of: impl Fn(usize) -> &'a Type,
) -> Result<Vec<Value>, Misfit> {
    let values = elements.iter().enumerate().map(|(index, raw)| {
        read_at(raw.get(), type_of(index), form, depth).map_err(|misfit| misfit.inside(index_step(index)))
    });
    values.collect()
}

fn object(
    mut members: BTreeMap<String, Box<RawValue>>,
    attributes: &BTreeMap<String, Type>,
    form: Form,
    depth: usize,
) -> Result<Value, Misfit> {
    let mut values = BTreeMap::new();
    for (name, of) in attributes {
        let value = match members.remove(name) {
            None => Value::Null,
            Some(raw) => read_at(raw.get(), of, form, depth)
                .map_err(|misfit| misfit.inside(Step::Attribute(name.clone())))?,
        };
        values.insert(name.clone(), value);
    }
    match members.into_keys().next() {
        Some(name) if form == Form::Plain => {
            Err(Misfit::new("not an attribute of the schema").inside(Step::Attribute(name)))
        }
        _ => Ok(Value::Object(values)),
    }
}

fn dynamic(text: &str, form: Form, depth: usize) -> Result<Value, Misfit> {
    if form == Form::State {
        let mut members = parse::<BTreeMap<String, Box<RawValue>>>(text, &Type::Dynamic)?;
        let (Some(own), Some(value)) = (members.remove("type"), members.remove("value")) else {
            return Err(Misfit::new("a value of its own type needs `type` and `value`"));
        };
        let own = serde_json::from_str::<Json>(own.get()).ok().and_then(|json| Type::from_json(&json));
        let own = own.ok_or_else(|| Misfit::new("its `type` is not a valid type"))?;
        let value = read_at(value.get(), &own, form, depth)?;
        return Ok(Value::Dynamic(Box::new((own, value))));
    }
    let own = inferred(text, depth)?;
    let value = read_at(text, &own, form, depth)?;
    Ok(if own == Type::Dynamic { value } else { Value::Dynamic(Box::new((own, value))) })
}

fn inferred(text: &str, depth: usize) -> Result<Type, Misfit> {
    if depth > DEEPEST {
        return Err(Misfit::new("it is nested too deeply"));
    }
    match kind(text) {
        "a string" => Ok(Type::String),
        "a bool" => Ok(Type::Bool),
        "a number" => Ok(Type::Number),
        "a list" => {
            let elements = parse::<Vec<Box<RawValue>>>(text, &Type::Dynamic)?;
            let types = elements.iter().map(|raw| inferred(raw.get(), depth + 1));
            types.collect::<Result<_, _>>().map(Type::Tuple)
        }
        "an object" => {
            let members = parse::<BTreeMap<String, Box<RawValue>>>(text, &Type::Dynamic)?;
            let types = members.into_iter().map(|(name, raw)| Ok((name, inferred(raw.get(), depth + 1)?)));
            types.collect::<Result<_, _>>().map(Type::Object)
        }
        _ => Ok(Type::Dynamic),
    }
}

impl Value {
    /// The value as plain JSON: sets are arrays, null and unknown are null, and a number that JSON's reader
    /// cannot hold exactly is the nearest one that it can.
    ///
    /// ```
    /// use provider_framework::Value;
    ///
    /// let port = Value::object([("name", Value::from("http")), ("number", Value::from(80))]);
    /// assert_eq!(port.to_json(), serde_json::json!({ "name": "http", "number": 80 }));
    /// ```
    pub fn to_json(&self) -> Json {
        match self {
            Self::Null | Self::Unknown => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Number(number) => number_to_json(number),
            Self::String(text) => Json::String(text.clone()),
            Self::List(elements) => elements.iter().map(Self::to_json).collect(),
            Self::Set(elements) => Self::canonical_set(elements).into_iter().map(Self::to_json).collect(),
            Self::Map(members) | Self::Object(members) => {
                Json::Object(members.iter().map(|(name, value)| (name.clone(), value.to_json())).collect())
            }
            Self::Dynamic(inner) => inner.1.to_json(),
        }
    }
}

fn number_to_json(number: &Number) -> Json {
    if let Some(integer) = number.as_i64() {
        return integer.into();
    }
    if let Ok(integer) = number.to_string().parse::<u64>() {
        return integer.into();
    }
    serde_json::Number::from_f64(number.as_f64()).map_or(Json::Null, Json::Number)
}

#[cfg(test)]
mod tests;
