//! Terraform's types and their JSON spelling, as schemas and dynamic values carry it.

use std::{collections::BTreeMap, fmt};

use serde_json::Value as Json;

/// The type of a value.
///
/// ```
/// use provider_framework::Type;
///
/// let ports = Type::list(Type::object([("name", Type::String), ("number", Type::Number)]));
/// assert_eq!(ports.to_string(), "list(object({name = string, number = number}))");
/// assert_eq!(Type::from_json(&ports.to_json()), Some(ports));
/// assert_eq!(Type::map(Type::set(Type::Bool)).to_string(), "map(set(bool))");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// Any type; each value brings its own.
    Dynamic,
    /// `list(T)`
    List(Box<Self>),
    /// `set(T)`
    Set(Box<Self>),
    /// `map(T)`
    Map(Box<Self>),
    /// `object({…})`
    Object(BTreeMap<String, Self>),
    /// `tuple([…])`; its values are [`Value::List`](crate::Value::List)s of exactly this length.
    Tuple(Vec<Self>),
}

impl Type {
    /// `list(element)`
    pub fn list(element: Self) -> Self {
        Self::List(Box::new(element))
    }

    /// `set(element)`
    pub fn set(element: Self) -> Self {
        Self::Set(Box::new(element))
    }

    /// `map(element)`
    pub fn map(element: Self) -> Self {
        Self::Map(Box::new(element))
    }

    /// `object({name = type, …})`
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Self)>) -> Self {
        Self::Object(attributes.into_iter().map(|(name, attribute)| (name.into(), attribute)).collect())
    }

    /// Whether values of this type may carry their own type somewhere inside.
    pub(crate) fn has_dynamic(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::Bool | Self::Number | Self::String => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.has_dynamic(),
            Self::Object(attributes) => attributes.values().any(Self::has_dynamic),
            Self::Tuple(elements) => elements.iter().any(Self::has_dynamic),
        }
    }

    /// The type in the JSON form of the wire: `"string"`, `["list","string"]`, `["object",{…}]`.
    pub fn to_json(&self) -> Json {
        let nested = |kind: &str, inner: Json| Json::Array(vec![kind.into(), inner]);
        match self {
            Self::Bool => "bool".into(),
            Self::Number => "number".into(),
            Self::String => "string".into(),
            Self::Dynamic => "dynamic".into(),
            Self::List(element) => nested("list", element.to_json()),
            Self::Set(element) => nested("set", element.to_json()),
            Self::Map(element) => nested("map", element.to_json()),
            Self::Object(attributes) => {
                let members = attributes.iter().map(|(name, inner)| (name.clone(), inner.to_json()));
                nested("object", Json::Object(members.collect()))
            }
            Self::Tuple(elements) => {
                nested("tuple", Json::Array(elements.iter().map(Self::to_json).collect()))
            }
        }
    }

    /// Reads the JSON form of the wire. Returns `None` for anything that is not a type.
    pub fn from_json(json: &Json) -> Option<Self> {
        match json {
            Json::String(name) => match name.as_str() {
                "bool" => Some(Self::Bool),
                "number" => Some(Self::Number),
                "string" => Some(Self::String),
                "dynamic" => Some(Self::Dynamic),
                _ => None,
            },
            Json::Array(parts) => match parts.as_slice() {
                [Json::String(kind), inner] => Self::compound(kind, inner),
                // The third part names the attributes that may be left out; the type is the same.
                [Json::String(kind), inner, Json::Array(_)] if kind == "object" => {
                    Self::compound(kind, inner)
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn compound(kind: &str, inner: &Json) -> Option<Self> {
        match (kind, inner) {
            ("list", element) => Self::from_json(element).map(Self::list),
            ("set", element) => Self::from_json(element).map(Self::set),
            ("map", element) => Self::from_json(element).map(Self::map),
            ("object", Json::Object(attributes)) => attributes
                .iter()
                .map(|(name, inner)| Some((name.clone(), Self::from_json(inner)?)))
                .collect::<Option<_>>()
                .map(Self::Object),
            ("tuple", Json::Array(elements)) => {
                elements.iter().map(Self::from_json).collect::<Option<_>>().map(Self::Tuple)
            }
            _ => None,
        }
    }
}

impl fmt::Display for Type {
    /// As people write types in HCL.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => formatter.write_str("bool"),
            Self::Number => formatter.write_str("number"),
            Self::String => formatter.write_str("string"),
            Self::Dynamic => formatter.write_str("any"),
            Self::List(element) => write!(formatter, "list({element})"),
            Self::Set(element) => write!(formatter, "set({element})"),
            Self::Map(element) => write!(formatter, "map({element})"),
            Self::Object(attributes) => {
                formatter.write_str("object({")?;
                for (position, (name, inner)) in attributes.iter().enumerate() {
                    let comma = if position == 0 { "" } else { ", " };
                    write!(formatter, "{comma}{name} = {inner}")?;
                }
                formatter.write_str("})")
            }
            Self::Tuple(elements) => {
                formatter.write_str("tuple([")?;
                for (position, inner) in elements.iter().enumerate() {
                    let comma = if position == 0 { "" } else { ", " };
                    write!(formatter, "{comma}{inner}")?;
                }
                formatter.write_str("])")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Type;

    fn check(of: &Type, spelling: &serde_json::Value, hcl: &str) {
        assert_eq!(&of.to_json(), spelling);
        assert_eq!(Type::from_json(spelling).as_ref(), Some(of));
        assert_eq!(of.to_string(), hcl);
    }

    #[test]
    fn spelling_of_every_type() {
        check(&Type::Bool, &json!("bool"), "bool");
        check(&Type::Number, &json!("number"), "number");
        check(&Type::String, &json!("string"), "string");
        check(&Type::Dynamic, &json!("dynamic"), "any");
        check(&Type::list(Type::Bool), &json!(["list", "bool"]), "list(bool)");
        check(&Type::set(Type::Number), &json!(["set", "number"]), "set(number)");
        check(&Type::map(Type::list(Type::String)), &json!(["map", ["list", "string"]]), "map(list(string))");
        check(
            &Type::object([("b", Type::Bool), ("a", Type::String)]),
            &json!(["object", {"a": "string", "b": "bool"}]),
            "object({a = string, b = bool})",
        );
        check(
            &Type::Tuple(vec![Type::Bool, Type::Dynamic]),
            &json!(["tuple", ["bool", "dynamic"]]),
            "tuple([bool, any])",
        );
    }

    #[test]
    fn optional_members_are_read_as_members() {
        let optional = json!(["object", {"a": "string"}, ["a"]]);
        assert_eq!(Type::from_json(&optional), Some(Type::object([("a", Type::String)])));
    }

    #[test]
    fn an_invalid_type_is_refused() {
        for wrong in
            [json!("text"), json!(1), json!([]), json!(["list"]), json!(["object", "string"]), json!(null)]
        {
            assert_eq!(Type::from_json(&wrong), None, "{wrong}");
        }
    }
}
