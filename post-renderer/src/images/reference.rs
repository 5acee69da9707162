//! The parts of an image reference: `registry:5000/team/name:tag@sha256:…`.

use std::fmt;

/// The registry of images that name none.
pub(super) const DEFAULT_REGISTRY: &str = "docker.io";

/// A parsed image reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ImageReference {
    pub(crate) name: String,
    pub(crate) tag: Option<String>,
    pub(crate) digest: Option<String>,
}

impl ImageReference {
    pub(crate) fn parse(text: &str) -> Self {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest.to_owned())),
            None => (text, None),
        };
        // A colon before the last slash belongs to a registry's port.
        let last = rest.rfind('/').map_or(0, |index| index + 1);
        let (name, tag) = match rest.get(last..).and_then(|part| part.find(':')) {
            Some(index) => (rest.get(..last + index), rest.get(last + index + 1..)),
            None => (Some(rest), None),
        };
        Self { name: name.unwrap_or(rest).to_owned(), tag: tag.map(ToOwned::to_owned), digest }
    }
}

impl ImageReference {
    /// Whether the image is named by digest: an algorithm and a value, as `sha256:…`.
    pub(crate) fn has_digest(&self) -> bool {
        let parts = self.digest.as_deref().and_then(|digest| digest.split_once(':'));
        parts.is_some_and(|(algorithm, value)| !algorithm.is_empty() && !value.is_empty())
    }
}

impl ImageReference {
    /// The name with registry, and with `library/` where Docker Hub implies it.
    pub(crate) fn full_name(&self) -> String {
        let (registry, path) = match self.name.split_once('/') {
            Some((first, rest)) if is_host(first) => (first, rest),
            _ => (DEFAULT_REGISTRY, self.name.as_str()),
        };
        match registry {
            DEFAULT_REGISTRY | "index.docker.io" if !path.contains('/') => {
                format!("{DEFAULT_REGISTRY}/library/{path}")
            }
            "index.docker.io" => format!("{DEFAULT_REGISTRY}/{path}"),
            _ => format!("{registry}/{path}"),
        }
    }
}

/// Whether the first part of a name is a registry, by the rule of the distribution's reference parser.
fn is_host(first: &str) -> bool {
    first.contains(['.', ':']) || first == "localhost" || first.chars().any(char::is_uppercase)
}

impl fmt::Display for ImageReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)?;
        if let Some(tag) = &self.tag {
            write!(formatter, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(formatter, "@{digest}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_of_registries_are_not_tags() {
        let image = ImageReference::parse("localhost:5000/team/web:1.0@sha256:abc");
        assert_eq!(image.name, "localhost:5000/team/web");
        assert_eq!(image.tag.as_deref(), Some("1.0"));
        assert_eq!(image.digest.as_deref(), Some("sha256:abc"));
        assert_eq!(image.to_string(), "localhost:5000/team/web:1.0@sha256:abc");
        assert_eq!(ImageReference::parse("localhost:5000/web").tag, None);
    }

    #[test]
    fn an_image_without_a_registry_comes_from_docker_hub() {
        for (image, full) in [
            ("nginx:1.27", "docker.io/library/nginx"),
            ("team/web", "docker.io/team/web"),
            ("docker.io/nginx", "docker.io/library/nginx"),
            ("index.docker.io/nginx", "docker.io/library/nginx"),
            ("index.docker.io/team/web", "docker.io/team/web"),
            ("localhost/web", "localhost/web"),
            ("registry:5000/web:1", "registry:5000/web"),
            ("registry.example.com/web@sha256:abc", "registry.example.com/web"),
        ] {
            assert_eq!(ImageReference::parse(image).full_name(), full, "{image}");
        }
    }

    #[test]
    fn a_digest_has_an_algorithm_and_a_value() {
        assert!(ImageReference::parse("web@sha256:abc").has_digest());
        for image in ["web", "web@", "web:latest@", "web@sha256", "web@sha256:"] {
            assert!(!ImageReference::parse(image).has_digest(), "{image}");
        }
    }
}
