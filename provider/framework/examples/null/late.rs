//! `null_late`: a file that appears after a while, whether anybody still waits for it or not.

use std::{fs, time::Duration};

use provider_framework::{
    Attribute, CreateRequest, DeleteRequest, Diagnostic, Outcome, ReadRequest, Resource, Schema, Type,
    UpdateRequest, async_trait,
};

use crate::Folder;

pub(crate) struct Late(pub(crate) Folder);

#[async_trait]
impl Resource for Late {
    fn type_name(&self) -> &'static str {
        "null_late"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe("A file that appears after a while, and cannot be hurried.")
            .attribute("name", Attribute::required(Type::String).requires_replace())
            .attribute("seconds", Attribute::required(Type::Number))
    }

    async fn create(&self, request: CreateRequest) -> Outcome {
        // Without a safe point in between, an interruption is ignored.
        let seconds = request.planned.attribute("seconds").as_f64().unwrap_or_default();
        tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
        let name = request.planned.attribute("name").as_str().unwrap_or_default();
        let Some(folder) = self.0.get() else {
            return Outcome::failed(Diagnostic::error(
                "Provider not configured",
                "The folder is not known yet.",
            ));
        };
        match fs::write(folder.join(name), "late") {
            Ok(()) => Outcome::of(request.planned),
            Err(error) => Outcome::failed(Diagnostic::error("File trouble", format!("{error}."))),
        }
    }

    async fn read(&self, request: ReadRequest) -> Outcome {
        Outcome::of(request.state)
    }

    async fn update(&self, request: UpdateRequest) -> Outcome {
        Outcome::of(request.planned)
    }

    async fn delete(&self, _request: DeleteRequest) -> Outcome {
        Outcome::gone()
    }
}
