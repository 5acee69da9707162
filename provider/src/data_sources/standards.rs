//! `data.ipsy_standards`: the standards that the provider works by, for modules and checks of one's own.

use async_trait::async_trait;
use serde_json::json;
use tf_provider::{
    Attribute, DataSource, Diagnostic, Diagnostics, Outcome, Path, ReadDataRequest, Schema, Type,
};

use crate::app::problem::Problems;
use crate::app::standards::AppStandards;
use crate::app::values::sorted;
use crate::diagnose::problem_diagnostics;
use crate::session::Session;

/// The data source `ipsy_standards`.
pub(super) struct StandardsData {
    session: Session,
}

impl StandardsData {
    pub(super) fn new(session: Session) -> Self {
        Self { session }
    }
}

#[async_trait]
impl DataSource for StandardsData {
    fn type_name(&self) -> &'static str {
        "ipsy_standards"
    }

    fn schema(&self) -> Schema {
        let texts = |description: &str| Attribute::computed(Type::map(Type::String)).describe(description);
        Schema::new(0)
            .describe("The standards in effect: the provider's file with its block over it.")
            .attribute(
                "environment",
                Attribute::optional(Type::String)
                    .describe("Environment whose overlay applies. Default: none, which leaves out what is below `environments`.")
                    .example("\"prod\""),
            )
            .attribute("version", Attribute::computed(Type::String).describe("Version of the standards."))
            .attribute("environments", Attribute::computed(Type::list(Type::String)).describe("Environments that the standards list."))
            .attribute("mode", Attribute::computed(Type::String).describe("`enforce`, `default`, `warn` or `off`."))
            .attribute(
                "required_labels",
                Attribute::computed(Type::list(Type::String)).describe("Labels that every app sets."),
            )
            .attribute("labels", texts("Labels for every object."))
            .attribute("maximum", texts("Most of each resource that a container may use."))
            .attribute("json", Attribute::computed(Type::String).describe("All of them, as JSON."))
    }

    async fn read(&self, request: ReadDataRequest) -> Outcome {
        let configured = self.session.get();
        let document = &configured.standards;
        let environment = request.config.attribute("environment").as_str();
        let (mut problems, mut diagnostics) = (Problems::default(), Diagnostics::new());
        let standards = AppStandards::of(document, environment, &mut problems).into_standards();
        problem_diagnostics(&problems, true, &mut diagnostics);
        if diagnostics.has_errors() {
            return Outcome::failed(diagnostics);
        }
        let environments: Vec<&str> = document.environments().collect();
        let all = serde_json::to_value(&standards).map_err(|error| {
            Diagnostic::error("The standards can't be JSON", error.to_string()).at(Path::root("json"))
        });
        Outcome::from(all.and_then(|all| {
            self.schema().encode(&json!({
                "environment": environment,
                "version": standards.version,
                "environments": environments,
                "mode": standards.mode,
                "required_labels": standards.required_labels,
                "labels": standards.labels,
                "maximum": standards.resources.maximum,
                "json": sorted(&all).to_string(),
            }))
        }))
    }
}
