//! The provider's functions, one file each. All are pure: no AWS, no files, no configuration.

mod amounts;
mod cost_compare;
mod cost_estimate;
mod diagram;
mod diff_values;
mod documents;
mod merge_values;
mod post_render;
mod quantity;
mod requests_total;
mod standards_diff;
mod validate_values;

use std::sync::Arc;

use provider_framework::Function;

/// Every function of the provider.
pub(crate) fn all() -> Vec<Arc<dyn Function>> {
    vec![
        Arc::new(cost_compare::CostCompare),
        Arc::new(cost_estimate::CostEstimate),
        Arc::new(diagram::Diagram),
        Arc::new(diff_values::DiffValues),
        Arc::new(merge_values::MergeValues),
        Arc::new(post_render::PostRender),
        Arc::new(quantity::QuantityFunction),
        Arc::new(requests_total::RequestsTotal),
        Arc::new(standards_diff::StandardsDiff),
        Arc::new(validate_values::ValidateValues),
    ]
}
