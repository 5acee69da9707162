//! `action "ipsy_restart_scan"`: lets ECR scan an image again.

use async_trait::async_trait;
use ipsy_aws::ImageReference;
use provider_framework::{
    Action, ActionRequest, Arguments, Diagnostic, Diagnostics, Path, Progress, Schema, Value,
};
use serde::Deserialize;

use crate::diagnose::aws_diagnostic;
use crate::session::Session;

/// The action `ipsy_restart_scan`.
pub(super) struct RestartScan {
    session: Session,
}

/// Starts a basic scan of an image in ECR, such as before `data.ipsy_image` with `fail_on_severity`: known vulnerabilities
/// change, images do not. It does not wait for the findings. ECR takes one scan of an image in 24 hours. With enhanced
/// scanning, ECR scans images continuously and refuses the action.
#[derive(Debug, Default, Deserialize, Arguments)]
#[serde(default)]
struct RestartScanConfig {
    /// Name of the ECR repository.
    #[argument(required)]
    repository: Option<String>,
    /// Tag of the image; or set `digest`.
    tag: Option<String>,
    /// Digest of the image (`sha256:…`).
    digest: Option<String>,
}

impl RestartScan {
    pub(super) fn new(session: Session) -> Self {
        Self { session }
    }

    async fn start(&self, config: &Value, progress: &Progress) -> Result<(), Diagnostic> {
        let config: RestartScanConfig = self.schema().read(config)?;
        let repository = config.repository.unwrap_or_default();
        let reference = match (config.tag, config.digest) {
            (_, Some(digest)) => ImageReference::Digest(digest),
            (tag, None) => ImageReference::Tag(tag.unwrap_or_default()),
        };
        let configured = self.session.get();
        let (aws, _) = configured.connect().await?;
        let status = aws.repositories.start_scan(&repository, &reference).await;
        let status = status.map_err(|error| {
            aws_diagnostic(&format!("The scan of an image in `{repository}` was not started"), &error)
        })?;
        progress.report(format!("ECR scans the image in `{repository}`: {status}"));
        Ok(())
    }
}

#[async_trait]
impl Action for RestartScan {
    fn type_name(&self) -> &'static str {
        "ipsy_restart_scan"
    }

    fn schema(&self) -> Schema {
        Schema::new(0).arguments::<RestartScanConfig>()
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        if config.attribute("tag").is_null() == config.attribute("digest").is_null() {
            let detail = "Set either `tag` or `digest`.";
            let at = Path::root("tag");
            diagnostics.push(Diagnostic::error("One image must be named", detail).at(at));
        }
    }

    async fn invoke(&self, request: ActionRequest, progress: Progress) -> Diagnostics {
        self.start(&request.config, &progress).await.err().into_iter().collect()
    }
}
