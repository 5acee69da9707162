//! Exceptions that waived nothing: an error, since readers of the configuration believe that something is waived.

use super::plan::Plan;
use crate::finding::Finding;

/// The findings for the exceptions that were not used.
pub(super) fn unused(plan: &Plan<'_>, used: &[bool]) -> Vec<Finding> {
    let exceptions = plan.context.exceptions.iter().zip(used).enumerate();
    let unused = exceptions.filter(|(_, (_, used))| !**used);
    unused
        .map(|(index, (waiver, _))| {
            let message =
                format!("the exception from `{}` waives nothing in this stream", waiver.exception.rule);
            Finding::error("exception-unused", message)
                .field(format!("exceptions[{index}]"))
                .help("remove it, or correct its `rule` and `target`")
        })
        .collect()
}
