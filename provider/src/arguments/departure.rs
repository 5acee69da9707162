//! What becomes of an app's objects when they are no longer wanted.

use tf_provider::{Attribute, Schema, Type};

/// Adds the arguments.
pub(super) fn add(schema: Schema) -> Schema {
    schema.attribute(
        "retain",
        Attribute::optional(Type::set(Type::String))
            .describe(
                "Objects that stay when the app is destroyed or replaced, or when it gets another object of the kind: \
                 `image_parameter`, `log_group`, `repository`, `role`. Terraform passes no configuration to a destroy: \
                 apply this first.",
            )
            .example("[\"repository\", \"log_group\"]"),
    )
}
