//! `data.ipsy_image`: an image of an ECR repository, from tag to digest, and what its scan has found.

use async_trait::async_trait;
use ipsy_aws::{Aws, Image, ImageReference, ScanStatus};
use serde_json::json;
use tf_provider::{
    Attribute, DataSource, Diagnostic, Outcome, Path, Problem, ReadDataRequest, Schema, Type, Value,
};

use crate::diagnose::aws_diagnostic;
use crate::infrastructure::desired::Account;
use crate::session::Session;

/// ECR's severities, mildest first.
const SEVERITIES: [&str; 6] = ["UNDEFINED", "INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"];

/// The data source `ipsy_image`.
pub(super) struct ImageData {
    session: Session,
}

impl ImageData {
    pub(super) fn new(session: Session) -> Self {
        Self { session }
    }
}

#[async_trait]
impl DataSource for ImageData {
    fn type_name(&self) -> &'static str {
        "ipsy_image"
    }

    fn schema(&self) -> Schema {
        let text = |description: &str| Attribute::computed(Type::String).describe(description);
        Schema::new(0)
            .describe("An image in ECR: its digest, and whether its scan findings may pass.")
            .attribute("repository", Attribute::required(Type::String).describe("Name of the ECR repository."))
            .attribute("tag", Attribute::required(Type::String).describe("Tag of the image."))
            .attribute(
                "fail_on_severity",
                Attribute::optional(Type::String)
                    .describe(
                        "Severity from which on findings fail the plan: `LOW`, `MEDIUM`, `HIGH` or `CRITICAL`. \
                         An image that has not been scanned fails then, too.",
                    )
                    .check(severity),
            )
            .attribute("digest", text("Digest of the image."))
            .attribute("uri", text("The image by digest, as a container runtime takes it."))
            .attribute(
                "findings",
                Attribute::computed(Type::map(Type::Number)).describe("Number of findings by severity."),
            )
    }

    async fn read(&self, request: ReadDataRequest) -> Outcome {
        let configured = self.session.get();
        let result = match configured.connect().await {
            Ok((aws, account)) => read(aws, account, &request.config).await,
            Err(diagnostic) => Err(diagnostic),
        };
        Outcome::from(result.and_then(|state| self.schema().encode(&state)))
    }
}

fn severity(value: &Value) -> Result<(), Problem> {
    let text = value.as_str().unwrap_or_default();
    if SEVERITIES.contains(&text) {
        return Ok(());
    }
    Err(Problem::new(format!("`{text}` is no severity"), format!("ECR knows {}.", SEVERITIES.join(", "))))
}

async fn read(aws: &Aws, account: &Account, config: &Value) -> Result<serde_json::Value, Diagnostic> {
    let repository = config.attribute("repository").as_str().unwrap_or_default();
    let tag = config.attribute("tag").as_str().unwrap_or_default();
    let tell = |error| aws_diagnostic("The image can't be read", &error);
    let found =
        aws.repositories.image(repository, &ImageReference::Tag(tag.to_owned())).await.map_err(tell)?;
    let image = found.ok_or_else(|| {
        Diagnostic::error(
            format!("There is no image `{repository}:{tag}`"),
            "Push it first, or look at the tag.",
        )
        .at(Path::root("tag"))
    })?;
    let findings = match config.attribute("fail_on_severity").as_str() {
        Some(limit) => judge(aws, repository, tag, &image, limit).await?,
        None => json!({}),
    };
    let host = format!("{}.dkr.ecr.{}.{}", account.id, account.region, account.dns_suffix);
    Ok(json!({
        "repository": repository,
        "tag": tag,
        "fail_on_severity": config.attribute("fail_on_severity").as_str(),
        "digest": image.digest,
        "uri": format!("{host}/{repository}@{}", image.digest),
        "findings": findings,
    }))
}

/// The findings by severity, or an error that names those from `limit` on.
async fn judge(
    aws: &Aws,
    repository: &str,
    tag: &str,
    image: &Image,
    limit: &str,
) -> Result<serde_json::Value, Diagnostic> {
    let scan = aws.repositories.scan_findings(repository, &image.digest).await;
    let scan = scan.map_err(|error| aws_diagnostic("The scan findings can't be read", &error))?;
    let refuse = |summary: String, detail: String| {
        Diagnostic::error(summary, detail).at(Path::root("fail_on_severity"))
    };
    if scan.status != ScanStatus::Complete {
        return Err(refuse(
            format!("`{repository}:{tag}` has not been scanned"),
            format!(
                "Its scan is {:?}. Wait for it, or turn `scan_on_push` on and push the image again.",
                scan.status
            ),
        ));
    }
    let rank = |severity: &str| SEVERITIES.iter().position(|known| *known == severity).unwrap_or(0);
    let bad: Vec<String> = scan
        .findings
        .iter()
        .filter(|finding| rank(&finding.severity) >= rank(limit))
        .map(|finding| {
            let package = finding.package.as_deref().unwrap_or("unknown package");
            format!("{} {} in {package}", finding.severity, finding.name)
        })
        .collect();
    let counted = scan.counts.iter().any(|(severity, count)| *count > 0 && rank(severity) >= rank(limit));
    if bad.is_empty() && !counted {
        return Ok(json!(scan.counts));
    }
    Err(refuse(
        format!("`{repository}:{tag}` has findings of severity {limit} or above"),
        format!(
            "{}.\n\nMend the image and push it again.",
            if bad.is_empty() { format!("{:?}", scan.counts) } else { bad.join("; ") }
        ),
    ))
}
