//! `null_fault`: fails in a chosen way, for tests of the framework.

use provider_framework::{
    Attribute, CreateRequest, Deferred, DeleteRequest, Diagnostic, Diagnostics, Outcome, Path, Plan,
    PlanRequest, ReadRequest, Resource, Schema, Type, UpdateRequest, Value, async_trait,
};

pub(crate) struct Fault;

#[async_trait]
impl Resource for Fault {
    fn type_name(&self) -> &'static str {
        "null_fault"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe("Fails on request.")
            .attribute("how", Attribute::required(Type::String).describe("Failure to produce."))
            .attribute("result", Attribute::computed(Type::String))
    }

    async fn modify_plan(&self, request: &PlanRequest, _plan: &mut Plan, _diagnostics: &mut Diagnostics) {
        let how = request.config.attribute("how").as_str();
        assert!(how != Some("panic in plan"), "the plan fell over");
        if how == Some("defer") {
            request.context.defer(Deferred::AbsentPrerequisite);
        }
    }

    async fn create(&self, request: CreateRequest) -> Outcome {
        apply(request.planned)
    }

    async fn read(&self, request: ReadRequest) -> Outcome {
        match request.state.attribute("how").as_str() {
            Some("fail to read") => Outcome::failed(Diagnostic::error("Read failed", "As asked.")),
            Some("be gone") => Outcome::gone(),
            _ => Outcome::of(request.state),
        }
    }

    async fn update(&self, request: UpdateRequest) -> Outcome {
        apply(request.planned)
    }

    async fn delete(&self, request: DeleteRequest) -> Outcome {
        match request.prior.attribute("how").as_str() {
            Some("fail to delete") => Outcome::failed(Diagnostic::error("Delete failed", "As asked.")),
            _ => Outcome::gone(),
        }
    }
}

fn apply(mut planned: Value) -> Outcome {
    let failure = || Diagnostic::error("Apply failed", "As asked.");
    let how = planned.attribute("how").as_str().unwrap_or_default().to_owned();
    assert!(how != "panic", "the apply fell over");
    match how.as_str() {
        "fail without state" => Outcome::failed(failure()),
        "fail with unknowns" => Outcome::of(planned).with(failure()),
        "leave unknown" => Outcome::of(planned),
        "return nothing" => Outcome::gone(),
        "return nonsense" => Outcome::of(Value::object([("how", Value::from(1_i64))])),
        _ => {
            planned.set(&Path::root("result"), "done".into());
            let outcome = Outcome::of(planned);
            if how == "fail with state" { outcome.with(failure()) } else { outcome }
        }
    }
}
