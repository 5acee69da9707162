//! How requests reach the app.

mod load_balancer;

use tf_provider::{Attribute, Block, Problem, Schema, Type, Value};

use super::chart;
use super::json::is_json_object;

/// Adds the arguments of an app's traffic.
pub(super) fn add(schema: Schema) -> Schema {
    schema
        .block("load_balancer", load_balancer::load_balancer())
        .block("backend", chart::extend("backend", backend()))
        .block("rollout", rollout())
        .block("dns", dns())
        .block("alarm", alarm())
}

fn backend() -> Block {
    Block::named("name", "Name of the backend, such as `blue`.")
        .describe(
            "Something that serves the app: a Kubernetes cluster, for which a target group is made, or a target \
             group that exists, such as that of the EC2 instances that the app comes from.",
        )
        .attribute(
            "cluster",
            Attribute::optional(Type::String)
                .describe("Name of the EKS cluster. Its pods get the app's role and a target group.")
                .example("\"eks-blue\""),
        )
        .attribute(
            "target_group_arn",
            Attribute::optional(Type::String)
                .describe("ARN of a target group that exists. It is forwarded to, and otherwise left alone."),
        )
        .attribute(
            "target_group_name",
            Attribute::optional(Type::String).describe(
                "Name of the target group that is made for the `cluster`, at most 32 characters. Default: a name \
                 that follows from the app, the backend and the port.",
            ),
        )
        .attribute(
            "oidc_provider_arn",
            Attribute::optional(Type::String).describe(
                "ARN of the cluster's OpenID Connect provider in IAM. With it pods get the role by their \
                 cluster's tokens (IRSA), where there is no agent of EKS Pod Identity.",
            ),
        )
        .attribute(
            "extra_values",
            Attribute::optional(Type::String)
                .describe(
                    "Values of the standard chart for this cluster alone, as JSON, merged last: `jsonencode({ replicas = 6 })` \
                     for a cluster that has other nodes. Needs `cluster`.",
                )
                .check(is_json_object),
        )
        .attribute(
            "weight",
            Attribute::optional(Type::Number)
                .describe("Share of the requests, relative to the other backends', 0 to 999. Default: 0.")
                .example("10")
                .check(whole_number),
        )
}

fn whole_number(value: &Value) -> Result<(), Problem> {
    if value.as_i64().is_some() {
        return Ok(());
    }
    Err(Problem::new("A weight is a whole number", "AWS takes 0 to 999, without a fraction."))
}

fn rollout() -> Block {
    let text = |description: &str| Attribute::optional(Type::String).describe(description);
    Block::single()
        .describe(
            "How weights change: in steps, each watched. Without the block they change at once. A backend that \
             is new enters the rule with weight 0, so that its targets are checked; the next apply moves the \
             traffic. Requests that go back to a `target_group_arn` are never held up.",
        )
        .attribute(
            "steps",
            Attribute::optional(Type::list(Type::Number))
                .describe("Percentages of the way to the new weights; the last one is 100. Default: `[100]`.")
                .example("[10, 50, 100]"),
        )
        .attribute("bake", text("How long each step is watched. Default: `5m`.").example("\"5m\""))
        .attribute("interval", text("How often it is looked at. Default: `15s`."))
        .attribute("timeout", text("How long targets may take to become healthy. Default: `10m`."))
        .attribute(
            "min_healthy",
            Attribute::optional(Type::Number)
                .describe("Fewest healthy targets of a cluster that gets more requests. Default: 1."),
        )
        .attribute(
            "alarms",
            Attribute::optional(Type::list(Type::String))
                .describe("CloudWatch alarms: one that goes off stops the rollout.")
                .example("[\"checkout-5xx\"]"),
        )
        .attribute(
            "on_failure",
            text(
                "What a failure does: `rollback` to the weights from before, or `hold` those of the last good \
                 step. Default: `rollback`.",
            ),
        )
}

fn dns() -> Block {
    Block::named("name", "Full name of the record, such as `checkout.example.com`.")
        .describe(
            "A DNS name of the app: an alias record in Route 53 that leads to its load balancer. A record of this name \
             that leads elsewhere stops the run before anything is changed, unless `overwrite` is set. It is \
             deleted with the app only while it leads to the app's load balancer.",
        )
        .attribute(
            "zone_id",
            Attribute::required(Type::String)
                .describe("Id of the hosted zone.")
                .example("data.aws_route53_zone.shop.zone_id"),
        )
        .attribute(
            "weight",
            Attribute::optional(Type::Number).describe(
                "Share of the name, relative to other records of the same name, 0 to 255. Without it the record is \
                 the only one of its name.",
            ),
        )
        .attribute(
            "set_identifier",
            Attribute::optional(Type::String).describe(
                "What tells the weighted records of one name apart. Default: `environment/name` of the app.",
            ),
        )
        .attribute(
            "evaluate_target_health",
            Attribute::optional(Type::Bool).describe(
                "Whether DNS leaves the record out while nothing behind the load balancer is healthy. Default: true.",
            ),
        )
        .attribute(
            "overwrite",
            Attribute::optional(Type::Bool).describe(
                "Whether a record of this name that leads elsewhere is taken over. Default: false.",
            ),
        )
        .attribute(
            "ipv6",
            Attribute::optional(Type::Bool).describe(
                "Whether there is a record for IPv6, too: for a load balancer with both kinds of addresses. \
                 Default: false.",
            ),
        )
}

fn alarm() -> Block {
    let number = |description: &str| Attribute::optional(Type::Number).describe(description);
    Block::named(
        "name",
        "Name of the alarm among those of the app; CloudWatch's is `APP-ENVIRONMENT-NAME-BACKEND`.",
    )
    .describe("A CloudWatch alarm on the target group of each cluster, which also guards rollouts.")
    .attribute(
        "watch",
        Attribute::optional(Type::String)
            .describe(
                "`server_errors` (answers with 500 and more in a period), `unhealthy_targets`, or \
                     `response_seconds` (within which 95 of 100 requests are answered). Default: `name`.",
            )
            .example("\"server_errors\""),
    )
    .attribute(
        "threshold",
        number("What must be exceeded. Default: 10 errors, 0 unhealthy targets, 1 second."),
    )
    .attribute("period_seconds", number("Seconds of a period: whole minutes. Default: 60."))
    .attribute("evaluation_periods", number("Periods in a row that set it off. Default: 2."))
    .attribute(
        "actions",
        Attribute::optional(Type::list(Type::String))
            .describe("ARNs that are told when it goes off and when it ends, such as SNS topics."),
    )
}
