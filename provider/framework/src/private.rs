//! What a resource remembers beside its state: named JSON values that no person sees.

use std::collections::BTreeMap;

use serde::{Serialize, de::DeserializeOwned};

use crate::Diagnostic;

/// Named values that Terraform keeps with a resource. They are stored in the state file: no secrets.
///
/// ```
/// use provider_framework::Private;
///
/// let mut private = Private::new();
/// private.set("etag", "abc")?;
/// assert_eq!(private.get::<String>("etag").as_deref(), Some("abc"));
/// assert_eq!(private.get::<u32>("etag"), None);
/// private.remove("etag");
/// assert!(private.is_empty());
/// # Ok::<(), provider_framework::Diagnostic>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Private(BTreeMap<String, serde_json::Value>);

impl Private {
    /// No values.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// The value under `key`; `None` if there is none, or if it has another shape.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        self.0.get(key).and_then(|value| T::deserialize(value).ok())
    }

    /// Stores a value under `key`.
    ///
    /// # Errors
    /// A diagnostic if the value cannot be JSON; it is the provider's fault.
    pub fn set<T: Serialize + ?Sized>(
        &mut self,
        key: impl Into<String>,
        value: &T,
    ) -> Result<(), Diagnostic> {
        let value = serde_json::to_value(value)
            .map_err(|error| Diagnostic::bug(format!("A private value cannot be JSON: {error}.")))?;
        self.0.insert(key.into(), value);
        Ok(())
    }

    /// Removes the value under `key`.
    pub fn remove(&mut self, key: &str) {
        self.0.remove(key);
    }

    /// Whether it has no values.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes that Terraform keeps; empty without values.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        if self.is_empty() { Vec::new() } else { serde_json::to_vec(&self.0).unwrap_or_default() }
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, Diagnostic> {
        if bytes.is_empty() {
            return Ok(Self::new());
        }
        serde_json::from_slice(bytes).map(Self).map_err(|_| {
            Diagnostic::error(
                "Unreadable private state",
                "The private data of this resource in the state is not what this provider wrote. The state was \
                 written by another provider or was edited; import the resource again.",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Private;

    #[test]
    fn values_come_back_and_keys_do_not_mix() {
        let mut private = Private::new();
        private.set("step", &3).unwrap();
        private.set("name", "a").unwrap();
        let back = Private::from_bytes(&private.to_bytes()).unwrap();
        assert_eq!(back, private);
        assert_eq!(back.get::<u8>("step"), Some(3));
        assert_eq!(back.get::<String>("name").as_deref(), Some("a"));
        assert_eq!(back.get::<u8>("name"), None);
        assert_eq!(back.get::<u8>("other"), None);
    }

    #[test]
    fn no_values_are_empty_bytes_and_invalid_bytes_are_reported() {
        assert_eq!(Private::new().to_bytes(), b"");
        assert_eq!(Private::from_bytes(b"").unwrap(), Private::new());
        assert!(Private::from_bytes(b"{").is_err());
        assert!(Private::from_bytes(b"[1]").is_err());
    }
}
