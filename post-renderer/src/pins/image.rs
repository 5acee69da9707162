//! Image references that can come to mean another image.

use super::Unpinned;
use crate::images::ImageReference;

/// The finding about an image reference that has no digest.
pub(super) fn check(image: &str, line: usize) -> Option<Unpinned> {
    if ImageReference::parse(image).has_digest() {
        return None;
    }
    Some(Unpinned {
        id: "unpinned-image",
        line,
        message: format!("the image `{image}` has no digest"),
        help: format!(
            "write `{image}@sha256:…`; `docker buildx imagetools inspect {image}` prints the digest"
        ),
    })
}
