//! What one entry of `images` does to an image reference.

use super::ImageReference;
use super::reference::DEFAULT_REGISTRY;
use crate::configuration::Image;

impl ImageReference {
    /// Applies the entries in their order, each to what the one before it left.
    pub(crate) fn replace(&mut self, images: &[Image]) {
        for image in images {
            if image.name.as_ref() == Some(&self.name) {
                self.rename(image);
            }
            if let (Some(registry), Some(new_registry)) = (&image.registry, &image.new_registry) {
                self.move_to(registry, new_registry);
            }
        }
    }

    /// As kustomize does: a new tag removes the digest, and a digest removes the tag.
    fn rename(&mut self, image: &Image) {
        if let Some(name) = &image.new_name {
            self.name.clone_from(name);
        }
        if image.new_tag.is_some() || image.digest.is_some() {
            self.tag.clone_from(&image.new_tag);
            self.digest.clone_from(&image.digest);
        } else if let Some(suffix) = &image.tag_suffix {
            self.append_to_tag(suffix);
        }
    }

    /// An image that only has a digest has no tag to append to.
    fn append_to_tag(&mut self, suffix: &str) {
        let tag = match (&self.tag, &self.digest) {
            (Some(tag), _) => tag.clone(),
            (None, None) => "latest".to_owned(),
            (None, Some(_)) => return,
        };
        if !tag.ends_with(suffix) {
            self.tag = Some(format!("{tag}{suffix}"));
            self.digest = None;
        }
    }

    fn move_to(&mut self, registry: &str, new_registry: &str) {
        let name = self.full_name();
        let registry = if registry == "index.docker.io" { DEFAULT_REGISTRY } else { registry };
        let within = |registry: &str| name.strip_prefix(registry).and_then(|rest| rest.strip_prefix('/'));
        // A new registry below the old one is not moved again.
        if let (Some(rest), None) = (within(registry), within(new_registry)) {
            self.name = format!("{new_registry}/{rest}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn check(images: Value, image: &str, expected: &str) {
        let images: Vec<Image> = serde_json::from_value(images).unwrap();
        let mut reference = ImageReference::parse(image);
        reference.replace(&images);
        assert_eq!(reference.to_string(), expected, "{image}");
        reference.replace(&images);
        assert_eq!(reference.to_string(), expected, "{image}, replaced twice");
    }

    #[test]
    fn registries_are_rewritten_however_docker_hub_is_named() {
        let mirror = || json!([{"registry": "docker.io", "newRegistry": "mirror.example.com"}]);
        for image in
            ["nginx", "library/nginx", "docker.io/nginx", "docker.io/library/nginx", "index.docker.io/nginx"]
        {
            check(mirror(), image, "mirror.example.com/library/nginx");
        }
        check(mirror(), "nginx:1.27@sha256:abc", "mirror.example.com/library/nginx:1.27@sha256:abc");
        check(mirror(), "bitnami/redis:7", "mirror.example.com/bitnami/redis:7");
        for image in [
            "quay.io/prometheus/prometheus:v3",
            "localhost:5000/web",
            "localhost/web",
            "docker.io.example.com/a",
        ] {
            check(mirror(), image, image);
        }
    }

    #[test]
    fn registries_may_have_ports_and_paths() {
        let image =
            |registry: &str, new_registry: &str| json!([{"registry": registry, "newRegistry": new_registry}]);
        check(
            image("localhost:5000", "registry.example.com"),
            "localhost:5000/web:1",
            "registry.example.com/web:1",
        );
        check(
            image("quay.io/team", "mirror.example.com/quay"),
            "quay.io/team/web",
            "mirror.example.com/quay/web",
        );
        check(image("quay.io/team", "mirror.example.com"), "quay.io/teams/web", "quay.io/teams/web");
        check(image("docker.io", "docker.io/mirror"), "nginx", "docker.io/mirror/library/nginx");
    }

    #[test]
    fn tags_get_their_suffix_once() {
        let suffix = || json!([{"name": "nginx", "tagSuffix": "-slim"}]);
        check(suffix(), "nginx:1", "nginx:1-slim");
        check(suffix(), "nginx:1-slim", "nginx:1-slim");
        check(suffix(), "nginx:1@sha256:abc", "nginx:1-slim");
        check(suffix(), "nginx", "nginx:latest-slim");
        check(suffix(), "nginx@sha256:abc", "nginx@sha256:abc");
    }

    #[test]
    fn entries_apply_in_order() {
        let entries = json!([{"name": "web", "newName": "app"}, {"name": "app", "newTag": "2"},
            {"registry": "docker.io", "newRegistry": "m.example.com"}]);
        check(entries, "web:1", "m.example.com/library/app:2");
    }
}
