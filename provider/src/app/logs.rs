//! Where the app logs.

use ipsy_aws::LogGroup;
use provider_framework::{Arguments, Problem, Value};
use serde::Deserialize;

use super::arguments::AppConfig;
use super::explain::{Explanations, Source};
use super::names::Identity;
use super::problem::Problems;
use super::standards::AppStandards;

/// The CloudWatch log group of the app.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct LogsConfig {
    /// Name of the log group. Default: `/ipsy/ENVIRONMENT/NAME`.
    pub(crate) group_name: Option<String>,
    /// Days for which logs are kept; 0 for ever. Default: the standards', or 30.
    #[argument(check = retention_days)]
    pub(crate) retention_days: Option<i64>,
    /// KMS key that encrypts them.
    pub(crate) kms_key_arn: Option<String>,
}

/// The app's log group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Logs {
    pub(crate) group_name: String,
    /// 0 keeps events for ever.
    pub(crate) retention_days: i64,
    pub(crate) kms_key_arn: Option<String>,
}

impl Logs {
    /// Resolves `logs { … }`; what it leaves open is the standards' to say.
    pub(super) fn resolve(
        config: &AppConfig,
        identity: &Identity,
        standards: &AppStandards<'_>,
        explanations: &mut Explanations,
        problems: &mut Problems,
    ) -> Self {
        let given = config.aws.logs.as_ref();
        let own = given.and_then(|logs| logs.retention_days);
        let (retention_days, source) = match (own, standards.logs.retention_days) {
            (Some(days), _) => (days, Source::Argument),
            (None, Some(days)) => (i64::from(days), standards.field("logs.retentionDays")),
            (None, None) => (30, Source::Default),
        };
        explanations.note("logs.retention_days", retention_days, &source);
        let group_name =
            given.and_then(|logs| logs.group_name.clone()).unwrap_or_else(|| identity.log_group_name());
        let well_formed = (1..=512).contains(&group_name.len())
            && group_name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-/.#".contains(&byte));
        if !well_formed {
            problems.error(
                "logs.group_name",
                format!("`{group_name}` is not a valid log group name"),
                "CloudWatch takes 1 to 512 letters, digits and `_-/.#`.",
            );
        }
        Self { group_name, retention_days, kms_key_arn: given.and_then(|logs| logs.kms_key_arn.clone()) }
    }
}

fn retention_days(value: &Value) -> Result<(), Problem> {
    let days = value.as_i64().unwrap_or_default();
    if days == 0 || u32::try_from(days).is_ok_and(|days| LogGroup::RETENTION_DAYS.contains(&days)) {
        return Ok(());
    }
    let allowed: Vec<String> = LogGroup::RETENTION_DAYS.iter().map(ToString::to_string).collect();
    Err(Problem::new(
        format!("Logs can't be kept for {days} days"),
        format!("CloudWatch takes one of {}; 0 keeps them for ever.", allowed.join(", ")),
    ))
}
