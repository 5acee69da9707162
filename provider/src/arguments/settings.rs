//! The way out of the standards: advanced settings and exceptions.

use tf_provider::{Attribute, Block, Schema, Type};

use crate::app::json::{is_json_object, same_json};

/// Adds the arguments of advanced settings and exceptions.
pub(super) fn add(schema: Schema) -> Schema {
    schema
        .attribute(
            "extra_values",
            Attribute::optional(Type::String)
                .describe(
                    "Helm values as a JSON object, merged over all others of every backend: objects member by member, \
                     everything else as a whole; null removes what the chart has by default. For fields of a later \
                     version of the chart. Checked at plan against the chart's schema. No secrets: `values` shows it.",
                )
                .example("jsonencode({ service = { type = \"NodePort\" } })")
                .check(is_json_object)
                .equal_when(same_json),
        )
        .block("advanced_setting", advanced_setting())
        .block("exception", exception())
}

fn advanced_setting() -> Block {
    let text = |description: &str| Attribute::optional(Type::String).describe(description);
    Block::list()
        .describe(
            "A patch that the post-renderer applies to what the chart has rendered, in the order of the blocks.",
        )
        .attribute("name", Attribute::required(Type::String).describe("Name, for messages."))
        .attribute(
            "patch",
            Attribute::required(Type::String).describe(
                "YAML or JSON: a mapping is a strategic merge patch, a sequence is a JSON patch (RFC 6902).",
            ),
        )
        .attribute(
            "on_unmatched",
            text("What happens when no object matches: `error`, `warn` or `ignore`. Default: `error`."),
        )
        .attribute(
            "create",
            Attribute::optional(Type::Bool).describe(
                "Whether a strategic merge patch may add an element to a list. Otherwise a container whose name \
                 is misspelt is an error instead of a second container. Default: false.",
            ),
        )
        .block(
            "target",
            Block::single()
                .required()
                .describe(
                    "Which objects. Regular expressions match the whole text; what is absent matches everything.",
                )
                .attribute("group", text("API group; `^$` is the core group."))
                .attribute("version", text("API version."))
                .attribute("kind", text("Kind.").example("\"Deployment\""))
                .attribute("name", text("Name."))
                .attribute("namespace", text("Namespace."))
                .attribute("label_selector", text("Label selector, as `kubectl -l` takes it."))
                .attribute("annotation_selector", text("The same over annotations.")),
        )
}

fn exception() -> Block {
    let text = |description: &str| Attribute::required(Type::String).describe(description);
    Block::named("rule", "Id of the rule.")
        .describe("An exception from a rule of the standards.")
        .attribute("reason", text("Why."))
        .attribute("owner", text("Who answers for it."))
        .attribute("expires", text("Last day on which it holds, as `YYYY-MM-DD`. Then the plan fails."))
}
