//! What the pods may do on AWS, where they log, and how long AWS is waited for.

use ipsy_aws::LogGroup;
use tf_provider::{Attribute, Block, Problem, Schema, Type, Value};

use crate::app::json::{is_object, same_policy};

/// Adds the role and the log group.
pub(super) fn add(schema: Schema) -> Schema {
    schema.block("iam", iam()).block("logs", logs()).block("timeouts", timeouts())
}

fn timeouts() -> Block {
    Block::single()
        .describe(
            "How long an apply may wait for AWS: what is under way then is finished, and nothing new is begun. \
             Without it every wait has a limit of its own.",
        )
        .attribute("create", text("For making the app.").example("\"15m\""))
        .attribute("update", text("For changing it, its rollout included."))
        .attribute("delete", text("For deleting it."))
}

fn text(description: &str) -> Attribute {
    Attribute::optional(Type::String).describe(description)
}

fn number(description: &str) -> Attribute {
    Attribute::optional(Type::Number).describe(description)
}

fn iam() -> Block {
    Block::single()
        .describe(
            "The IAM role of the pods. EKS Pod Identity gives it to them; in a cluster whose `backend` has an \
             `oidc_provider_arn`, the cluster's own tokens do (IRSA).",
        )
        .attribute(
            "policy_json",
            text("Policy of the role, as JSON; compared by meaning, not by text.")
                .check(is_object)
                .equal_when(same_policy),
        )
        .attribute(
            "managed_policy_arns",
            Attribute::optional(Type::set(Type::String)).describe("Managed policies to attach."),
        )
        .attribute("permissions_boundary", text("ARN of the policy that bounds the role."))
        .attribute(
            "role_name",
            text("Name of the role, at most 64 characters. Default: `NAME-ENVIRONMENT`.")
                .example("\"checkout-pods\""),
        )
        .attribute("path", text("Path of the role. Default: `/`."))
        .attribute("description", text("Description of the role. Default: whose pods it is for."))
        .attribute("max_session_seconds", number("Longest session, 3600 to 43200 seconds. Default: 3600."))
        .block(
            "policy",
            Block::named("name", "Name of the policy.")
                .describe("A further inline policy of the role.")
                .attribute(
                    "json",
                    Attribute::required(Type::String)
                        .describe("The policy, as JSON; compared by meaning, not by text.")
                        .check(is_object)
                        .equal_when(same_policy),
                ),
        )
}

fn logs() -> Block {
    Block::single()
        .describe("The CloudWatch log group of the app.")
        .attribute("group_name", text("Name of the log group. Default: `/ipsy/ENVIRONMENT/NAME`."))
        .attribute(
            "retention_days",
            number("Days for which logs are kept; 0 for ever. Default: the standards', or 30.")
                .check(retention_days),
        )
        .attribute("kms_key_arn", text("KMS key that encrypts them."))
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
