//! Values from msgpack. The bytes come from another process: no length is trusted, no depth is unbounded.

use std::collections::BTreeMap;

use rmp::{Marker, decode::RmpRead};

use super::Malformed;
use crate::{
    path::Step,
    value::{
        Number, Type, Value,
        conform::{Misfit, index_step},
    },
};

/// Types bound how deep a value is; only "any type" inside "any type" does not.
const DEEPEST: usize = 128;

/// Reads a value of type `of` that fills `bytes` to the last one.
pub(crate) fn read(bytes: &[u8], of: &Type) -> Result<Value, Malformed> {
    let mut reader = Reader { rest: bytes };
    let value = reader.value(of, 0).map_err(Malformed)?;
    if reader.rest.is_empty() {
        Ok(value)
    } else {
        Err(Malformed(Misfit::new(format!("{} bytes follow the value", reader.rest.len()))))
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

/// One msgpack item; of arrays and maps only the head.
enum Item<'a> {
    Nil,
    Bool(bool),
    Integer(i64),
    Unsigned(u64),
    Float(f64),
    Text(&'a [u8]),
    Bytes(&'a [u8]),
    Array(usize),
    Map(usize),
    Extension,
}

impl Item<'_> {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Nil => "null",
            Self::Bool(_) => "a bool",
            Self::Integer(_) | Self::Unsigned(_) | Self::Float(_) => "a number",
            Self::Text(_) => "a string",
            Self::Bytes(_) => "bytes",
            Self::Array(_) => "a list",
            Self::Map(_) => "a map",
            Self::Extension => "an unknown value",
        }
    }
}

impl<'a> Reader<'a> {
    fn value(&mut self, of: &Type, depth: usize) -> Result<Value, Misfit> {
        if depth > DEEPEST {
            return Err(Misfit::new("it is nested too deeply"));
        }
        let inner = depth + 1;
        match (self.item()?, of) {
            (Item::Nil, _) => Ok(Value::Null),
            (Item::Extension, _) => Ok(Value::Unknown),
            (Item::Bool(value), Type::Bool) => Ok(Value::Bool(value)),
            (Item::Integer(integer), Type::Number) => Ok(integer.into()),
            (Item::Unsigned(integer), Type::Number) => Ok(integer.into()),
            (Item::Float(float), Type::Number) => {
                Number::from_f64(float).map(Value::Number).ok_or_else(|| Misfit::new("it is not a number"))
            }
            (Item::Text(text), Type::Number) => {
                utf8(text)?.parse().map(Value::Number).map_err(|error| Misfit::new(format!("it is {error}")))
            }
            (Item::Text(text), Type::String) => utf8(text).map(Value::from),
            (Item::Array(length), Type::List(element)) => {
                self.elements(length, inner, |_| element).map(Value::List)
            }
            (Item::Array(length), Type::Set(element)) => {
                let elements = self.elements(length, inner, |_| element).map_err(Misfit::inside_set)?;
                // In one order whatever order they came in, so that a plan does not depend on it.
                Ok(Value::Set(Value::canonical_set(&elements).into_iter().cloned().collect()))
            }
            (Item::Array(length), Type::Tuple(types)) if length == types.len() => self
                .elements(length, inner, |index| types.get(index).unwrap_or(&Type::Dynamic))
                .map(Value::List),
            (Item::Map(length), Type::Map(element)) => self.map(length, element, inner),
            (Item::Map(length), Type::Object(attributes)) => self.object(length, attributes, inner),
            (Item::Array(2), Type::Dynamic) => self.dynamic(inner),
            (other, _) => Err(Misfit::expected(of, other.kind())),
        }
    }

    fn elements<'t>(
        &mut self,
        length: usize,
        depth: usize,
        type_of: impl Fn(usize) -> &'t Type,
    ) -> Result<Vec<Value>, Misfit> {
        // Every element takes at least one byte, so a greater length is a lie.
        let mut elements = Vec::with_capacity(self.plausible(length)?.min(1024));
        for index in 0..length {
            let element = self.value(type_of(index), depth);
            elements.push(element.map_err(|misfit| misfit.inside(index_step(index)))?);
        }
        Ok(elements)
    }

    fn map(&mut self, length: usize, element: &Type, depth: usize) -> Result<Value, Misfit> {
        let mut members = BTreeMap::new();
        for _ in 0..self.plausible(length)? {
            let key = self.key()?;
            let step = Step::Key(key.to_owned());
            let value = self.value(element, depth).map_err(|misfit| misfit.inside(step))?;
            members.insert(key.to_owned(), value);
        }
        Ok(Value::Map(members))
    }

    fn object(
        &mut self,
        length: usize,
        attributes: &BTreeMap<String, Type>,
        depth: usize,
    ) -> Result<Value, Misfit> {
        let mut members = BTreeMap::new();
        for _ in 0..self.plausible(length)? {
            let name = self.key()?;
            let step = || Step::Attribute(name.to_owned());
            let of = attributes
                .get(name)
                .ok_or_else(|| Misfit::new("not an attribute of the schema").inside(step()))?;
            let value = self.value(of, depth).map_err(|misfit| misfit.inside(step()))?;
            if members.insert(name.to_owned(), value).is_some() {
                return Err(Misfit::new("duplicate attribute").inside(step()));
            }
        }
        match attributes.keys().find(|name| !members.contains_key(*name)) {
            None => Ok(Value::Object(members)),
            Some(name) => Err(Misfit::new("this attribute is missing").inside(Step::Attribute(name.clone()))),
        }
    }

    fn dynamic(&mut self, depth: usize) -> Result<Value, Misfit> {
        let (Item::Bytes(own) | Item::Text(own)) = self.item()? else {
            return Err(Misfit::new("its own type is missing"));
        };
        let own = serde_json::from_slice(own).ok().and_then(|json| Type::from_json(&json));
        let own = own.ok_or_else(|| Misfit::new("its own type is not a valid type"))?;
        let value = self.value(&own, depth)?;
        Ok(Value::Dynamic(Box::new((own, value))))
    }

    fn key(&mut self) -> Result<&'a str, Misfit> {
        match self.item()? {
            Item::Text(text) => utf8(text),
            other => {
                Err(Misfit::new(format!("a string is required as a key, but {} was given", other.kind())))
            }
        }
    }

    fn plausible(&self, length: usize) -> Result<usize, Misfit> {
        if length <= self.rest.len() { Ok(length) } else { Err(short()) }
    }

    fn item(&mut self) -> Result<Item<'a>, Misfit> {
        let marker = Marker::from_u8(self.byte()?);
        Ok(match marker {
            Marker::Null => Item::Nil,
            Marker::True => Item::Bool(true),
            Marker::False => Item::Bool(false),
            Marker::FixPos(value) => Item::Integer(value.into()),
            Marker::FixNeg(value) => Item::Integer(value.into()),
            Marker::U8 => Item::Unsigned(self.unsigned(1)?),
            Marker::U16 => Item::Unsigned(self.unsigned(2)?),
            Marker::U32 => Item::Unsigned(self.unsigned(4)?),
            Marker::U64 => Item::Unsigned(self.unsigned(8)?),
            Marker::I8 => Item::Integer(self.rest.read_data_i8().map_err(|_| short())?.into()),
            Marker::I16 => Item::Integer(self.rest.read_data_i16().map_err(|_| short())?.into()),
            Marker::I32 => Item::Integer(self.rest.read_data_i32().map_err(|_| short())?.into()),
            Marker::I64 => Item::Integer(self.rest.read_data_i64().map_err(|_| short())?),
            Marker::F32 => Item::Float(self.rest.read_data_f32().map_err(|_| short())?.into()),
            Marker::F64 => Item::Float(self.rest.read_data_f64().map_err(|_| short())?),
            Marker::FixStr(length) => Item::Text(self.take(length.into())?),
            Marker::Str8 => Item::Text(self.counted(1)?),
            Marker::Str16 => Item::Text(self.counted(2)?),
            Marker::Str32 => Item::Text(self.counted(4)?),
            Marker::Bin8 => Item::Bytes(self.counted(1)?),
            Marker::Bin16 => Item::Bytes(self.counted(2)?),
            Marker::Bin32 => Item::Bytes(self.counted(4)?),
            Marker::FixArray(length) => Item::Array(length.into()),
            Marker::Array16 => Item::Array(self.length(2)?),
            Marker::Array32 => Item::Array(self.length(4)?),
            Marker::FixMap(length) => Item::Map(length.into()),
            Marker::Map16 => Item::Map(self.length(2)?),
            Marker::Map32 => Item::Map(self.length(4)?),
            Marker::FixExt1 => self.extension(1)?,
            Marker::FixExt2 => self.extension(2)?,
            Marker::FixExt4 => self.extension(4)?,
            Marker::FixExt8 => self.extension(8)?,
            Marker::FixExt16 => self.extension(16)?,
            Marker::Ext8 => self.counted_extension(1)?,
            Marker::Ext16 => self.counted_extension(2)?,
            Marker::Ext32 => self.counted_extension(4)?,
            Marker::Reserved => return Err(Misfit::new("not valid msgpack")),
        })
    }

    fn byte(&mut self) -> Result<u8, Misfit> {
        self.take(1)?.first().copied().ok_or_else(short)
    }

    fn unsigned(&mut self, width: usize) -> Result<u64, Misfit> {
        Ok(self.take(width)?.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    fn length(&mut self, width: usize) -> Result<usize, Misfit> {
        usize::try_from(self.unsigned(width)?).map_err(|_| short())
    }

    fn counted(&mut self, width: usize) -> Result<&'a [u8], Misfit> {
        let length = self.length(width)?;
        self.take(length)
    }

    /// Whatever its code and content, an extension is an unknown value; the content only narrows it down.
    fn extension(&mut self, length: usize) -> Result<Item<'a>, Misfit> {
        self.take(length.saturating_add(1))?;
        Ok(Item::Extension)
    }

    fn counted_extension(&mut self, width: usize) -> Result<Item<'a>, Misfit> {
        let length = self.length(width)?;
        self.extension(length)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Misfit> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(short)?;
        self.rest = rest;
        Ok(taken)
    }
}

fn short() -> Misfit {
    Misfit::new("the bytes end too early")
}

fn utf8(text: &[u8]) -> Result<&str, Misfit> {
    std::str::from_utf8(text).map_err(|_| Misfit::new("a string is not valid UTF-8"))
}
