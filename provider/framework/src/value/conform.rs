//! Makes a value that a provider built fit its type, or reports where it does not.

use std::{collections::BTreeMap, fmt};

use super::{Type, Value};
use crate::{Path, path::Step};

/// A value that is not of the type it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misfit {
    /// Where; it ends at a set, since nothing inside a set has an address.
    pub(crate) path: Path,
    /// What is wrong, as the end of a sentence.
    pub(crate) reason: String,
}

impl Misfit {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self { path: Path::EMPTY, reason: reason.into() }
    }

    pub(crate) fn expected(wanted: &Type, found: &str) -> Self {
        Self::new(format!("{wanted} is required, but {found} was given"))
    }

    /// The same misfit, seen from one step further out.
    pub(crate) fn inside(mut self, step: Step) -> Self {
        self.path = Path::EMPTY.step(step).join(&self.path);
        self
    }

    /// The same misfit, seen from outside the set it is in.
    pub(crate) fn inside_set(mut self) -> Self {
        self.path = Path::EMPTY;
        self
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            formatter.write_str(&self.reason)
        } else {
            write!(formatter, "`{}`: {}", self.path, self.reason)
        }
    }
}

impl Value {
    /// The same value in the exact shape of `of`: attributes that are missing become null, a map serves as an
    /// object and a list as a set, and where the type is "any", the value is given one.
    pub(crate) fn conform(self, of: &Type) -> Result<Self, Misfit> {
        match (self, of) {
            (Self::Null, _) => Ok(Self::Null),
            (Self::Unknown, _) => Ok(Self::Unknown),
            (Self::Dynamic(inner), Type::Dynamic) => {
                let (own, value) = *inner;
                let value = value.conform(&own)?;
                Ok(if own == Type::Dynamic { value } else { Self::Dynamic(Box::new((own, value))) })
            }
            (value, Type::Dynamic) => {
                let own = value.infer();
                Ok(Self::Dynamic(Box::new((own, value))))
            }
            (Self::Dynamic(inner), _) => inner.1.conform(of),
            (value @ Self::Bool(_), Type::Bool)
            | (value @ Self::Number(_), Type::Number)
            | (value @ Self::String(_), Type::String) => Ok(value),
            (Self::List(elements) | Self::Set(elements), Type::List(element)) => {
                let conformed = elements.into_iter().enumerate().map(|(index, value)| {
                    value.conform(element).map_err(|misfit| misfit.inside(index_step(index)))
                });
                conformed.collect::<Result<_, _>>().map(Self::List)
            }
            (Self::List(elements) | Self::Set(elements), Type::Set(element)) => {
                let conformed =
                    elements.into_iter().map(|value| value.conform(element).map_err(Misfit::inside_set));
                conformed.collect::<Result<_, _>>().map(Self::Set)
            }
            (Self::List(elements), Type::Tuple(types)) if elements.len() == types.len() => {
                let conformed = elements.into_iter().zip(types).enumerate().map(|(index, (value, of))| {
                    value.conform(of).map_err(|misfit| misfit.inside(index_step(index)))
                });
                conformed.collect::<Result<_, _>>().map(Self::List)
            }
            (Self::Map(members) | Self::Object(members), Type::Map(element)) => {
                let conformed = members.into_iter().map(|(key, value)| {
                    let value =
                        value.conform(element).map_err(|misfit| misfit.inside(Step::Key(key.clone())))?;
                    Ok((key, value))
                });
                conformed.collect::<Result<_, _>>().map(Self::Map)
            }
            (Self::Map(members) | Self::Object(members), Type::Object(attributes)) => {
                conform_object(members, attributes)
            }
            (other, _) => Err(Misfit::expected(of, other.kind())),
        }
    }

    /// The type that a value has by itself. A null alone has none but "any".
    pub(crate) fn infer(&self) -> Type {
        match self {
            Self::Null | Self::Unknown => Type::Dynamic,
            Self::Bool(_) => Type::Bool,
            Self::Number(_) => Type::Number,
            Self::String(_) => Type::String,
            Self::List(elements) => Type::Tuple(elements.iter().map(Self::infer).collect()),
            Self::Set(elements) => Type::set(Self::infer_common(elements)),
            Self::Map(members) => {
                let elements: Vec<Self> = members.values().cloned().collect();
                Type::map(Self::infer_common(&elements))
            }
            Self::Object(members) => {
                Type::object(members.iter().map(|(name, value)| (name.clone(), value.infer())))
            }
            Self::Dynamic(inner) => inner.0.clone(),
        }
    }

    fn infer_common(elements: &[Self]) -> Type {
        let mut types: Vec<Type> =
            elements.iter().filter(|it| !it.is_null() && !it.is_unknown()).map(Self::infer).collect();
        types.dedup();
        match <[Type; 1]>::try_from(types) {
            Ok([only]) => only,
            Err(_) => Type::Dynamic,
        }
    }
}

pub(super) fn index_step(index: usize) -> Step {
    Step::Index(i64::try_from(index).unwrap_or(i64::MAX))
}

fn conform_object(
    mut members: BTreeMap<String, Value>,
    attributes: &BTreeMap<String, Type>,
) -> Result<Value, Misfit> {
    let mut object = BTreeMap::new();
    for (name, of) in attributes {
        let (name, value) = members.remove_entry(name).unwrap_or_else(|| (name.clone(), Value::Null));
        let value = value.conform(of).map_err(|misfit| misfit.inside(Step::Attribute(name.clone())))?;
        object.insert(name, value);
    }
    match members.into_keys().next() {
        None => Ok(Value::Object(object)),
        Some(name) => Err(Misfit::new("not an attribute of the schema").inside(Step::Attribute(name))),
    }
}
