//! The image of an app: where it lives and who chooses its tag.

mod explain;
mod standards;
mod storage;

use std::collections::BTreeSet;

use provider_framework::Arguments;
use serde::Deserialize;

pub(crate) use standards::{ImagePlaces, check_image_standards};
pub(crate) use storage::{Encryption, Storage};

use super::json::{is_object, same_policy};
use super::names::Identity;
use super::problem::Problems;

/// The image, and the ECR repository that it is pushed to.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct ImageConfig {
    /// Name of an ECR repository, which is created; or a repository with its host, which is only used. Default: the name
    /// of the app.
    #[argument(example = "\"checkout\"")]
    pub(crate) repository: Option<String>,
    /// Who chooses the tag: `pointer`, CI writes it into an SSM parameter; or `literal`, this configuration does.
    /// Default: `pointer`.
    pub(crate) source: Option<String>,
    /// Tag that the pointer holds when it is made. Default: `latest`.
    pub(crate) initial: Option<String>,
    /// Name of the SSM parameter that is the pointer. Default: `/ipsy/ENVIRONMENT/NAME/image`.
    pub(crate) parameter: Option<String>,
    /// Tag, with `source = "literal"`.
    pub(crate) tag: Option<String>,
    /// Digest (`sha256:…`), with `source = "literal"`; it wins over the tag.
    pub(crate) digest: Option<String>,
    /// `Always`, `IfNotPresent` or `Never`. Default: `IfNotPresent`.
    pub(crate) pull_policy: Option<String>,
    /// Whether ECR scans what is pushed. Default: true.
    pub(crate) scan_on_push: Option<bool>,
    /// Whether a tag, once pushed, can't be moved. Default: true.
    pub(crate) immutable_tags: Option<bool>,
    /// Tags that can be moved although the others can't, as patterns in which `*` stands for any text, such as
    /// `dev-*`.
    pub(crate) mutable_tags: Option<BTreeSet<String>>,
    /// How images are encrypted: `AES256`, `KMS` or `KMS_DSSE`. ECR fixes it when the repository is made. Default:
    /// `KMS` with a `kms_key_arn`, else `AES256`.
    pub(crate) encryption: Option<String>,
    /// KMS key that encrypts the images. Default with `KMS`: the account's key for ECR.
    pub(crate) kms_key_arn: Option<String>,
    /// Number of images that are kept; 0 for all. Default: 30.
    pub(crate) keep_images: Option<i64>,
    /// Days for which untagged images are kept; 0 for ever. Default: 7.
    pub(crate) untagged_days: Option<i64>,
    /// Lifecycle policy, instead of the one of `keep_images` and `untagged_days`; as JSON.
    #[argument(check = is_object, equal_when = same_policy)]
    pub(crate) lifecycle_policy_json: Option<String>,
    /// Accounts, beside the repository's own, that may pull the image.
    pub(crate) pull_account_ids: Option<BTreeSet<String>>,
    /// Policy of the repository, instead of the one of `pull_account_ids`; as JSON.
    #[argument(check = is_object, equal_when = same_policy)]
    pub(crate) repository_policy_json: Option<String>,
    /// Whether the repository is deleted with the images in it. Default: false.
    pub(crate) force_delete: Option<bool>,
}

/// Where images are pushed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Repository {
    /// An ECR repository that belongs to the app; the name without the registry's host.
    Owned(String),
    /// Owned by others and named with its host: never created, changed or deleted.
    Foreign(String),
}

/// Who chooses the tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// An SSM parameter that CI writes; `initial` is what it holds when it is made.
    Pointer { initial: String },
    /// The configuration.
    Literal { tag: String, digest: String },
}

/// The image of an app, with the settings of its repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) repository: Repository,
    pub(crate) source: Source,
    pub(crate) pull_policy: String,
    /// Name of the SSM parameter that is the pointer, where there is one.
    pub(crate) parameter: String,
    /// How a repository that is the app's own keeps images.
    pub(crate) storage: Storage,
}

/// A parsed image reference: `repository[:tag][@digest]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reference {
    /// Empty where the text was a bare tag or digest.
    pub(crate) repository: String,
    pub(crate) tag: String,
    pub(crate) digest: String,
}

impl Reference {
    /// Reads what CI may write into the pointer: a whole reference, a bare tag, or a bare digest.
    /// The error describes the problem.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, digest),
            None if text.starts_with("sha256:") => ("", text),
            None => (text, ""),
        };
        if !digest.is_empty() && !is_digest(digest) {
            return Err(format!(
                "`{digest}` is not a valid digest (expected `sha256:` and 64 hexadecimal digits)"
            ));
        }
        // A colon before the last slash belongs to a port of the host.
        let (repository, tag) = match name.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, tag),
            _ if name.contains('/') || !digest.is_empty() => (name, ""),
            _ => ("", name),
        };
        if !tag.is_empty() && !is_tag(tag) {
            return Err(format!(
                "`{tag}` is not a valid tag (expected at most 128 letters, digits, `_`, `.`, `-`, not starting with `.` or `-`)"
            ));
        }
        if tag.is_empty() && digest.is_empty() {
            return Err("it names neither a tag nor a digest".to_owned());
        }
        Ok(Self { repository: repository.to_owned(), tag: tag.to_owned(), digest: digest.to_owned() })
    }

    /// The reference as a container runtime takes it.
    pub(crate) fn text(&self) -> String {
        let tag = if self.tag.is_empty() { String::new() } else { format!(":{}", self.tag) };
        let digest = if self.digest.is_empty() { String::new() } else { format!("@{}", self.digest) };
        format!("{}{tag}{digest}", self.repository)
    }
}

/// Whether `text` is a tag by the OCI distribution specification.
fn is_tag(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=128).contains(&text.len())
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|byte| word(byte) || byte == b'.' || byte == b'-')
}

/// Whether `text` is a SHA-256 digest by the OCI image specification.
fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hex| {
        hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    })
}

/// Whether `name` is a repository name as ECR takes it (`CreateRepository`).
fn is_repository_name(name: &str) -> bool {
    let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (2..=256).contains(&name.len())
        && name.split('/').all(|part| {
            part.bytes().next().is_some_and(alphanumeric)
                && part.bytes().last().is_some_and(alphanumeric)
                && part.bytes().all(|byte| alphanumeric(byte) || matches!(byte, b'.' | b'_' | b'-'))
        })
}

impl Image {
    /// Resolves `image { … }`.
    pub(crate) fn resolve(
        config: Option<&ImageConfig>,
        identity: &Identity,
        problems: &mut Problems,
    ) -> Self {
        let default = ImageConfig::default();
        let config = config.unwrap_or(&default);
        Self {
            repository: resolve_repository(config, identity, problems),
            source: resolve_source(config, problems),
            pull_policy: resolve_pull_policy(config, problems),
            parameter: resolve_parameter(config, identity, problems),
            storage: Storage::resolve(config, problems),
        }
    }

    /// What runs before CI has pushed anything: the literal reference, or the pointer's initial tag.
    pub(crate) fn initial_reference(&self, repository_url: &str) -> Reference {
        let (tag, digest) = match &self.source {
            Source::Pointer { initial } => (initial.clone(), String::new()),
            Source::Literal { tag, digest } => (tag.clone(), digest.clone()),
        };
        Reference { repository: repository_url.to_owned(), tag, digest }
    }
}

/// Docker's rule: a first segment with a dot, a colon, or `localhost`, is a registry's host.
fn resolve_repository(config: &ImageConfig, identity: &Identity, problems: &mut Problems) -> Repository {
    let name = config.repository.clone().unwrap_or_else(|| identity.app.clone());
    let first = name.split('/').next().unwrap_or_default();
    if name.contains('/') && (first.contains(['.', ':']) || first == "localhost") {
        return Repository::Foreign(name);
    }
    if config.repository.is_some() && !is_repository_name(&name) {
        problems.error(
            "image.repository",
            format!("`{name}` is not a valid repository name"),
            "ECR takes 2 to 256 lower-case letters, digits, and `.`, `_`, `-`, `/` between them. To use a \
             repository that ipsy does not manage, write it with its host: `registry.example.com/team/app`.",
        );
    }
    Repository::Owned(name)
}

fn resolve_source(config: &ImageConfig, problems: &mut Problems) -> Source {
    let tag = config.tag.clone().unwrap_or_default();
    let digest = config.digest.clone().unwrap_or_default();
    for (place, text) in [("image.tag", &config.tag), ("image.initial", &config.initial)] {
        if let Some(text) = text.as_ref().filter(|text| !is_tag(text)) {
            problems.error(
                place,
                format!("`{text}` is not a valid image tag"),
                "A tag has at most 128 letters, digits, `_`, `.` and `-`, and starts with a letter, digit or `_`.",
            );
        }
    }
    if let Some(text) = config.digest.as_ref().filter(|text| !is_digest(text)) {
        problems.error(
            "image.digest",
            format!("`{text}` is not a valid image digest"),
            "A digest is `sha256:` and 64 lower-case hexadecimal digits.",
        );
    }
    match config.source.as_deref() {
        Some("literal") => {
            if config.initial.is_some() {
                problems.error(
                    "image.initial",
                    "`initial` has no meaning here",
                    "With `source = \"literal\"` the configuration owns the tag: set `tag` or `digest` instead.",
                );
            }
            Source::Literal { tag, digest }
        }
        Some("pointer") | None => {
            for (place, given) in [("image.tag", &config.tag), ("image.digest", &config.digest)] {
                if given.is_some() {
                    problems.error(
                        place,
                        "The tag belongs to the image pointer",
                        "With `source = \"pointer\"` CI writes the tag into an SSM parameter, and the \
                         configuration names only `initial`. Set `source = \"literal\"` to own the tag here.",
                    );
                }
            }
            Source::Pointer { initial: config.initial.clone().unwrap_or_else(|| "latest".to_owned()) }
        }
        Some(other) => {
            problems.error(
                "image.source",
                format!("`{other}` is not a valid image source"),
                "Use \"pointer\" (CI owns the tag, in an SSM parameter) or \"literal\" (this configuration owns it).",
            );
            Source::Literal { tag, digest }
        }
    }
}

fn resolve_pull_policy(config: &ImageConfig, problems: &mut Problems) -> String {
    let policy = config.pull_policy.clone().unwrap_or_else(|| "IfNotPresent".to_owned());
    if !["Always", "IfNotPresent", "Never"].contains(&policy.as_str()) {
        problems.error(
            "image.pull_policy",
            format!("`{policy}` is not a valid pull policy"),
            "Kubernetes knows \"Always\", \"IfNotPresent\" and \"Never\".",
        );
    }
    policy
}

/// The pointer's name. AWS takes a path, or a name without any slash (`SSM PutParameter`).
fn resolve_parameter(config: &ImageConfig, identity: &Identity, problems: &mut Problems) -> String {
    let Some(name) = &config.parameter else { return identity.image_parameter_name() };
    if config.source.as_deref() == Some("literal") {
        problems.error(
            "image.parameter",
            "`parameter` has no meaning here",
            "With `source = \"literal\"` the configuration owns the tag and no pointer is used. Remove `parameter`.",
        );
    }
    let reserved = ["aws", "ssm"].iter().any(|word| {
        name.trim_start_matches('/').get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
    });
    let well_formed = (1..=1_011).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte))
        && (name.starts_with('/') || !name.contains('/'))
        && !name.ends_with('/');
    if reserved || !well_formed {
        problems.error(
            "image.parameter",
            format!("`{name}` is not a valid parameter name"),
            "SSM takes letters, digits and `_.-`, with `/` before each level, and no name that starts with `aws` or \
             `ssm`: `/shop/checkout/image`.",
        );
    }
    name.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, repository: &str, tag: &str, digest: &str) {
        let parsed = Reference::parse(text).unwrap();
        assert_eq!((&*parsed.repository, &*parsed.tag, &*parsed.digest), (repository, tag, digest), "{text}");
    }

    #[test]
    fn references_are_read_in_every_form_that_ci_may_write() {
        let digest = format!("sha256:{}", "a".repeat(64));
        check("1.2.3", "", "1.2.3", "");
        check("checkout:1.2.3", "checkout", "1.2.3", "");
        check("host.example:5000/a/b:1", "host.example:5000/a/b", "1", "");
        check(&digest, "", "", &digest);
        check(&format!("host.example/a@{digest}"), "host.example/a", "", &digest);
        check(&format!("host.example/a:1@{digest}"), "host.example/a", "1", &digest);
    }

    #[test]
    fn an_invalid_reference_is_refused() {
        for bad in ["", "host.example/a", "a:b c", "a@sha256:12", "-x"] {
            assert!(Reference::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_host_makes_a_repository_foreign() {
        let resolve = |name: &str| {
            let config = ImageConfig { repository: Some(name.into()), ..ImageConfig::default() };
            let identity = Identity { app: "checkout".to_owned(), environment: "prod".to_owned() };
            resolve_repository(&config, &identity, &mut Problems::default())
        };
        assert_eq!(resolve("team/checkout"), Repository::Owned("team/checkout".into()));
        assert_eq!(resolve("ghcr.io/a/b"), Repository::Foreign("ghcr.io/a/b".into()));
        assert_eq!(resolve("localhost/a"), Repository::Foreign("localhost/a".into()));
    }
}
