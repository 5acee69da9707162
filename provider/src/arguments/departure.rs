//! Which objects an app takes that are there already, and what becomes of them when they are no longer wanted.

use tf_provider::{Attribute, Schema, Type};

/// Adds the arguments.
pub(super) fn add(schema: Schema) -> Schema {
    let schema = schema.attribute(
        "adopt",
        Attribute::optional(Type::Bool).describe(
            "Whether a create takes over objects that are there already and that no other resource of this state holds: \
             those of another state, or those that were made by hand under the same names. The plan names them. Without \
             it only what an interrupted create has left is adopted. Default: false.",
        ),
    );
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
