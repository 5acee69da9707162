//! `data.ipsy_standards`: the standards that the provider works by, for modules and checks of one's own.

use async_trait::async_trait;
use serde_json::json;
use tf_provider::{Attribute, DataSource, Diagnostic, Outcome, ReadDataRequest, Schema, Type};

use crate::app::values::sorted;
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
            .attribute("version", Attribute::computed(Type::String).describe("Version of the standards."))
            .attribute("mode", Attribute::computed(Type::String).describe("`enforce`, `default` or `warn`."))
            .attribute(
                "required_labels",
                Attribute::computed(Type::list(Type::String)).describe("Labels that every app sets."),
            )
            .attribute("labels", texts("Labels for every object."))
            .attribute("maximum", texts("Most of each resource that a container may use."))
            .attribute("json", Attribute::computed(Type::String).describe("All of them, as JSON."))
    }

    async fn read(&self, _request: ReadDataRequest) -> Outcome {
        let standards = &self.session.get().standards;
        let all = serde_json::to_value(standards)
            .map_err(|error| Diagnostic::error("The standards can't be JSON", error.to_string()));
        Outcome::from(all.and_then(|all| {
            self.schema().encode(&json!({
                "version": standards.version,
                "mode": standards.mode.name(),
                "required_labels": standards.required_labels,
                "labels": standards.labels,
                "maximum": standards.resources.maximum,
                "json": sorted(&all).to_string(),
            }))
        }))
    }
}
