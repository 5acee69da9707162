//! How requests reach the app.

use tf_provider::{Attribute, Block, Problem, Schema, Type, Value};

/// Adds the arguments of an app's traffic.
pub(super) fn add(schema: Schema) -> Schema {
    schema.block("load_balancer", load_balancer()).block("backend", backend()).block("rollout", rollout())
}

fn load_balancer() -> Block {
    let texts = || Attribute::optional(Type::List(Box::new(Type::String)));
    let number = |description: &str| Attribute::optional(Type::Number).describe(description);
    Block::single()
        .describe("The rule of an existing Application Load Balancer's listener that leads to the app.")
        .attribute(
            "listener_arn",
            Attribute::required(Type::String).describe("ARN of the listener that gets the rule."),
        )
        .attribute(
            "hosts",
            texts().describe("Host names that lead to the app.").example("[\"checkout.example.com\"]"),
        )
        .attribute("paths", texts().describe("Paths that lead to the app.").example("[\"/checkout/*\"]"))
        .attribute(
            "priority",
            Attribute::required(Type::Number)
                .describe("Priority of the rule, 1 to 50000, unique in the listener; the lowest is tried first.")
                .example("120"),
        )
        .attribute(
            "port",
            Attribute::optional(Type::String)
                .describe("Name of the port that gets the requests. Default: `http`, or the first by name."),
        )
        .attribute(
            "protocol_version",
            Attribute::optional(Type::String)
                .describe("`HTTP1`, `HTTP2` or `GRPC`. A change makes new target groups. Default: `HTTP1`."),
        )
        .attribute(
            "stickiness_seconds",
            number(
                "Seconds for which a client stays with its backend; 0 is off. While weights move it should be \
                 off: a client that stays on a broken backend gets its errors. Default: 0.",
            ),
        )
        .attribute(
            "deregistration_delay_seconds",
            number("Seconds for which a target that goes away still answers. Default: 30."),
        )
        .attribute(
            "slow_start_seconds",
            number("Seconds over which a new target gets its share, 30 to 900; 0 is off. Default: 0."),
        )
}

fn backend() -> Block {
    Block::map()
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
