//! The arguments of an app in HCL, shared by the resource `ipsy_app` and the data source `ipsy_values`. What
//! people type is blocks, because Terraform reports a misspelt argument of a block and swallows a misspelt key
//! of an object.

mod access;
mod chart;
mod departure;
mod identity;
mod image;
mod json;
mod settings;
mod traffic;
mod workload;

use ipsy_post_renderer::Quantity;
use tf_provider::{Attribute, Block, Problem, Schema, Type, Value};

use crate::app::overrides::{BLOCK as OVERRIDE, ENVIRONMENTS};

/// Adds every argument that describes the app itself and its Helm values.
pub(crate) fn describe_app(schema: Schema) -> Schema {
    settings::add(chart::add(workload::add(identity::add(schema))))
}

/// Adds every argument about AWS alone.
pub(crate) fn describe_infrastructure(schema: Schema) -> Schema {
    departure::add(traffic::add(access::add(identity::add_infrastructure(schema))))
}

/// Arguments that no environment can override.
const FIXED: [&str; 3] = ["name", "environment", "timeouts"];

/// Adds the block that has all arguments of `schema` again, for some environments.
pub(crate) fn with_overrides(schema: Schema) -> Schema {
    let environments = Attribute::required(Type::list(Type::String))
        .describe("Environments whose apps get these arguments.")
        .example("[\"dev\", \"stage\"]");
    let block = Block::list()
        .describe(
            "Other arguments in some environments: every argument and block of the app but `name`, `environment` and \
             `timeouts`. Maps, single blocks and blocks with a name are merged by member, blocks without a name are added, and any \
             other value takes the place of the one outside. A later block wins.",
        )
        .attribute(ENVIRONMENTS, environments)
        .overlay(schema.body(), |name| !FIXED.contains(&name));
    schema.block(OVERRIDE, block)
}

/// The blocks and attributes that `values` does not depend on: while one of them is still unknown, `values` is
/// known all the same.
pub(crate) const NOT_IN_VALUES: [&str; 11] = [
    "exception",
    "advanced_setting",
    "iam",
    "logs",
    "tags",
    "rollout",
    "dns",
    "alarm",
    "timeouts",
    "retain",
    "adopt",
];

/// The blocks and attributes that `post_renderer_config` depends on.
pub(crate) const IN_POST_RENDERER_CONFIG: [&str; 7] =
    ["name", "environment", "team", "labels", "annotations", "advanced_setting", "exception"];

/// A Kubernetes quantity that is not negative.
pub(crate) fn quantity(value: &Value) -> Result<(), Problem> {
    let text = value.as_str().unwrap_or_default();
    match Quantity::parse(text) {
        Err(error) => Err(Problem::new(format!("`{text}` is no quantity"), format!("{error}."))),
        Ok(quantity) if quantity.is_negative() => {
            Err(Problem::new(format!("`{text}` is below zero"), "A container can't use less than nothing."))
        }
        Ok(_) => Ok(()),
    }
}
