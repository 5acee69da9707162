//! What runs: image, ports, environment, resources, scaling, probes, and the pods' role and logs.

use ipsy_aws::LogGroup;
use tf_provider::{Attribute, Block, Problem, Schema, Type, Value};

use super::quantity;

fn text(description: &str) -> Attribute {
    Attribute::optional(Type::String).describe(description)
}

fn number(description: &str) -> Attribute {
    Attribute::optional(Type::Number).describe(description)
}

fn flag(description: &str) -> Attribute {
    Attribute::optional(Type::Bool).describe(description)
}

fn texts(description: &str) -> Attribute {
    Attribute::optional(Type::List(Box::new(Type::String))).describe(description)
}

/// Adds the arguments of an app's workload.
pub(super) fn add(schema: Schema) -> Schema {
    schema
        .attribute("command", texts("Entrypoint of the container, instead of the image's."))
        .attribute("args", texts("Arguments of the entrypoint, instead of the image's."))
        .attribute(
            "env",
            Attribute::optional(Type::Map(Box::new(Type::String)))
                .describe("Environment variables. No secrets: they belong into `secret` blocks.")
                .example("{ LOG_LEVEL = \"info\" }"),
        )
        .attribute(
            "replicas",
            number("Number of pods, where there is no `autoscaling` block. Default: the standards', or 2."),
        )
        .block("image", image())
        .block(
            "port",
            Block::map()
                .describe("A port of the container; the label is its name, such as `http`.")
                .attribute("port", Attribute::required(Type::Number).describe("Its number.").example("8080"))
                .attribute("protocol", text("`TCP` or `UDP`. Default: `TCP`.")),
        )
        .block(
            "secret",
            Block::map()
                .describe(
                    "An environment variable, named by the label, whose value is fetched in the cluster by \
                     External Secrets. Terraform never sees it.",
                )
                .attribute("ssm_parameter", text("Name of the SSM parameter that holds it."))
                .attribute(
                    "secrets_manager_secret",
                    text("Name of the Secrets Manager secret that holds it."),
                )
                .attribute("property", text("Member of the secret, where it is a JSON object.")),
        )
        .block("resources", resources())
        .block("autoscaling", autoscaling())
        .block("health_check", health_check())
}

/// Adds the AWS objects that belong to the workload.
pub(super) fn add_infrastructure(schema: Schema) -> Schema {
    schema.block("iam", iam()).block("logs", logs())
}

fn image() -> Block {
    Block::single()
        .required()
        .describe("The image, and the ECR repository that it is pushed to.")
        .attribute(
            "repository",
            Attribute::required(Type::String)
                .describe(
                    "Name of an ECR repository, which is created; or a repository with its host, which is only \
                     used.",
                )
                .example("\"checkout\""),
        )
        .attribute(
            "source",
            text(
                "Who chooses the tag: `pointer`, CI writes it into an SSM parameter; or `literal`, this \
                 configuration does. Default: `pointer`.",
            ),
        )
        .attribute("initial", text("Tag that the pointer holds when it is made. Default: `latest`."))
        .attribute("tag", text("Tag, with `source = \"literal\"`."))
        .attribute("digest", text("Digest (`sha256:…`), with `source = \"literal\"`; it wins over the tag."))
        .attribute("pull_policy", text("`Always`, `IfNotPresent` or `Never`. Default: `IfNotPresent`."))
        .attribute("scan_on_push", flag("Whether ECR scans what is pushed. Default: true."))
        .attribute("immutable_tags", flag("Whether a tag, once pushed, can't be moved. Default: true."))
        .attribute("keep_images", number("Number of images that the repository keeps. Default: 30."))
        .attribute("untagged_days", number("Days for which untagged images are kept. Default: 7."))
        .attribute(
            "force_delete",
            flag("Whether the repository is deleted with the images in it. Default: false."),
        )
}

fn resources() -> Block {
    let amount = |description: &str| text(description).check(quantity);
    Block::single()
        .describe("What a pod may use, in Kubernetes' quantities. What is missing comes from the standards.")
        .attribute("cpu_request", amount("CPU that is reserved.").example("\"250m\""))
        .attribute("cpu_limit", amount("CPU at which the container is throttled. Default: none."))
        .attribute("memory", amount("Memory, both reserved and the limit.").example("\"1Gi\""))
        .attribute("memory_request", amount("Memory that is reserved, where it is less than the limit."))
        .attribute("ephemeral_storage", amount("Local disk, both reserved and the limit."))
}

fn autoscaling() -> Block {
    Block::single()
        .describe("A HorizontalPodAutoscaler, which then owns the number of pods.")
        .attribute("min", number("Fewest pods. Default: the standards', or 2.").example("3"))
        .attribute("max", number("Most pods. Default: ten times `min`.").example("30"))
        .block(
            "metric",
            Block::map()
                .describe("What is scaled by: `cpu` or `memory`. Default: `cpu` at 70 percent.")
                .attribute("target_utilization", number("Percent of the request."))
                .attribute(
                    "target_average_value",
                    text("Quantity per pod, instead of a percentage.").check(quantity),
                ),
        )
}

fn health_check() -> Block {
    Block::single()
        .describe(
            "How it is seen that the app is well: by its probes in Kubernetes and by the load balancer.",
        )
        .attribute(
            "path",
            text("Path that answers with a good code. Default: the probes only open the port.")
                .example("\"/healthz\""),
        )
        .attribute("port", text("Name of the port. Default: `http`, or the first by name."))
        .attribute("matcher", text("Codes that are good for the load balancer. Default: `200-399`."))
        .attribute("interval_seconds", number("Seconds between checks of the load balancer. Default: 10."))
        .attribute("timeout_seconds", number("Seconds to wait for an answer. Default: 5."))
        .attribute("healthy_threshold", number("Successes in a row that make a target healthy. Default: 2."))
        .attribute("unhealthy_threshold", number("Failures in a row that make it unhealthy. Default: 3."))
}

fn iam() -> Block {
    Block::single()
        .describe("The IAM role of the pods, which EKS Pod Identity gives them.")
        .attribute("policy_json", text("Policy of the role, as JSON; compared by meaning, not by text."))
        .attribute(
            "managed_policy_arns",
            Attribute::optional(Type::Set(Box::new(Type::String))).describe("Managed policies to attach."),
        )
        .attribute("permissions_boundary", text("ARN of the policy that bounds the role."))
        .attribute("path", text("Path of the role. Default: `/`."))
        .attribute("max_session_seconds", number("Longest session, 3600 to 43200 seconds. Default: 3600."))
}

fn logs() -> Block {
    Block::single()
        .describe("The CloudWatch log group of the app.")
        .attribute(
            "retention_days",
            number("Days for which logs are kept. Default: the standards', or 30.").check(retention_days),
        )
        .attribute("kms_key_arn", text("KMS key that encrypts them."))
}

fn retention_days(value: &Value) -> Result<(), Problem> {
    let days = value.as_i64().unwrap_or_default();
    if u32::try_from(days).is_ok_and(|days| LogGroup::RETENTION_DAYS.contains(&days)) {
        return Ok(());
    }
    let allowed: Vec<String> = LogGroup::RETENTION_DAYS.iter().map(ToString::to_string).collect();
    Err(Problem::new(
        format!("Logs can't be kept for {days} days"),
        format!("CloudWatch takes one of {}.", allowed.join(", ")),
    ))
}
