//! What the pods may do on AWS: the role of an app.

use std::collections::{BTreeMap, BTreeSet};

use ipsy_post_renderer::standards_document::PERMISSIONS_BOUNDARY;

use provider_framework::Arguments;
use serde::Deserialize;

use super::arguments::AppConfig;
use super::exceptions::Exceptions;
use super::explain::{Explanations, Source};
use super::json::{is_object, same_policy};
use super::names::Identity;
use super::problem::Problems;
use super::standards::{AppStandards, Breach};

/// Name of the inline policy that holds `iam.policy_json`.
pub(crate) const OWN_POLICY: &str = "app";
/// The service by which EKS Pod Identity takes roles.
pub(crate) const POD_IDENTITY: &str = "pods.eks.amazonaws.com";
/// The quota for all inline policies of a role together; white space does not count (`IAM PutRolePolicy`).
const INLINE_CHARACTERS: usize = 10_240;
/// Longest session unless another is asked for, which is also the shortest that can be (`IAM CreateRole`).
const SESSION_SECONDS: i64 = 3_600;

/// The IAM role of the pods. EKS Pod Identity gives it to them; in a cluster whose `backend` has an
/// `oidc_provider_arn`, the cluster's own tokens do (IRSA).
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct IamConfig {
    /// Policy of the role, as JSON; compared by meaning, not by text.
    #[argument(check = is_object, equal_when = same_policy)]
    pub(crate) policy_json: Option<String>,
    /// Managed policies to attach.
    pub(crate) managed_policy_arns: Option<BTreeSet<String>>,
    /// AWS services that may take the role as well, such as `ec2.amazonaws.com` while instances still run the app.
    #[argument(example = "[\"ec2.amazonaws.com\"]")]
    pub(crate) trusted_services: Option<BTreeSet<String>>,
    /// ARN of the policy that bounds the role.
    pub(crate) permissions_boundary: Option<String>,
    /// Name of the role, at most 64 characters. Default: `NAME-ENVIRONMENT`.
    #[argument(example = "\"checkout-pods\"")]
    pub(crate) role_name: Option<String>,
    /// Path of the role. Default: `/`.
    pub(crate) path: Option<String>,
    /// Description of the role. Default: whose pods it is for.
    pub(crate) description: Option<String>,
    /// Longest session, 3600 to 43200 seconds. Default: 3600.
    pub(crate) max_session_seconds: Option<i64>,
    pub(crate) policy: BTreeMap<String, PolicyConfig>,
}

/// A further inline policy of the role.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
#[arguments(key(name = "Name of the policy."))]
pub(crate) struct PolicyConfig {
    /// The policy, as JSON; compared by meaning, not by text.
    #[argument(required, check = is_object, equal_when = same_policy)]
    pub(crate) json: Option<String>,
}

/// The role of the app's pods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Iam {
    pub(crate) role_name: String,
    pub(crate) description: String,
    /// Inline policies by name, JSON text.
    pub(crate) inline_policies: BTreeMap<String, String>,
    pub(crate) managed_policy_arns: BTreeSet<String>,
    /// Services that may take the role, apart from EKS Pod Identity.
    pub(crate) trusted_services: BTreeSet<String>,
    pub(crate) permissions_boundary: Option<String>,
    /// `/` or `/team/`.
    pub(crate) path: String,
    pub(crate) max_session_seconds: i64,
}

impl Iam {
    /// Resolves `iam { … }`; the standards give the defaults.
    pub(super) fn resolve(
        config: &AppConfig,
        identity: &Identity,
        standards: &AppStandards<'_>,
        exceptions: &Exceptions,
        explanations: &mut Explanations,
        problems: &mut Problems,
    ) -> Self {
        let none = IamConfig::default();
        let given = config.aws.iam.as_ref().unwrap_or(&none);
        let role = Self {
            role_name: given.role_name.clone().unwrap_or_else(|| identity.role_name()),
            description: given
                .description
                .clone()
                .unwrap_or_else(|| format!("Pods of {} in {}", identity.app, identity.environment)),
            inline_policies: inline_policies(given, problems),
            managed_policy_arns: given.managed_policy_arns.clone().unwrap_or_default(),
            trusted_services: given.trusted_services.clone().unwrap_or_default(),
            permissions_boundary: permissions_boundary(given, standards, exceptions, explanations, problems),
            path: role_path(given, standards, explanations),
            max_session_seconds: given.max_session_seconds.unwrap_or(SESSION_SECONDS),
        };
        role.check(problems);
        role
    }

    fn check(&self, problems: &mut Problems) {
        let named = |name: &str, most: usize| {
            (1..=most).contains(&name.len())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte))
        };
        // The default follows from a name and an environment that are checked themselves.
        if !self.role_name.is_empty() && !named(&self.role_name, 64) {
            problems.error(
                "iam.role_name",
                format!("`{}` is not a valid role name", self.role_name),
                "IAM takes 1 to 64 letters, digits and `_+=,.@-`.",
            );
        }
        for name in self.inline_policies.keys().filter(|name| !named(name, 128)) {
            problems.error(
                &format!("iam.policy[{name:?}]"),
                format!("`{name}` is not a valid policy name"),
                "IAM takes 1 to 128 letters, digits and `_+=,.@-`.",
            );
        }
        let size: usize = self
            .inline_policies
            .values()
            .flat_map(|text| text.chars())
            .filter(|sign| !sign.is_whitespace())
            .count();
        if size > INLINE_CHARACTERS {
            problems.error(
                "iam.policy_json",
                format!("The policies have {size} characters"),
                format!(
                    "IAM takes {INLINE_CHARACTERS} for a role's inline policies. Move a part into a managed policy \
                     and name it in `managed_policy_arns`."
                ),
            );
        }
        if !self.path.starts_with('/') || !self.path.ends_with('/') || self.path.len() > 512 {
            problems.error(
                "iam.path",
                format!("`{}` is not a valid path", self.path),
                "IAM takes `/`, or a path that begins and ends with `/`.",
            );
        }
        if !(SESSION_SECONDS..=43_200).contains(&self.max_session_seconds) {
            problems.error(
                "iam.max_session_seconds",
                format!("{} is out of range", self.max_session_seconds),
                "IAM takes 3600 to 43200 seconds.",
            );
        }
        for service in self.trusted_services.iter().filter(|service| !is_service(service)) {
            problems.error(
                "iam.trusted_services",
                format!("`{service}` is not a service that can take a role"),
                "Expected the name of a service as trust policies have it, such as `ec2.amazonaws.com`. EKS Pod Identity \
                 is trusted by itself.",
            );
        }
        for arn in self.managed_policy_arns.iter().chain(&self.permissions_boundary) {
            if !(arn.starts_with("arn:") && arn.contains(":policy/")) {
                problems.error(
                    "iam",
                    format!("`{arn}` is not the ARN of a managed policy"),
                    "The ARN of one reads `arn:aws:iam::ACCOUNT:policy/NAME`, or `arn:aws:iam::aws:policy/NAME` for \
                     one of AWS' own.",
                );
            }
        }
    }
}

/// Whether `name` is a service as trust policies have it: `SERVICE.amazonaws.com`, in some partitions with another end.
fn is_service(name: &str) -> bool {
    let is_name = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    let is_trusted_anyway = name == POD_IDENTITY;
    name.contains(".amazonaws.") && name.split('.').all(is_name) && !is_trusted_anyway
}

/// The app's own boundary, or the standards'; another than theirs breaks a rule.
fn permissions_boundary(
    given: &IamConfig,
    standards: &AppStandards<'_>,
    exceptions: &Exceptions,
    explanations: &mut Explanations,
    problems: &mut Problems,
) -> Option<String> {
    let Some(wanted) = &standards.iam.permissions_boundary else { return given.permissions_boundary.clone() };
    let source = standards.source("iam.permissionsBoundary");
    let Some(own) = &given.permissions_boundary else {
        explanations.note(
            "iam.permissions_boundary",
            wanted.as_str(),
            &standards.field("iam.permissionsBoundary"),
        );
        return Some(wanted.clone());
    };
    explanations.note("iam.permissions_boundary", own.as_str(), &Source::Argument);
    if own != wanted && !exceptions.waives(PERMISSIONS_BOUNDARY.id) {
        problems.breach(
            standards.mode,
            Breach {
                rule: PERMISSIONS_BOUNDARY.id,
                place: "iam.permissions_boundary",
                summary: format!("The permissions boundary `{own}` is not that of the standards"),
                wanted: format!("{source} ask for `{wanted}`"),
                fix: "Remove the argument".to_owned(),
            },
        );
    }
    Some(own.clone())
}

fn role_path(given: &IamConfig, standards: &AppStandards<'_>, explanations: &mut Explanations) -> String {
    if let Some(own) = &given.path {
        explanations.note("iam.path", own.as_str(), &Source::Argument);
        return own.clone();
    }
    let Some(path) = &standards.iam.role_path else { return "/".to_owned() };
    explanations.note("iam.path", path.as_str(), &standards.field("iam.rolePath"));
    path.clone()
}

fn inline_policies(given: &IamConfig, problems: &mut Problems) -> BTreeMap<String, String> {
    let mut policies: BTreeMap<String, String> = given
        .policy
        .iter()
        .map(|(name, policy)| (name.clone(), policy.json.clone().unwrap_or_default()))
        .collect();
    if let Some(text) = &given.policy_json
        && policies.insert(OWN_POLICY.to_owned(), text.clone()).is_some()
    {
        problems.error(
            &format!("iam.policy[{OWN_POLICY:?}]"),
            "Two policies of one name",
            format!("`policy_json` becomes the policy `{OWN_POLICY}`. Give the block another `name`."),
        );
    }
    policies
}
