//! Values out of Rust's own types.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Number, Type, Value, json};
use crate::Diagnostic;

/// Converts through JSON text: its decimal numbers are exact, and one codec is enough.
pub(super) fn encode<T: Serialize + ?Sized>(value: &T, of: &Type) -> Result<Value, Diagnostic> {
    let text = serde_json::to_string(value)
        .map_err(|error| Diagnostic::bug(format!("A value could not be serialized: {error}.")))?;
    json::read(&text, of, json::Form::Plain).map_err(|misfit| {
        Diagnostic::bug(format!("A value does not fit the schema: {misfit}.")).at(misfit.path)
    })
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value)
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::String(value.clone())
    }
}

impl From<Number> for Value {
    fn from(value: Number) -> Self {
        Self::Number(value)
    }
}

macro_rules! from_integers {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Value {
            fn from(value: $integer) -> Self {
                Self::Number(value.into())
            }
        }
    )*};
}

from_integers!(i32, i64, u8, u16, u32, u64);

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Value {
    fn from(elements: Vec<T>) -> Self {
        Self::List(elements.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Self>> From<BTreeMap<String, T>> for Value {
    fn from(elements: BTreeMap<String, T>) -> Self {
        Self::Map(elements.into_iter().map(|(key, value)| (key, value.into())).collect())
    }
}
