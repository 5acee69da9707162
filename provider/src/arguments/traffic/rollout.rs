//! How weights change.

use tf_provider::{Attribute, Block, Type};

fn text(description: &str) -> Attribute {
    Attribute::optional(Type::String).describe(description)
}

fn number(description: &str) -> Attribute {
    Attribute::optional(Type::Number).describe(description)
}

/// `rollout { … }`.
pub(super) fn block() -> Block {
    Block::single()
        .describe(
            "How weights change: in steps, each watched, and back again when a guard fails. A backend that is new \
             enters the rule with weight 0, so that its targets are checked; the next apply moves the traffic. \
             Without the block, weights change in one step, and only if the backends that get more requests have \
             a healthy target.",
        )
        .attribute(
            "mode",
            text(
                "`whole` goes all steps in one apply. `stepwise` makes the next step with each apply, if the guards \
                 pass, so that no waiting holds the lock of the state. `immediate` changes the weights at once and \
                 looks at nothing: it needs a `reason`. Default: `whole`.",
            ),
        )
        .attribute("reason", text("Why weights may change without a look at anything: for `immediate`."))
        .attribute(
            "preset",
            text(
                "`canary` is the default of ECS Express Mode: 5 % first, and back where more than 1 % of the answers \
                 are 4xx or 5xx in two of three minutes. `steps` and further `limit` blocks may be added.",
            ),
        )
        .attribute(
            "steps",
            Attribute::optional(Type::list(Type::Number))
                .describe("Percentages of the way to the new weights; the last one is 100. Default: `[100]`.")
                .example("[10, 50, 100]"),
        )
        .attribute("bake", text("How long each step is watched. Default: `5m`.").example("\"5m\""))
        .attribute("interval", text("How often it is looked at, `1s` at least. Default: `15s`."))
        .attribute(
            "timeout",
            text(
                "How long targets may take to become healthy, and alarms and limits without data to get some: \
                 without data there is no good verdict. Default: `10m`.",
            ),
        )
        .attribute(
            "min_healthy",
            text(
                "Fewest healthy targets of a backend that gets more requests: a number from 1, or a percentage of \
                 its registered targets such as `50%`. Default: 1.",
            )
            .example("2"),
        )
        .attribute(
            "alarms",
            Attribute::optional(Type::list(Type::String))
                .describe(
                    "CloudWatch alarms: one that goes off stops the rollout. While one has not enough data, the step \
                     is not over.",
                )
                .example("[\"checkout-5xx\"]"),
        )
        .block("limit", limit())
        .attribute(
            "on_failure",
            text(
                "What a failure does: `rollback` to the weights from before, or `hold` those of the last good \
                 step. Default: `rollback`.",
            ),
        )
        .attribute(
            "on_drift",
            text(
                "What an apply does where others have changed the weights: `stop` changes no weights, `overwrite` \
                 goes from them to the configured ones. Default: `stop`.",
            ),
        )
        .attribute(
            "resume",
            Attribute::optional(Type::Bool).describe(
                "Whether a change of weights that was rolled back is tried again. Without it the weights stay until \
                 those of the `backend` blocks change. Default: false.",
            ),
        )
        .attribute(
            "report",
            text(
                "File that an apply writes its steps into, as JSON: weights, healthy targets, requests, errors and \
                 response time. Beside it an SVG of the same name shows them as a picture.",
            )
            .example("\"rollout.json\""),
        )
}

fn limit() -> Block {
    Block::named("name", "Name of the limit, which may be the measure.")
        .describe(
            "A limit on what a backend that gets more requests may show, from CloudWatch's metrics of its target \
             group since the step began. Load balancers write a data point each minute: let a step last three \
             minutes at least.",
        )
        .attribute(
            "measure",
            text(
                "`server_error_percent` (answers with 500 and more, and requests that reach no target), \
                 `error_percent` (400 and more), or `response_seconds` (within which 95 of 100 requests are \
                 answered). Default: `name`.",
            ),
        )
        .attribute(
            "expression",
            text("An expression of CloudWatch instead of a measure; its mean over the step is what counts.")
                .example("\"SELECT AVG(QueueAge) FROM Shop\""),
        )
        .attribute(
            "maximum",
            Attribute::required(Type::Number).describe("Most that is allowed, 0 or more.").example("1"),
        )
        .attribute(
            "compared_with",
            text("Backend whose own figure the maximum is added to.").example("\"ec2\""),
        )
        .attribute(
            "minimum_requests",
            number("Requests below which there is no verdict; the step lasts until there are enough. Default: 100."),
        )
        .attribute(
            "evaluation_periods",
            number("Minutes that are judged one by one, 1 to 60. Default: the whole step together."),
        )
        .attribute(
            "datapoints_to_alarm",
            number("How many of these minutes must be above the maximum. Default: all of them."),
        )
}
