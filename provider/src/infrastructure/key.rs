//! Keys of the objects of one app: a kind, and a name where an app can have several of the kind. As text they are in the
//! state's `infrastructure` and in the tag `ipsy:component`.

use std::fmt;
use std::str::FromStr;

use super::Kind;

/// The key of one object of an app: `role` or `target_group/blue`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ComponentKey {
    pub(crate) kind: Kind,
    /// `None` for kinds of which an app has one object.
    pub(crate) name: Option<String>,
}

impl ComponentKey {
    /// The key of the only object of its kind.
    pub(crate) const fn only(kind: Kind) -> Self {
        Self { kind, name: None }
    }

    /// The key of an object among others of its kind.
    pub(crate) fn named(kind: Kind, name: impl Into<String>) -> Self {
        Self { kind, name: Some(name.into()) }
    }

    /// The key that a state or a tag holds; `None` for other texts.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (kind, name) = match text.split_once('/') {
            Some((kind, name)) => (kind, Some(name.to_owned())),
            None => (text, None),
        };
        Some(Self { kind: Kind::from_str(kind).ok()?, name })
    }

    /// The name, if this is an object of `kind`.
    pub(crate) fn name_of(&self, kind: Kind) -> Option<&str> {
        self.name.as_deref().filter(|_| self.kind == kind)
    }
}

impl fmt::Display for ComponentKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.kind)?;
        self.name.iter().try_for_each(|name| write!(formatter, "/{name}"))
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;

    #[test]
    fn a_key_is_read_as_it_is_written() {
        for kind in Kind::iter() {
            for key in [ComponentKey::only(kind), ComponentKey::named(kind, "blue/orders")] {
                assert_eq!(ComponentKey::parse(&key.to_string()), Some(key));
            }
        }
        assert_eq!(ComponentKey::parse("alarm/slow/blue").unwrap().name_of(Kind::Alarm), Some("slow/blue"));
        assert_eq!(ComponentKey::parse("unknown"), None);
        assert_eq!(ComponentKey::only(Kind::DnsRecord).to_string(), "dns_record");
    }
}
