//! The standard `limit-request-ratio`: no limit is more than a multiple of its request.

use super::resources::{quantity, write};
use super::{Rule, Standard};
use crate::configuration::{Configuration, Mode};
use crate::object::{Context, Object};
use yaml_edit::Fault;

/// The rule.
const RULE: Rule = Rule {
    id: "limit-request-ratio",
    summary: "No limit is more than a multiple of its request.",
    effect: "Raises requests so that no limit is more than the configured multiple of its request.",
    why: "A limit far above its request lets one pod take what the scheduler promised to others.",
    source: "resources.limitRequestRatio",
    before: "`requests: {cpu: 100m}, limits: {cpu: 2}`",
    after: "`requests: {cpu: 500m}, limits: {cpu: 2}` with `limitRequestRatio: {cpu: 4}`",
    exempt: "An exception for `limit-request-ratio` or `limit-request-ratio/cpu`.",
};

/// The standard `limit-request-ratio`.
pub(super) struct LimitRequestRatio;

impl Standard for LimitRequestRatio {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn is_on(&self, configuration: &Configuration) -> bool {
        !configuration.resources.limit_request_ratio.is_empty() && configuration.resources.mode != Mode::Off
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        let mode = context.configuration.resources.mode;
        for container in object.containers() {
            for (name, ratio) in &context.configuration.resources.limit_request_ratio {
                // Without a request Kubernetes takes the limit for it: the ratio is one then.
                let Some((_, limit)) = quantity(object, &container, RULE.id, "limits", name) else {
                    continue;
                };
                let Some((node, request)) = quantity(object, &container, RULE.id, "requests", name) else {
                    continue;
                };
                let least = limit.divided_up(ratio);
                if request >= least || object.is_waived(context, RULE.id, name) {
                    continue;
                }
                let field = format!("{}.resources.requests.{name}", object.field_of(&container));
                let message =
                    format!("the limit `{limit}` is more than {ratio} times the request `{request}`");
                if mode == Mode::Enforce {
                    object.mended(RULE.id, node, &field, format!("{message}; the request is now `{least}`"));
                    write(object, &container, "requests", name, &least)?;
                } else {
                    object.breach(
                        RULE.id,
                        mode,
                        node,
                        &field,
                        message,
                        "raise the request or lower the limit",
                    );
                }
            }
        }
        Ok(())
    }
}
