//! `ipsy_app`: everything that one app needs on AWS, and the Helm values that it is installed with.

mod adoption;
mod apply;
mod deletion_warnings;
mod exposure;
mod holder;
pub(crate) mod identity;
mod immutable;
pub(crate) mod import;
mod leftovers;
mod outputs;
mod parse;
mod pending_backends;
mod placement;
mod plan;
mod planned_deletion;
mod pointer;
mod read;
mod region_check;
mod replaced_target_groups;
mod schema;
mod state;
mod tag_rules;
mod timeouts;
mod weight_changes;

use async_trait::async_trait;
use provider_framework::{
    CreateRequest, DeleteRequest, Diagnostics, IdentitySchema, ImportIdentityRequest, ImportRequest, Outcome,
    Plan, PlanDestroyRequest, PlanRequest, ReadRequest, Resource, Schema, UpdateRequest, Value,
};

use crate::session::Session;
pub(crate) use schema::schema;

/// The resource `ipsy_app`.
pub(crate) struct AppResource {
    session: Session,
}

impl AppResource {
    /// A resource of the provider that `session` belongs to.
    pub(crate) fn new(session: Session) -> Self {
        Self { session }
    }
}

#[async_trait]
impl Resource for AppResource {
    fn type_name(&self) -> &'static str {
        "ipsy_app"
    }

    fn schema(&self) -> Schema {
        schema::schema().clone()
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        parse::validate(config, diagnostics);
    }

    async fn modify_plan(&self, request: &PlanRequest, plan: &mut Plan, diagnostics: &mut Diagnostics) {
        Box::pin(plan::modify_plan(&self.session.get(), request, plan, diagnostics)).await;
    }

    async fn plan_destroy(&self, request: &PlanDestroyRequest, diagnostics: &mut Diagnostics) {
        deletion_warnings::plan_destroy(&self.session.get(), request, diagnostics).await;
    }

    async fn create(&self, request: CreateRequest) -> Outcome {
        Box::pin(apply::create(&self.session.get(), request)).await
    }

    async fn read(&self, request: ReadRequest) -> Outcome {
        read::read(&self.session.get(), request).await
    }

    async fn update(&self, request: UpdateRequest) -> Outcome {
        Box::pin(apply::update(&self.session.get(), request)).await
    }

    async fn delete(&self, request: DeleteRequest) -> Outcome {
        Box::pin(apply::delete(&self.session.get(), request)).await
    }

    async fn import(&self, request: ImportRequest) -> Outcome {
        import::import(&self.session.get(), &request.id).await
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(identity::schema())
    }

    fn identify(&self, state: &Value) -> Value {
        identity::of(&self.session.get(), state)
    }

    async fn import_identity(&self, request: ImportIdentityRequest) -> Outcome {
        identity::import(&self.session.get(), &request.identity).await
    }
}

#[cfg(test)]
mod tests;
