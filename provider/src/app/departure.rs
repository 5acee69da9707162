//! What becomes of an app's objects when they are no longer wanted.

use super::config::AppConfig;

/// How objects leave: by destroy, by replacement, or because the app no longer has such a part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Departure {
    /// Whether a repository is deleted with the images in it.
    pub(crate) force_delete: bool,
}

impl Departure {
    /// Resolves what `image.force_delete` says.
    pub(super) fn resolve(config: &AppConfig) -> Self {
        Self { force_delete: config.image.as_ref().and_then(|image| image.force_delete).unwrap_or(false) }
    }
}
