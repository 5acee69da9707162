//! `null_blocking`: blocks its thread while it is created, as code without `await` does.

use std::{thread, time::Duration};

use provider_framework::{
    Attribute, CreateRequest, DeleteRequest, Outcome, ReadRequest, Resource, Schema, Type, UpdateRequest,
    async_trait,
};

pub(crate) struct Blocking;

#[async_trait]
impl Resource for Blocking {
    fn type_name(&self) -> &'static str {
        "null_blocking"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe("Blocks its thread while it is created.")
            .attribute("seconds", Attribute::required(Type::Number).requires_replace())
    }

    async fn create(&self, request: CreateRequest) -> Outcome {
        let seconds = request.planned.attribute("seconds").as_f64().unwrap_or_default();
        thread::sleep(Duration::from_secs_f64(seconds));
        Outcome::of(request.planned)
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
