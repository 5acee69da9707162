//! How an ECR repository keeps images: encryption, tags that can move, what is thrown away, and who may pull.

use std::collections::BTreeSet;

use super::ImageConfig;
use crate::app::problem::Problems;

/// How many tag patterns a repository takes (`ECR PutImageTagMutability`).
const MOST_PATTERNS: usize = 5;

/// Settings of a repository that is the app's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Storage {
    pub(crate) encryption: Encryption,
    pub(crate) scan_on_push: bool,
    pub(crate) immutable_tags: bool,
    /// Patterns of tags that can be moved although the others can't.
    pub(crate) mutable_tags: BTreeSet<String>,
    /// 0 keeps all.
    pub(crate) keep_images: i64,
    /// 0 keeps them for ever.
    pub(crate) untagged_days: i64,
    /// JSON text, instead of what the two numbers say.
    pub(crate) lifecycle_policy: Option<String>,
    /// Accounts that may pull, beside the repository's own.
    pub(crate) pull_account_ids: BTreeSet<String>,
    /// JSON text, instead of what the accounts say.
    pub(crate) repository_policy: Option<String>,
}

/// How images are encrypted; fixed when the repository is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// ECR's own keys.
    Aes256,
    /// A key of KMS; `None` is the account's key for ECR. Twice, by `dual`.
    Kms { key_arn: Option<String>, dual: bool },
}

impl Storage {
    /// Resolves the repository settings of `image { … }`.
    pub(super) fn resolve(config: &ImageConfig, problems: &mut Problems) -> Self {
        let storage = Self {
            encryption: resolve_encryption(config, problems),
            scan_on_push: config.scan_on_push.unwrap_or(true),
            immutable_tags: config.immutable_tags.unwrap_or(true),
            mutable_tags: config.mutable_tags.clone().unwrap_or_default(),
            keep_images: not_negative(config.keep_images, 30, "image.keep_images", problems),
            untagged_days: not_negative(config.untagged_days, 7, "image.untagged_days", problems),
            lifecycle_policy: config.lifecycle_policy_json.clone(),
            pull_account_ids: config.pull_account_ids.clone().unwrap_or_default(),
            repository_policy: config.repository_policy_json.clone(),
        };
        storage.check(config, problems);
        storage
    }

    fn check(&self, config: &ImageConfig, problems: &mut Problems) {
        if !self.mutable_tags.is_empty() && !self.immutable_tags {
            problems.error(
                "image.mutable_tags",
                "Every tag can be moved already",
                "`mutable_tags` are exceptions from `immutable_tags`. Remove one of them.",
            );
        }
        let is_pattern = |text: &String| {
            (1..=128).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._*-".contains(&byte))
                && text.matches('*').count() <= 2
        };
        for pattern in self.mutable_tags.iter().filter(|pattern| !is_pattern(pattern)) {
            problems.error(
                "image.mutable_tags",
                format!("`{pattern}` is not a valid tag pattern"),
                "ECR takes up to 128 letters, digits and `._-`, with at most two `*`.",
            );
        }
        if self.mutable_tags.len() > MOST_PATTERNS {
            problems.error(
                "image.mutable_tags",
                format!("{} patterns", self.mutable_tags.len()),
                format!("ECR takes at most {MOST_PATTERNS} for a repository."),
            );
        }
        for id in self.pull_account_ids.iter().filter(|id| !is_account_id(id)) {
            problems.error(
                "image.pull_account_ids",
                format!("`{id}` is not a valid account id"),
                "The id of an AWS account has twelve digits.",
            );
        }
        for (policy, others) in [
            ("lifecycle_policy_json", ["keep_images", "untagged_days"].as_slice()),
            ("repository_policy_json", &["pull_account_ids"]),
        ] {
            let given = |name: &str| match name {
                "lifecycle_policy_json" => config.lifecycle_policy_json.is_some(),
                "repository_policy_json" => config.repository_policy_json.is_some(),
                "keep_images" => config.keep_images.is_some(),
                "untagged_days" => config.untagged_days.is_some(),
                _ => config.pull_account_ids.is_some(),
            };
            for other in others.iter().filter(|other| given(policy) && given(other)) {
                problems.error(
                    &format!("image.{other}"),
                    format!("`{policy}` already sets it"),
                    format!("The provider does not change the policy. Remove `{other}` or `{policy}`."),
                );
            }
        }
    }
}

fn resolve_encryption(config: &ImageConfig, problems: &mut Problems) -> Encryption {
    let key_arn = config.kms_key_arn.clone();
    let kind = config.encryption.as_deref().unwrap_or(if key_arn.is_some() { "KMS" } else { "AES256" });
    if let Some(arn) = key_arn.as_ref().filter(|arn| !(arn.starts_with("arn:") && arn.contains(":kms:"))) {
        problems.error(
            "image.kms_key_arn",
            format!("`{arn}` is not the ARN of a KMS key"),
            "It reads `arn:aws:kms:REGION:ACCOUNT:key/ID`. AWS answers with the ARN, so an alias or id would always \
             show as a change.",
        );
    }
    match kind {
        "KMS" => Encryption::Kms { key_arn, dual: false },
        "KMS_DSSE" => Encryption::Kms { key_arn, dual: true },
        "AES256" if key_arn.is_some() => {
            problems.error(
                "image.kms_key_arn",
                "A key without KMS",
                "With `encryption = \"AES256\"` ECR uses its own keys. Remove the key, or set \"KMS\".",
            );
            Encryption::Aes256
        }
        "AES256" => Encryption::Aes256,
        other => {
            problems.error(
                "image.encryption",
                format!("`{other}` is not a valid encryption"),
                "ECR knows \"AES256\", \"KMS\" and \"KMS_DSSE\".",
            );
            Encryption::Aes256
        }
    }
}

fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn not_negative(given: Option<i64>, default: i64, place: &str, problems: &mut Problems) -> i64 {
    let value = given.unwrap_or(default);
    if value < 0 {
        problems.error(
            place,
            format!("{value} is too few"),
            "An ECR lifecycle rule counts from 1 (PutLifecyclePolicy, `countNumber`); 0 makes no rule.",
        );
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(config: &ImageConfig) -> Vec<String> {
        let mut problems = Problems::default();
        Storage::resolve(config, &mut problems);
        problems.0.into_iter().map(|problem| problem.summary).collect()
    }

    #[test]
    fn what_ecr_would_refuse_is_refused_at_once() {
        assert!(check(&ImageConfig::default()).is_empty());
        let set = |text: &str| Some(BTreeSet::from([text.to_owned()]));
        let config = ImageConfig {
            mutable_tags: set("a b"),
            immutable_tags: Some(false),
            encryption: Some("rot13".into()),
            pull_account_ids: set("123"),
            repository_policy_json: Some("{}".into()),
            keep_images: Some(-1),
            ..ImageConfig::default()
        };
        assert_eq!(
            check(&config),
            [
                "`rot13` is not a valid encryption",
                "-1 is too few",
                "Every tag can be moved already",
                "`a b` is not a valid tag pattern",
                "`123` is not a valid account id",
                "`repository_policy_json` already sets it",
            ]
        );
    }

    #[test]
    fn a_key_means_kms() {
        let key = Some("arn:aws:kms:eu-west-1:123456789012:key/1".to_owned());
        let config = ImageConfig { kms_key_arn: key.clone(), ..ImageConfig::default() };
        let storage = Storage::resolve(&config, &mut Problems::default());
        assert_eq!(storage.encryption, Encryption::Kms { key_arn: key.clone(), dual: false });
        let config = ImageConfig { encryption: Some("AES256".into()), kms_key_arn: key, ..config };
        assert_eq!(check(&config), ["A key without KMS"]);
    }
}
