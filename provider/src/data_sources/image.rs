//! `data.ipsy_image`: an image of an ECR repository, from tag or pointer to digest, and whether what its scan has found
//! may pass.

mod scan;

use std::collections::BTreeMap;

use async_trait::async_trait;
use ipsy_aws::{Aws, ImageReference};
use provider_framework::{
    Arguments, DataSource, Diagnostic, Diagnostics, Outcome, Path, Problem, ReadDataRequest, Schema, Value,
};
use serde::{Deserialize, Serialize};

use crate::app::exceptions::ExceptionConfig;
use crate::app::image::Reference;
use crate::diagnose::aws_diagnostic;
use crate::infrastructure::account::Account;
use crate::session::Session;
use scan::{SEVERITIES, judge};

/// The data source `ipsy_image`.
pub(super) struct ImageData {
    session: Session,
}

/// An image in ECR: its digest, and whether its scan findings may pass.
#[derive(Debug, Default, Deserialize, Serialize, Arguments)]
#[serde(default)]
struct ImageAttributes {
    /// Name of the ECR repository. Default: the one that the image in `parameter` names.
    #[argument(or_set_by_provider)]
    repository: Option<String>,
    /// Tag of the image; with `parameter` the one that it names.
    #[argument(or_set_by_provider)]
    tag: Option<String>,
    /// Name of an SSM parameter that holds the image, such as `ipsy_app.NAME.image_parameter`; instead of `tag`.
    parameter: Option<String>,
    /// Severity from which on findings fail the plan: `LOW`, `MEDIUM`, `HIGH` or `CRITICAL`. An image that has not been
    /// scanned also fails then.
    #[argument(check = severity)]
    fail_on_severity: Option<String>,
    exception: BTreeMap<String, FindingException>,
    /// Digest of the image.
    #[argument(computed)]
    digest: String,
    /// The image by digest, as a container runtime takes it.
    #[argument(computed)]
    uri: String,
    /// Number of findings by severity.
    #[argument(computed)]
    findings: BTreeMap<String, u64>,
}

/// A finding that may pass until a day.
#[derive(Debug, Default, Deserialize, Serialize, Arguments)]
#[serde(default)]
#[arguments(key(name = "Name of the finding."))]
struct FindingException {
    /// Why.
    #[argument(required)]
    reason: Option<String>,
    /// Who answers for it.
    #[argument(required)]
    owner: Option<String>,
    /// Last day on which it holds, `YYYY-MM-DD`.
    #[argument(required)]
    expires: Option<String>,
}

impl ImageData {
    pub(super) fn new(session: Session) -> Self {
        Self { session }
    }

    async fn look_up(&self, config: &Value, warnings: &mut Diagnostics) -> Result<Value, Diagnostics> {
        let schema = self.schema();
        let arguments = schema.read(config)?;
        let configured = self.session.get();
        let (aws, account) = configured.connect().await?;
        let mut state = schema.encode(&read(aws, account, arguments, warnings).await?)?;
        // In the order of the configuration.
        state.set(&Path::root("exception"), config.attribute("exception").clone());
        Ok(state)
    }
}

#[async_trait]
impl DataSource for ImageData {
    fn type_name(&self) -> &'static str {
        "ipsy_image"
    }

    fn schema(&self) -> Schema {
        Schema::new(0).arguments::<ImageAttributes>()
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        let (tag, parameter) = (config.attribute("tag"), config.attribute("parameter"));
        if tag.is_null() == parameter.is_null() {
            diagnostics.push(
                Diagnostic::error(
                    "One way to find an image",
                    "Set either `tag`, or `parameter` for the image that an SSM parameter holds.",
                )
                .at(Path::root("tag")),
            );
        }
        if !tag.is_null() && config.attribute("repository").is_null() {
            diagnostics.push(
                Diagnostic::error(
                    "A tag of which repository?",
                    "Set `repository` to the ECR repository's name.",
                )
                .at(Path::root("repository")),
            );
        }
    }

    async fn read(&self, request: ReadDataRequest) -> Outcome {
        let mut warnings = Diagnostics::new();
        let state = self.look_up(&request.config, &mut warnings).await;
        state.map_or_else(Outcome::failed, Outcome::of).with(warnings)
    }
}

fn severity(value: &Value) -> Result<(), Problem> {
    let text = value.as_str().unwrap_or_default();
    if SEVERITIES.contains(&text) {
        return Ok(());
    }
    Err(Problem::new(format!("`{text}` is not a severity"), format!("ECR knows {}.", SEVERITIES.join(", "))))
}

/// The image that is meant: its repository, and how it is named there.
struct Meant {
    repository: String,
    tag: Option<String>,
    reference: ImageReference,
}

impl Meant {
    fn text(&self) -> String {
        match &self.reference {
            ImageReference::Tag(tag) => format!("{}:{tag}", self.repository),
            ImageReference::Digest(digest) => format!("{}@{digest}", self.repository),
        }
    }
}

async fn read(
    aws: &Aws,
    account: &Account,
    arguments: ImageAttributes,
    warnings: &mut Diagnostics,
) -> Result<ImageAttributes, Diagnostics> {
    let host = format!("{}.dkr.ecr.{}.{}", account.id, account.region, account.dns_suffix);
    let meant = meant(aws, &arguments, &host).await?;
    let found = aws.repositories.image(&meant.repository, &meant.reference).await;
    let found = found.map_err(|error| aws_diagnostic("The image can't be read", &error))?;
    let image = found.ok_or_else(|| {
        Diagnostic::error(format!("Image `{}` not found", meant.text()), "Push it first, or correct the tag.")
            .at(Path::root(if arguments.parameter.is_none() { "tag" } else { "parameter" }))
    })?;
    let exceptions: BTreeMap<String, ExceptionConfig> =
        arguments.exception.iter().map(|(name, exception)| (name.clone(), exception.into())).collect();
    let findings = match arguments.fail_on_severity.as_deref() {
        Some(limit) => {
            judge(aws, &meant.repository, &meant.text(), &image, limit, &exceptions, warnings).await?
        }
        None => BTreeMap::new(),
    };
    Ok(ImageAttributes {
        uri: format!("{host}/{}@{}", meant.repository, image.digest),
        repository: Some(meant.repository),
        tag: meant.tag,
        digest: image.digest,
        findings,
        ..arguments
    })
}

impl From<&FindingException> for ExceptionConfig {
    fn from(exception: &FindingException) -> Self {
        let FindingException { reason, owner, expires } = exception;
        Self { reason: reason.clone(), owner: owner.clone(), expires: expires.clone() }
    }
}

/// The image that the configuration names, by itself or through a parameter.
async fn meant(aws: &Aws, arguments: &ImageAttributes, host: &str) -> Result<Meant, Diagnostic> {
    let Some(name) = &arguments.parameter else {
        let tag = arguments.tag.clone().unwrap_or_default();
        let repository = arguments.repository.clone().unwrap_or_default();
        return Ok(Meant { repository, reference: ImageReference::Tag(tag.clone()), tag: Some(tag) });
    };
    let refuse =
        |summary: String, detail: String| Diagnostic::error(summary, detail).at(Path::root("parameter"));
    let found = aws.parameters.get(std::slice::from_ref(name)).await;
    let found = found.map_err(|error| aws_diagnostic("The image pointer can't be read", &error))?.pop();
    let pointer = found.ok_or_else(|| {
        refuse(
            format!("SSM parameter `{name}` not found"),
            "This account and region have no parameter of this name. Check it, and the provider's `region`."
                .to_owned(),
        )
    })?;
    let image = Reference::parse(&pointer.value).map_err(|why| {
        refuse(
            format!("The SSM parameter `{name}` does not name an image"),
            format!("It holds `{}`, but {why}.", pointer.value),
        )
    })?;
    let repository = match (image.repository.strip_prefix(&format!("{host}/")), &arguments.repository) {
        (Some(repository), _) => repository.to_owned(),
        (None, Some(repository)) if image.repository.is_empty() => repository.clone(),
        _ => {
            return Err(refuse(
                format!("`{}` is not an image of this registry", pointer.value),
                format!(
                    "The SSM parameter `{name}` holds it, and the registry of this account and region is `{host}`. \
                     With a bare tag or digest in the parameter, set `repository`."
                ),
            ));
        }
    };
    let tag = (!image.tag.is_empty()).then_some(image.tag);
    // A digest wins over the tag.
    let reference = match &tag {
        Some(tag) if image.digest.is_empty() => ImageReference::Tag(tag.clone()),
        _ => ImageReference::Digest(image.digest),
    };
    Ok(Meant { repository, tag, reference })
}

#[cfg(test)]
mod tests;
