//! `data.ipsy_standards`: the standards that the provider works by, for modules and checks of one's own.

use std::collections::BTreeMap;

use async_trait::async_trait;
use ipsy_post_renderer::configuration::Mode;
use ipsy_post_renderer::standards_document::Platform;
use provider_framework::{
    Arguments, DataSource, Diagnostic, Diagnostics, Outcome, Path, ReadDataRequest, Schema, Value,
};
use serde::{Deserialize, Serialize};

use crate::app::problem::Problems;
use crate::app::standards::AppStandards;
use crate::app::values::sorted;
use crate::diagnose::problem_diagnostics;
use crate::session::Session;

/// The data source `ipsy_standards`.
pub(super) struct StandardsData {
    session: Session,
}

/// The standards in effect: the provider's file with its block over it.
#[derive(Debug, Default, Deserialize, Serialize, Arguments)]
#[serde(default)]
struct StandardsAttributes {
    /// Environment whose overlay applies. Default: none, which leaves out what is below `environments`.
    #[argument(example = "\"prod\"")]
    environment: Option<String>,
    /// Version of the standards.
    #[argument(computed)]
    version: Option<String>,
    /// Environments that the standards list.
    #[argument(computed)]
    environments: Vec<String>,
    /// `enforce`, `default`, `warn` or `off`.
    #[argument(computed, written_as = String)]
    mode: Mode,
    /// Labels that every app sets.
    #[argument(computed)]
    required_labels: Vec<String>,
    /// Labels for every object.
    #[argument(computed)]
    labels: BTreeMap<String, String>,
    /// Maximum of each resource that a container may use.
    #[argument(computed)]
    maximum: BTreeMap<String, String>,
    /// Defaults of the platform: `registry`, `chart` with `repository`, `name` and `version`, `state_bucket`,
    /// `deployment_order`, `listener_arn`, `domain`, `hosted_zone_id`, and `clusters` by the name of the backend.
    #[argument(computed)]
    platform: Option<PlatformAttributes>,
    /// All of the standards, as JSON.
    #[argument(computed)]
    json: String,
}

#[derive(Debug, Default, Deserialize, Serialize, Arguments)]
#[serde(default)]
#[arguments(object)]
struct PlatformAttributes {
    registry: Option<String>,
    chart: ChartAttributes,
    state_bucket: Option<String>,
    deployment_order: Vec<String>,
    listener_arn: Option<String>,
    domain: Option<String>,
    hosted_zone_id: Option<String>,
    clusters: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize, Serialize, Arguments)]
#[serde(default)]
#[arguments(object)]
struct ChartAttributes {
    repository: Option<String>,
    name: String,
    version: Option<String>,
}

impl From<&Platform> for PlatformAttributes {
    fn from(platform: &Platform) -> Self {
        let Platform { clusters, chart, .. } = platform;
        Self {
            registry: platform.registry.clone(),
            chart: ChartAttributes {
                repository: chart.repository.clone(),
                name: chart.name.clone(),
                version: chart.version.clone(),
            },
            state_bucket: platform.state_bucket.clone(),
            deployment_order: platform.deployment_order.clone(),
            listener_arn: platform.listener_arn.clone(),
            domain: platform.domain.clone(),
            hosted_zone_id: platform.hosted_zone_id.clone(),
            clusters: clusters
                .iter()
                .map(|(backend, cluster)| (backend.clone(), cluster.cluster.clone()))
                .collect(),
        }
    }
}

impl StandardsData {
    pub(super) fn new(session: Session) -> Self {
        Self { session }
    }

    fn look_up(&self, config: &Value) -> Result<Value, Diagnostics> {
        let schema = self.schema();
        let StandardsAttributes { environment, .. } = schema.read(config)?;
        let configured = self.session.get();
        let document = &configured.standards;
        let (mut problems, mut diagnostics) = (Problems::default(), Diagnostics::new());
        let standards = AppStandards::of(document, environment.as_deref(), &mut problems);
        problem_diagnostics(&problems, true, &mut diagnostics);
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        let all = serde_json::to_value(&*standards).map_err(|error| {
            Diagnostic::error("The standards can't be JSON", error.to_string()).at(Path::root("json"))
        })?;
        let maximum = standards.resources.maximum.iter();
        let attributes = StandardsAttributes {
            environment,
            version: standards.version.clone(),
            environments: document.environments().map(ToOwned::to_owned).collect(),
            mode: standards.mode,
            required_labels: standards.required_labels.clone(),
            labels: standards.labels.clone(),
            maximum: maximum.map(|(name, quantity)| (name.clone(), quantity.to_string())).collect(),
            platform: Some((&standards.platform).into()),
            json: sorted(all).to_string(),
        };
        Ok(schema.encode(&attributes)?)
    }
}

#[async_trait]
impl DataSource for StandardsData {
    fn type_name(&self) -> &'static str {
        "ipsy_standards"
    }

    fn schema(&self) -> Schema {
        Schema::new(0).arguments::<StandardsAttributes>()
    }

    async fn read(&self, request: ReadDataRequest) -> Outcome {
        self.look_up(&request.config).map_or_else(Outcome::failed, Outcome::of)
    }
}
