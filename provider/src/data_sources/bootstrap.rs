//! `data.ipsy_bootstrap`: the files that an app's repository begins with. Needs no AWS and no credentials.

use std::collections::BTreeMap;

use async_trait::async_trait;
use provider_framework::{Arguments, DataSource, Diagnostics, Outcome, Path, ReadDataRequest, Schema, Value};
use serde::Deserialize;

use crate::app::bootstrap::{BootstrapConfig, files};
use crate::app::problem::Problems;
use crate::app::standards::StandardsDocument;
use crate::diagnose::problem_diagnostics;
use crate::session::Session;

/// The data source `ipsy_bootstrap`.
pub(super) struct BootstrapData {
    session: Session,
}

#[derive(Debug, Default, Deserialize, Arguments)]
#[serde(default)]
struct BootstrapFiles {
    /// The text of each file, by its path.
    #[argument(computed)]
    files: BTreeMap<String, String>,
}

impl BootstrapData {
    pub(super) fn new(session: Session) -> Self {
        Self { session }
    }
}

#[async_trait]
impl DataSource for BootstrapData {
    fn type_name(&self) -> &'static str {
        "ipsy_bootstrap"
    }

    fn schema(&self) -> Schema {
        Schema::new(0).arguments::<BootstrapConfig>().arguments::<BootstrapFiles>()
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        project(config, &StandardsDocument::unread(), false, diagnostics);
    }

    async fn read(&self, request: ReadDataRequest) -> Outcome {
        let mut diagnostics = Diagnostics::new();
        let files = project(&request.config, &self.session.get().standards, true, &mut diagnostics);
        let Some(files) = files else { return Outcome::failed(diagnostics) };
        let mut state = request.config;
        state.set(&Path::root("files"), files);
        Outcome::of(state).with(diagnostics)
    }
}

fn project(
    config: &Value,
    standards: &StandardsDocument,
    warnings: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Value> {
    let complete = config.is_wholly_known();
    let config: BootstrapConfig = diagnostics.take(config.decode())?;
    let mut problems = Problems::default();
    let files = files(&config, standards, complete, &mut problems);
    problem_diagnostics(&problems, warnings, diagnostics);
    (!diagnostics.has_errors())
        .then(|| Value::map(files.into_iter().map(|(path, text)| (path, Value::from(text)))))
}
