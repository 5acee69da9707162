//! Who the app is, and its labels and tags.

use tf_provider::{Attribute, Schema, Type};

fn text_map() -> Type {
    Type::Map(Box::new(Type::String))
}

/// Adds the arguments of an app's identity.
pub(super) fn add(schema: Schema) -> Schema {
    schema
        .attribute(
            "name",
            Attribute::required(Type::String)
                .describe(
                    "Name of the app, a DNS label. Kubernetes objects, target groups and the IAM role are named \
                     after it. Changing it makes a new app.",
                )
                .example("\"checkout\"")
                .requires_replace(),
        )
        .attribute(
            "environment",
            Attribute::required(Type::String)
                .describe(
                    "Environment that this is the app of, a DNS label. Together with `name` it is the app's \
                     identity. Changing it makes a new app.",
                )
                .example("\"prod\"")
                .requires_replace(),
        )
        .attribute(
            "namespace",
            Attribute::optional(Type::String)
                .describe("Kubernetes namespace of the app. Default: its name.")
                .example("\"shop\""),
        )
        .attribute(
            "team",
            Attribute::optional(Type::String)
                .describe("Team that answers for the app; becomes the label `ipsy.dev/team`.")
                .example("\"payments\""),
        )
        .attribute(
            "runtime",
            Attribute::optional(Type::String)
                .describe(
                    "Language runtime, whose profile sets memory, start-up time and environment variables where \
                     the app says nothing: `dotnet`, `generic`, `go`, `java`, `node`, `python` or `ruby`, \
                     or one of `runtimes` in the standards. Default: `generic`.",
                )
                .example("\"java\""),
        )
        .attribute(
            "labels",
            Attribute::optional(text_map())
                .describe("Labels for every object of the app. They never reach selectors.")
                .example("{ cost-center = \"cc-42\" }"),
        )
        .attribute(
            "annotations",
            Attribute::optional(text_map()).describe("Annotations for every object of the app."),
        )
}

/// Adds what only AWS objects have.
pub(super) fn add_infrastructure(schema: Schema) -> Schema {
    schema.attribute(
        "tags",
        Attribute::optional(text_map()).describe(
            "AWS tags for everything that is made for the app, over the provider's `default_tags`.",
        ),
    )
}
