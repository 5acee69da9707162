//! The fields of Kubernetes' built-in kinds and how they nest. The text is compiled in, and is read only when a patch is
//! checked against it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Kinds and types, written by `cargo dev generate`.
const TEXT: &str = include_str!("structure/kubernetes.txt");

/// A built-in kind of Kubernetes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// As `apps/v1`.
    pub api_version: &'static str,
    /// As `Deployment`.
    pub kind: &'static str,
    /// The type of its objects.
    pub(crate) type_name: &'static str,
}

impl Kind {
    /// API group; empty for the core group.
    pub fn group(&self) -> &'static str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// API version without the group.
    pub fn version(&self) -> &'static str {
        self.api_version.split_once('/').map_or(self.api_version, |(_, version)| version)
    }
}

/// All built-in kinds.
pub fn built_in_kinds() -> &'static [Kind] {
    &structure().kinds
}

/// The version of Kubernetes that has these kinds, as `1.36`.
pub(crate) fn kubernetes_version() -> &'static str {
    structure().version
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// A text, number or boolean.
    Scalar,
    /// Any value.
    Any,
    /// A list, with the notation of what its elements hold.
    List(&'static str),
    /// A map by any name, with the notation of what its values hold.
    Map(&'static str),
    /// A mapping with the fields of the type of this name.
    Object(&'static str),
}

impl Content {
    /// Reads the notation of the text: `[]=Container` is a list of mappings of the type `Container`.
    pub(crate) fn parse(notation: &'static str) -> Self {
        if let Some(elements) = notation.strip_prefix("[]") {
            Self::List(elements)
        } else if let Some(values) = notation.strip_prefix("{}") {
            Self::Map(values)
        } else if let Some(name) = notation.strip_prefix('=') {
            Self::Object(name)
        } else if notation == "*" {
            Self::Any
        } else {
            Self::Scalar
        }
    }
}

/// The fields of a type, sorted by name.
pub(crate) fn fields(type_name: &str) -> impl Iterator<Item = (&'static str, Content)> {
    let line = structure().types.get(type_name).copied().unwrap_or_default();
    line.split(' ').filter(|field| !field.is_empty()).map(|field| {
        let (name, notation) = field.split_at(field.find(['[', '{', '=', '*']).unwrap_or(field.len()));
        (name, Content::parse(notation))
    })
}

struct Structure {
    version: &'static str,
    kinds: Vec<Kind>,
    /// Fields as they are written, by type.
    types: BTreeMap<&'static str, &'static str>,
}

fn structure() -> &'static Structure {
    static STRUCTURE: OnceLock<Structure> = OnceLock::new();
    STRUCTURE.get_or_init(|| read(TEXT))
}

fn read(text: &'static str) -> Structure {
    let mut structure = Structure { version: "", kinds: Vec::new(), types: BTreeMap::new() };
    for line in text.lines() {
        match line.split_once(' ') {
            Some(("version", version)) => structure.version = minor_version(version),
            Some(("kind", words)) => {
                if let [api_version, kind, type_name] = words.split(' ').collect::<Vec<_>>()[..] {
                    structure.kinds.push(Kind { api_version, kind, type_name });
                }
            }
            Some(("type", words)) => {
                let (name, fields) = words.split_once(' ').unwrap_or((words, ""));
                structure.types.insert(name, fields);
            }
            _ => {}
        }
    }
    structure
}

/// `1.36` of `v1.36.3`.
fn minor_version(version: &str) -> &str {
    let version = version.trim_start_matches('v');
    version.rsplit_once('.').map_or(version, |(minor, _)| minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_that_a_field_names_is_known() {
        let structure = structure();
        assert!(structure.kinds.len() > 90 && structure.types.len() > 400, "the text was not read");
        let of_kinds = structure.kinds.iter().map(|kind| kind.type_name);
        let of_fields = structure.types.values().flat_map(|line| {
            line.split(' ').filter_map(|field| field.split_once('=').map(|(_, type_name)| type_name))
        });
        let unknown: Vec<&str> =
            of_kinds.chain(of_fields).filter(|name| !structure.types.contains_key(name)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn a_field_is_read_with_what_it_holds() {
        let field = |type_name: &str, name: &str| fields(type_name).find(|field| field.0 == name).unwrap().1;
        assert_eq!(field("PodSpec", "dnsPolicy"), Content::Scalar);
        assert_eq!(field("PodSpec", "containers"), Content::List("=Container"));
        assert_eq!(field("PodSpec", "nodeSelector"), Content::Map(""));
        assert_eq!(field("Deployment", "spec"), Content::Object("DeploymentSpec"));
        assert_eq!(field("ControllerRevision", "data"), Content::Any);
        assert_eq!(field("CertificateSigningRequestSpec", "extra"), Content::Map("[]"));
    }

    #[test]
    fn a_kind_has_a_group_and_a_version() {
        let named = |api_version: &str, kind: &str| {
            built_in_kinds().iter().find(|one| one.api_version == api_version && one.kind == kind).unwrap()
        };
        assert_eq!(
            (named("apps/v1", "Deployment").group(), named("apps/v1", "Deployment").version()),
            ("apps", "v1")
        );
        assert_eq!((named("v1", "Pod").group(), named("v1", "Pod").version()), ("", "v1"));
        assert_eq!(kubernetes_version(), "1.36");
    }
}
