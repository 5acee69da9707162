//! `data.ipsy_image`: an image of an ECR repository, from tag or pointer to digest, and whether what its scan has found
//! may pass.

mod scan;

use std::collections::BTreeMap;

use async_trait::async_trait;
use ipsy_aws::{Aws, ImageReference};
use serde_json::json;
use tf_provider::{
    Attribute, Block, DataSource, Diagnostic, Diagnostics, Outcome, Path, Problem, ReadDataRequest, Schema,
    Type, Value,
};

use crate::app::image::Reference;
use crate::diagnose::aws_diagnostic;
use crate::infrastructure::desired::Account;
use crate::session::Session;
use scan::{SEVERITIES, judge};

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
        let either = |description: &str| Attribute::optional_computed(Type::String).describe(description);
        let needed = |description: &str| Attribute::required(Type::String).describe(description);
        Schema::new(0)
            .describe("An image in ECR: its digest, and whether its scan findings may pass.")
            .attribute("repository", either("Name of the ECR repository; with `parameter` the one that it names."))
            .attribute("tag", either("Tag of the image; with `parameter` the one that it names."))
            .attribute(
                "parameter",
                Attribute::optional(Type::String).describe(
                    "Name of an SSM parameter that holds the image, such as `ipsy_app.NAME.image_parameter`; instead of \
                     `tag`.",
                ),
            )
            .attribute(
                "fail_on_severity",
                Attribute::optional(Type::String)
                    .describe(
                        "Severity from which on findings fail the plan: `LOW`, `MEDIUM`, `HIGH` or `CRITICAL`. \
                         An image that has not been scanned fails then, too.",
                    )
                    .check(severity),
            )
            .block(
                "exception",
                Block::named("name", "Name of the finding.")
                    .describe("A finding that may pass until a day.")
                    .attribute("reason", needed("Why."))
                    .attribute("owner", needed("Who answers for it."))
                    .attribute("expires", needed("Last day on which it holds, `YYYY-MM-DD`.")),
            )
            .attribute("digest", text("Digest of the image."))
            .attribute("uri", text("The image by digest, as a container runtime takes it."))
            .attribute(
                "findings",
                Attribute::computed(Type::map(Type::Number)).describe("Number of findings by severity."),
            )
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
        let (configured, schema) = (self.session.get(), self.schema());
        let mut warnings = Diagnostics::new();
        let result = match configured.connect().await {
            Ok((aws, account)) => read(aws, account, &schema.keyed(&request.config), &mut warnings).await,
            Err(diagnostic) => Err(diagnostic.into()),
        };
        let state = result.and_then(|state| {
            let mut state = schema.encode(&state)?;
            // In the order of the configuration.
            state.set(&Path::root("exception"), request.config.attribute("exception").clone());
            Ok(state)
        });
        match state {
            Ok(state) => Outcome::of(state).with(warnings),
            Err(diagnostics) => Outcome::failed(diagnostics).with(warnings),
        }
    }
}

fn severity(value: &Value) -> Result<(), Problem> {
    let text = value.as_str().unwrap_or_default();
    if SEVERITIES.contains(&text) {
        return Ok(());
    }
    Err(Problem::new(format!("`{text}` is no severity"), format!("ECR knows {}.", SEVERITIES.join(", "))))
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
    config: &Value,
    warnings: &mut Diagnostics,
) -> Result<serde_json::Value, Diagnostics> {
    let host = format!("{}.dkr.ecr.{}.{}", account.id, account.region, account.dns_suffix);
    let meant = meant(aws, config, &host).await?;
    let found = aws.repositories.image(&meant.repository, &meant.reference).await;
    let found = found.map_err(|error| aws_diagnostic("The image can't be read", &error))?;
    let image = found.ok_or_else(|| {
        Diagnostic::error(
            format!("There is no image `{}`", meant.text()),
            "Push it first, or look at the tag.",
        )
        .at(Path::root(if meant.tag.is_some() { "tag" } else { "parameter" }))
    })?;
    let exceptions: BTreeMap<String, crate::app::exceptions::ExceptionConfig> =
        config.attribute("exception").decode()?;
    let findings = match config.attribute("fail_on_severity").as_str() {
        Some(limit) => {
            judge(aws, &meant.repository, &meant.text(), &image, limit, &exceptions, warnings).await?
        }
        None => json!({}),
    };
    Ok(json!({
        "repository": meant.repository,
        "tag": meant.tag,
        "parameter": config.attribute("parameter").as_str(),
        "fail_on_severity": config.attribute("fail_on_severity").as_str(),
        "digest": image.digest,
        "uri": format!("{host}/{}@{}", meant.repository, image.digest),
        "findings": findings,
    }))
}

/// The image that the configuration names, by itself or through a parameter.
async fn meant(aws: &Aws, config: &Value, host: &str) -> Result<Meant, Diagnostic> {
    let given = |name: &str| config.attribute(name).as_str().map(ToOwned::to_owned);
    let Some(name) = given("parameter") else {
        let tag = given("tag").unwrap_or_default();
        let repository = given("repository").unwrap_or_default();
        return Ok(Meant { repository, reference: ImageReference::Tag(tag.clone()), tag: Some(tag) });
    };
    let refuse =
        |summary: String, detail: String| Diagnostic::error(summary, detail).at(Path::root("parameter"));
    let found = aws.parameters.get(std::slice::from_ref(&name)).await;
    let found = found.map_err(|error| aws_diagnostic("The image pointer can't be read", &error))?.pop();
    let pointer = found.ok_or_else(|| {
        refuse(
            format!("There is no SSM parameter `{name}`"),
            "It was not found in this account and region. Look at the name, and at the provider's `region`."
                .to_owned(),
        )
    })?;
    let image = Reference::parse(&pointer.value).map_err(|why| {
        refuse(
            format!("The SSM parameter `{name}` names no image"),
            format!("It holds `{}`, but {why}.", pointer.value),
        )
    })?;
    let repository = match (image.repository.strip_prefix(&format!("{host}/")), given("repository")) {
        (Some(repository), _) => repository.to_owned(),
        (None, Some(repository)) if image.repository.is_empty() => repository,
        _ => {
            return Err(refuse(
                format!("`{}` is no image of this registry", pointer.value),
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
