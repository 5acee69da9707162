//! The image that the pointer of an app names. Other tools write the pointer: a refresh reports one that names no image
//! and continues with the last image, so that the app can still be destroyed; an update of the app refuses it. A plan does
//! not, because Terraform plans an update before it plans a destroy.

use provider_framework::{Diagnostic, Path, Private};
use serde::{Deserialize, Serialize};

use crate::app::image::{Reference, Source};
use crate::app::resolve::App;
use crate::infrastructure::Pointer;

/// Key in the private state.
const KEY: &str = "broken_pointer";

/// A pointer that named no image when it was read last.
#[derive(Serialize, Deserialize)]
struct Broken {
    parameter: String,
    detail: String,
}

/// The image that a pointer names; a bare tag or digest is one of the app's own repository.
pub(super) fn pointed_image(
    name: &str,
    pointer: &Pointer,
    repository_url: &str,
) -> Result<Reference, Diagnostic> {
    let broken = |why: String| {
        Diagnostic::error(
            summary(name),
            format!(
                "{why}. Write the image that is to run into a parameter of type String: \
                 `{repository_url}@sha256:…`, `{repository_url}:TAG`, or just a tag. Nothing else is assumed."
            ),
        )
        .at(Path::root("image"))
    };
    let Pointer { value, kind } = pointer;
    if kind == "SecureString" {
        return Err(broken("It is a SecureString, which ipsy does not decrypt".to_owned()));
    }
    let mut image = Reference::parse(value)
        .map_err(|why| broken(format!("It is a {kind} that holds `{}`, but {why}", value.escape_debug())))?;
    if image.repository.is_empty() {
        repository_url.clone_into(&mut image.repository);
    }
    Ok(image)
}

/// Remembers that the pointer of `app` names no image; gives the warning of a refresh.
pub(super) fn remember(private: &mut Private, app: &App, error: &Diagnostic) -> Diagnostic {
    let broken = Broken { parameter: app.image.parameter.clone(), detail: error.detail.clone() };
    // Texts always go into JSON.
    let _ = private.set(KEY, &broken);
    Diagnostic::warning(
        error.summary.clone(),
        format!(
            "{} The last image that it named stays in the state; a destroy does not need it.",
            error.detail
        ),
    )
}

/// Forgets it: the pointer names an image, or there is none.
pub(super) fn forget(private: &mut Private) {
    private.remove(KEY);
}

/// The warning of a destroy, where `app` has such a pointer.
pub(super) fn warning(private: &Private, app: &App) -> Option<Diagnostic> {
    let error = broken(private, app)?;
    let detail = format!("{} The destroy continues without it.", error.detail);
    Some(Diagnostic::warning(error.summary, detail))
}

/// Why `app` can't be updated, if the pointer that it still uses names no image.
pub(super) fn broken(private: &Private, app: &App) -> Option<Diagnostic> {
    let broken: Broken = private.get(KEY)?;
    let is_used =
        matches!(app.image.source, Source::Pointer { .. }) && app.image.parameter == broken.parameter;
    is_used.then(|| Diagnostic::error(summary(&broken.parameter), broken.detail).at(Path::root("image")))
}

fn summary(name: &str) -> String {
    format!("The SSM parameter `{name}` names no image")
}
