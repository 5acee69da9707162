//! What AWS fixes for the life of an object, and a change of which would cost what is in it: refused at plan.

use provider_framework::{Diagnostic, Diagnostics, Path, Value};
use serde_json::Value as Json;

use crate::infrastructure::repository;

/// Refuses another encryption of the repository that is there: a new one of the same name would begin without images.
pub(super) fn check(prior: Option<&Value>, planned: &Value, diagnostics: &mut Diagnostics) {
    let path = Path::root("infrastructure").key(repository::KEY.to_string());
    let read = |value: &Value| serde_json::from_str::<Json>(value.at(&path)?.as_str()?).ok();
    let (Some(before), Some(after)) = (prior.and_then(read), read(planned)) else { return };
    let differs = |name: &str| before.get(name) != after.get(name);
    if before.get("encryption").is_some() && differs("encryption") && !differs("name") {
        let name = after.get("name").and_then(Json::as_str).unwrap_or_default();
        diagnostics.push(
            Diagnostic::error(
                "The encryption of a repository can't be changed",
                format!(
                    "ECR fixes it when the repository is made, and `{name}` is there. Name another repository, which \
                     is then made with the new encryption, and push the images to it."
                ),
            )
            .at(Path::root("image").attribute("encryption")),
        );
    }
}
