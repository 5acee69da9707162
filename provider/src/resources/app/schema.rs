//! The schema of `ipsy_app`: the app's arguments, and what follows from them.

use std::sync::OnceLock;

use provider_framework::{Attribute, Schema, Type};

use super::holder::ATTRIBUTE as OWNER_ID;
use crate::app::arguments::AppConfig;
use crate::app::exceptions::DESCRIPTION as EXCEPTIONS;
use crate::app::explain::DESCRIPTION as EXPLAIN;
use crate::app::overrides;

/// Names of all computed attributes.
pub(super) fn computed_names() -> Vec<String> {
    schema()
        .body()
        .attributes()
        .filter(|(_, attribute)| attribute.is_computed())
        .map(|(name, _)| name.to_owned())
        .collect()
}

/// The schema, which is large: it is made once.
pub(crate) fn schema() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(describe)
}

fn describe() -> Schema {
    let text = |description: &str| Attribute::computed(Type::String).describe(description);
    let texts = |description: &str| Attribute::computed(Type::map(Type::String)).describe(description);
    overrides::describe(AppConfig::describe_with_aws(Schema::new(0)))
        .describe(
            "One app in one environment: its ECR repository, IAM role, log group, image pointer, target groups \
             and weighted listener rule on AWS, and the Helm values and post-renderer configuration with which \
             it is installed on Kubernetes.",
        )
        .attribute("id", text("`environment/name`, which is also the id for `terraform import`."))
        .attribute(
            "values",
            text(
                "Helm values of an app with at most one cluster, as JSON with sorted keys. Known at plan. With \
                 several clusters it holds a document that the standard chart refuses: use `values_by_backend`. \
                 Sensitive, because arguments such as `env` can hold sensitive values: `explain` shows what changes.",
            )
            .sensitive(),
        )
        .attribute(
            "values_by_backend",
            texts(
                "Helm values for each backend that is a cluster, as JSON with sorted keys. Known at plan. What one \
                 backend gets does not depend on the others.",
            )
            .sensitive(),
        )
        .attribute("post_renderer_config", text("Configuration of the post-renderer, as JSON.").sensitive())
        .attribute(
            "post_renderer_args",
            Attribute::computed(Type::list(Type::String))
                .describe("Arguments with which Helm starts `ipsy-post-renderer`.")
                .sensitive(),
        )
        .attribute("kapp_config", text("Configuration of kapp, as YAML."))
        .attribute("repository_url", text("Where images are pushed to and pulled from."))
        .attribute("role_arn", text("ARN of the pods' role."))
        .attribute(
            "target_groups",
            Attribute::computed(Type::map(Type::object([("arn", Type::String), ("name", Type::String)])))
                .describe("ARN and name of the target group of each backend that is a cluster."),
        )
        .attribute("listener_rule_arn", text("ARN of the listener rule."))
        .attribute(
            "listener_rule_priority",
            Attribute::computed(Type::Number)
                .describe("Priority of the listener rule; one that is chosen from a range is kept."),
        )
        .attribute(
            "weights",
            Attribute::computed(Type::map(Type::Number)).describe(
                "Current weights by backend, also if another tool moves them (`weights = \"external\"`).",
            ),
        )
        .attribute("log_group_name", text("Name of the log group."))
        .attribute("image_uri", text("The image that runs: what the pointer names, or the literal one."))
        .attribute("image_parameter", text("Name of the SSM parameter that CI writes the image into."))
        .attribute(
            "platform",
            text(
                "Defaults of the platform in the standards that the app uses, as JSON: they hold until the next apply, also \
                 where the standards change.",
            ),
        )
        .attribute("standards_version", text("Version of the standards that the app was planned with."))
        .attribute("explain", texts(EXPLAIN))
        .attribute("exceptions", texts(EXCEPTIONS))
        .attribute(
            "infrastructure",
            texts(
                "Every AWS object of the app, with all managed properties as JSON: what differs from AWS shows \
                 here as a change.",
            ),
        )
        .attribute(
            OWNER_ID,
            text(
                "Random id of this resource, which every AWS object of the app carries as the tag `ipsy:owner`: only \
                 objects with this id are changed or deleted. An imported app gets it with its first change.",
            ),
        )
        .attribute("rollback_command", text("One AWS command that sends all requests back to where they came from."))
}
