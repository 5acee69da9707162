//! `load_balancer { … }`: which requests lead to the app, and how its target groups treat them.

use tf_provider::{Attribute, Block, Type};

/// The block.
pub(super) fn load_balancer() -> Block {
    let number = |description: &str| Attribute::optional(Type::Number).describe(description);
    let text = |description: &str| Attribute::optional(Type::String).describe(description);
    conditions(
        Block::single()
            .describe(
                "What leads requests to the app: a rule of an existing Application Load Balancer's listener, or what the \
                 controller of the cluster makes.",
            )
            .attribute(
                "owner",
                text(
                    "`terraform` makes a listener rule. `controller` leaves the load balancer to the controller of the \
                     cluster: the app gets an Ingress of the class `alb` with `hosts`, `paths` and `port`, or an \
                     HTTPRoute if it has an `http_route` block. `none` overrides the platform of the standards. Default: \
                     `terraform`.",
                ),
            )
            .attribute(
                "listener_arn",
                text("ARN of the listener that gets the rule. Default: `platform.listenerArn` of the standards."),
            ),
    )
    .attribute(
        "priority",
        number(
            "Priority of the rule, 1 to 50000, unique in the listener; the lowest is tried first. This or \
             `priority_range`. Default: `platform.priorities` of the standards.",
        )
        .example("120"),
    )
    .block("priority_range", priority_range())
    .attribute(
        "weights",
        text(
            "Who moves the weights: `terraform`, or `external` for another tool. Then the weights of `backend` are \
             those of a new rule or a new backend, and what they become later is shown in `weights` of the app and \
             never changed. Default: `terraform`.",
        ),
    )
    .attribute(
        "port",
        text("Name of the port that gets the requests. Default: `http`, or the first by name."),
    )
    .attribute(
        "protocol_version",
        text("`HTTP1`, `HTTP2` or `GRPC`. A change makes new target groups. Default: `HTTP1`."),
    )
    .attribute(
        "algorithm",
        text(
            "How requests are spread over the targets: `round_robin`, `least_outstanding_requests` or \
             `weighted_random`. Default: `round_robin`.",
        ),
    )
    .attribute(
        "stickiness_seconds",
        number(
            "Seconds for which a client stays with its backend; 0 is off. While weights move it should be off: a \
             client that stays on a broken backend gets its errors. Default: 0.",
        ),
    )
    .block("session", session())
    .attribute(
        "deregistration_delay_seconds",
        number("Seconds for which a target that goes away still answers. Default: 30."),
    )
    .attribute(
        "slow_start_seconds",
        number("Seconds over which a new target gets its share, 30 to 900; 0 is off. Default: 0."),
    )
    .block("authenticate_oidc", authenticate_oidc())
    .block("authenticate_cognito", authenticate_cognito())
}

fn conditions(block: Block) -> Block {
    let texts = |description: &str| Attribute::optional(Type::list(Type::String)).describe(description);
    let values = || Attribute::required(Type::list(Type::String));
    block
        .attribute(
            "hosts",
            texts(
                "Host names that lead to the app. All kinds of conditions must be met, each by any of its values; \
                 AWS takes five values in all.",
            )
            .example("[\"checkout.example.com\"]"),
        )
        .attribute("paths", texts("Paths that lead to the app.").example("[\"/checkout/*\"]"))
        .attribute("methods", texts("HTTP methods that lead to the app.").example("[\"GET\", \"HEAD\"]"))
        .attribute(
            "source_ips",
            texts("Ranges of client addresses that lead to the app.").example("[\"192.0.2.0/24\"]"),
        )
        .block(
            "header",
            Block::named("name", "Name of the header.")
                .describe("A header of the requests that lead to the app.")
                .attribute(
                    "values",
                    values().describe("What it may hold; `*` and `?` are wildcards.").example("[\"1\"]"),
                ),
        )
        .block(
            "query_string",
            Block::named("name", "The key; `*` stands for any key.")
                .describe("A key of the query string of the requests that lead to the app.")
                .attribute(
                    "values",
                    values().describe("What it may hold; `*` and `?` are wildcards.").example("[\"v2\"]"),
                ),
        )
}

fn priority_range() -> Block {
    let number = |description: &str| Attribute::required(Type::Number).describe(description);
    Block::single()
        .describe(
            "Priorities from which the first free one is taken. It is kept once it is chosen, and shown in \
             `listener_rule_priority`.",
        )
        .attribute("from", number("The lowest.").example("1000"))
        .attribute("to", number("The highest.").example("1999"))
}

fn session() -> Block {
    Block::single()
        .describe("Keeps a client on one pod. Without the block each request goes to any of them.")
        .attribute(
            "cookie_name",
            Attribute::optional(Type::String).describe(
                "The cookie of the app that begins a session. Without it the load balancer sets one of its own.",
            ),
        )
        .attribute(
            "seconds",
            Attribute::optional(Type::Number)
                .describe("How long a client stays, 1 to 604800. Default: 86400, a day."),
        )
}

fn authenticate_oidc() -> Block {
    let text = |description: &str| Attribute::required(Type::String).describe(description);
    login(
        Block::single()
            .describe(
                "Makes users log in at an OIDC provider before their requests reach the app. AWS allows it on an \
                 HTTPS listener only. Needs Terraform 1.11, or OpenTofu 1.11: only these can keep the client's \
                 secret out of plan and state.",
            )
            .attribute(
                "issuer",
                text("Issuer, as the provider's discovery document names it.")
                    .example("\"https://login.example.com\""),
            )
            .attribute("authorization_endpoint", text("Where users are sent."))
            .attribute("token_endpoint", text("Where AWS exchanges the code."))
            .attribute("user_info_endpoint", text("Where AWS asks who the user is."))
            .attribute("client_id", text("Id of the client."))
            .attribute(
                "client_secret",
                text(
                    "Secret of the client. It is passed on to AWS and stored nowhere: neither plan nor state holds \
                     it.",
                )
                .sensitive()
                .write_only(),
            )
            .attribute(
                "client_secret_version",
                Attribute::optional(Type::String).describe(
                    "Change it when `client_secret` changes, so that the new one is sent. It is kept as a tag of \
                     the rule. Default: `1`.",
                ),
            ),
    )
}

fn authenticate_cognito() -> Block {
    let text = |description: &str| Attribute::required(Type::String).describe(description);
    login(
        Block::single()
            .describe(
                "Makes users log in at a Cognito user pool before their requests reach the app. AWS allows it on \
                 an HTTPS listener only.",
            )
            .attribute("user_pool_arn", text("ARN of the user pool."))
            .attribute("user_pool_client_id", text("Id of its client."))
            .attribute("user_pool_domain", text("Its domain, or the prefix of it.")),
    )
}

fn login(block: Block) -> Block {
    let text = |description: &str| Attribute::optional(Type::String).describe(description);
    block
        .attribute("scope", text("Scopes to ask for, separated by spaces. Default: `openid`."))
        .attribute(
            "session_cookie_name",
            text("Name of the cookie that keeps the login. Default: `AWSELBAuthSessionCookie`."),
        )
        .attribute(
            "session_timeout_seconds",
            Attribute::optional(Type::Number)
                .describe("How long a login lasts, 1 to 604800. Default: 604800, a week."),
        )
        .attribute(
            "on_unauthenticated_request",
            text(
                "What a request without a login gets: `authenticate` (the login), `deny` (401) or `allow` (it is \
                 sent on as it is). Default: `authenticate`.",
            ),
        )
}
