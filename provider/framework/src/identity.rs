//! Resource identities: the few values by which an object is found, apart from its state. Terraform 1.12 and later.

use indexmap::IndexMap;

use crate::{Type, Value};

/// The identity of a resource type.
///
/// ```
/// use provider_framework::{IdentitySchema, Type, Value};
///
/// let identity = IdentitySchema::new(0)
///     .required("name", Type::String, "Name of the app.")
///     .optional("region", Type::String, "Region; that of the provider without it.");
/// assert!(identity.problems().is_empty());
/// assert_eq!(identity.version(), 0);
/// assert_eq!(identity.implied_type().to_string(), "object({name = string, region = string})");
///
/// let state = Value::object([("name", Value::from("web")), ("url", Value::from("https://web"))]);
/// let expected = Value::object([("name", Value::from("web")), ("region", Value::Null)]);
/// assert_eq!(identity.from_state(&state), expected);
/// ```
#[derive(Debug, Clone, Default)]
pub struct IdentitySchema {
    version: i64,
    attributes: IndexMap<String, IdentityAttribute>,
}

/// One value of an identity.
#[derive(Debug, Clone)]
pub(crate) struct IdentityAttribute {
    pub(crate) of: Type,
    pub(crate) description: String,
    pub(crate) required: bool,
}

impl IdentitySchema {
    /// An identity without values. `version` rises when stored identities must be rewritten: see
    /// [`Resource::upgrade_identity`](crate::Resource::upgrade_identity).
    pub fn new(version: i64) -> Self {
        Self { version, attributes: IndexMap::new() }
    }

    /// Adds a value that an `import` block must give.
    #[must_use]
    pub fn required(self, name: impl Into<String>, of: Type, description: impl Into<String>) -> Self {
        self.with(name.into(), IdentityAttribute { of, description: description.into(), required: true })
    }

    /// Adds a value that an `import` block may leave out.
    #[must_use]
    pub fn optional(self, name: impl Into<String>, of: Type, description: impl Into<String>) -> Self {
        self.with(name.into(), IdentityAttribute { of, description: description.into(), required: false })
    }

    fn with(mut self, name: String, attribute: IdentityAttribute) -> Self {
        self.attributes.insert(name, attribute);
        self
    }

    /// The version of the identities that this schema describes.
    pub fn version(&self) -> i64 {
        self.version
    }

    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&str, &IdentityAttribute)> {
        self.attributes.iter().map(|(name, attribute)| (name.as_str(), attribute))
    }

    /// The object type of an identity.
    pub fn implied_type(&self) -> Type {
        Type::object(self.attributes().map(|(name, attribute)| (name, attribute.of.clone())))
    }

    /// The identity that the attributes of the same names in `state` give.
    pub fn from_state(&self, state: &Value) -> Value {
        Value::object(self.attributes().map(|(name, _)| (name, state.attribute(name).clone())))
    }

    /// Where this schema breaks Terraform's rules for identities.
    pub fn problems(&self) -> Vec<String> {
        let mut found = Vec::new();
        if self.version < 0 {
            found.push(format!(
                "the version of the identity is {}, but it must not be negative",
                self.version
            ));
        }
        if !self.attributes.values().any(|attribute| attribute.required) {
            found.push("the identity needs at least one required attribute".to_owned());
        }
        for (name, attribute) in &self.attributes {
            let primitive = |of: &Type| matches!(of, Type::String | Type::Number | Type::Bool);
            let fits = match &attribute.of {
                Type::List(element) => primitive(element),
                other => primitive(other),
            };
            if !fits {
                found.push(format!(
                    "`{name}`: an identity holds strings, numbers, bools and lists of these only"
                ));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::IdentitySchema;
    use crate::{Type, Value};

    #[test]
    fn an_identity_is_made_of_the_attributes_of_the_state() {
        let schema =
            IdentitySchema::new(0).required("name", Type::String, "").optional("zone", Type::String, "");
        let state = Value::object([("name", Value::from("a")), ("size", Value::from(1))]);
        let identity = Value::object([("name", Value::from("a")), ("zone", Value::Null)]);
        assert_eq!(schema.from_state(&state), identity);
    }

    #[test]
    fn identities_with_maps_or_without_required_values_are_refused() {
        let schema = IdentitySchema::new(0).optional("tags", Type::map(Type::String), "");
        assert_eq!(schema.problems().len(), 2);
        let schema = IdentitySchema::new(0).required("names", Type::list(Type::String), "");
        assert!(schema.problems().is_empty());
    }
}
