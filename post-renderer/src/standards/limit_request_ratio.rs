//! # What it does
//! Raises requests so that no limit is more than the configured multiple of its request.
//! # Why
//! A limit far above its request lets one pod take what the scheduler promised to others.
//! # Before
//! `requests: {cpu: 100m}, limits: {cpu: 2}`
//! # After
//! `requests: {cpu: 500m}, limits: {cpu: 2}` with `limitRequestRatio: {cpu: 4}`
//! # How to opt out
//! An exception for `limit_request_ratio` or `limit_request_ratio/cpu`.

use super::Standard;
use super::resources::{quantity, write};
use crate::configuration::{Configuration, Mode};
use crate::object::{Context, Object};
use crate::yaml::Fault;

/// The standard `limit_request_ratio`.
pub(super) struct LimitRequestRatio;

impl Standard for LimitRequestRatio {
    fn id(&self) -> &'static str {
        "limit_request_ratio"
    }

    fn summary(&self) -> &'static str {
        "No limit is more than a multiple of its request."
    }

    fn why(&self) -> &'static str {
        "A limit far above its request lets one pod take what the scheduler promised to others."
    }

    fn source(&self) -> &'static str {
        "resources.limitRequestRatio"
    }

    fn is_on(&self, configuration: &Configuration) -> bool {
        !configuration.resources.limit_request_ratio.is_empty() && configuration.resources.mode != Mode::Off
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        let mode = context.configuration.resources.mode;
        for container in object.containers() {
            for (name, ratio) in &context.configuration.resources.limit_request_ratio {
                // Without a request Kubernetes takes the limit for it: the ratio is one then.
                let Some((_, limit)) = quantity(object, &container, self.id(), "limits", name) else {
                    continue;
                };
                let Some((node, request)) = quantity(object, &container, self.id(), "requests", name) else {
                    continue;
                };
                let least = limit.divided_up(ratio);
                if request >= least || object.is_waived(context, self.id(), name) {
                    continue;
                }
                let field = format!("{}.resources.requests.{name}", object.field_of(&container));
                let message =
                    format!("the limit `{limit}` is more than {ratio} times the request `{request}`");
                if mode == Mode::Enforce {
                    object.mended(
                        self.id(),
                        node,
                        &field,
                        format!("{message}; the request is now `{least}`"),
                    );
                    write(object, &container, "requests", name, &least)?;
                } else {
                    object.breach(
                        self.id(),
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
