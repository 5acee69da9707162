//! What runs: ports, environment, resources, scaling and probes.

use tf_provider::{Attribute, Block, Schema, Type};

use super::{image, quantity};
use crate::app::chart;

fn text(description: &str) -> Attribute {
    Attribute::optional(Type::String).describe(description)
}

fn number(description: &str) -> Attribute {
    Attribute::optional(Type::Number).describe(description)
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
        .block("image", chart::extend("image", image::block()))
        .block("port", chart::extend("port", port()))
        .block("secret", chart::extend("secret", secret()))
        .block("resources", chart::extend("resources", resources()))
        .block("autoscaling", chart::extend("autoscaling", autoscaling()))
        .block("health_check", health_check())
        .block("migration", chart::extend("migration", migration()))
}

fn port() -> Block {
    Block::named("name", "Name of the port, such as `http`.")
        .describe("A port of the container.")
        .attribute("port", Attribute::required(Type::Number).describe("Its number.").example("8080"))
        .attribute("protocol", text("`TCP`, `UDP` or `SCTP`. Default: `TCP`."))
}

fn secret() -> Block {
    Block::named("name", "Name of the environment variable.")
        .describe(
            "An environment variable whose value is fetched in the cluster, by External Secrets or as \
             `secret_delivery` says. Terraform never sees it.",
        )
        .attribute("ssm_parameter", text("Name of the SSM parameter that holds it."))
        .attribute("secrets_manager_secret", text("Name of the Secrets Manager secret that holds it."))
        .attribute(
            "kubernetes_secret",
            text("Name of a Secret in the app's namespace that holds it, under the key `property`."),
        )
        .attribute(
            "property",
            text("Member of the secret, where it is a JSON object; key of a Kubernetes Secret."),
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
        .describe(
            "A HorizontalPodAutoscaler, which then owns the number of pods; with a metric other than `cpu` and \
             `memory`, a ScaledObject of KEDA.",
        )
        .attribute(
            "min",
            number("Minimum number of pods. Default: the standards', or 2. 0 needs a metric that is known without pods.")
                .example("3"),
        )
        .attribute("max", number("Maximum number of pods. Default: ten times `min`.").example("30"))
}

fn migration() -> Block {
    Block::single()
        .describe(
            "A job with the app's image that runs before each install and upgrade, such as a migration of the \
             database. Nothing of the app exists yet at the first install, so it runs as a service account of its \
             own, `NAME-migration`, which gets the app's role.",
        )
        .attribute("command", texts("Entrypoint, instead of the image's."))
        .attribute("args", texts("Arguments of the entrypoint.").example("[\"migrate\"]"))
        .attribute(
            "env",
            Attribute::optional(Type::Map(Box::new(Type::String)))
                .describe("Environment variables, over those of the app."),
        )
        .attribute(
            "service_account",
            text("A service account that exists, instead of one of its own. It keeps the rights that it has."),
        )
        .attribute("backoff_limit", number("How often it is tried again after a failure. Default: 3."))
        .attribute("active_deadline_seconds", number("Seconds after which it is stopped. Default: never."))
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
