//! The standard `limit-request-ratio`: no limit is more than a multiple of its request.

use super::resources::{Owner, Stated, stated};
use super::{Parts, Rule, Standard};
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
    parts: Parts::Named("a resource, such as `memory`"),
};

/// The standard `limit-request-ratio`.
pub(super) struct LimitRequestRatio;

impl Standard for LimitRequestRatio {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn mode(&self, configuration: &Configuration) -> Mode {
        if configuration.resources.limit_request_ratio.is_empty() {
            Mode::Off
        } else {
            configuration.resources.mode
        }
    }

    fn reads_containers(&self) -> bool {
        true
    }

    fn apply(&self, object: &mut Object<'_, '_>, context: &Context<'_>) -> Result<(), Fault> {
        for container in object.containers() {
            raise(object, context, Owner::Container(&container))?;
        }
        for pod in object.pods() {
            raise(object, context, Owner::Pod(&pod))?;
        }
        Ok(())
    }
}

/// Raises the requests of a container or pod.
fn raise(object: &mut Object<'_, '_>, context: &Context<'_>, owner: Owner<'_>) -> Result<(), Fault> {
    let mode = context.configuration.resources.mode;
    for (name, ratio) in &context.configuration.resources.limit_request_ratio {
        // Without a request Kubernetes takes the limit for it: the ratio is one then.
        let Stated::Amount(_, limit) = stated(object, context, owner, RULE.id, "limits", name) else {
            continue;
        };
        let Stated::Amount(node, request) = stated(object, context, owner, RULE.id, "requests", name) else {
            continue;
        };
        let least = limit.divided_up(ratio);
        if request >= least || object.is_waived(context, RULE.id, name) {
            continue;
        }
        let id = format!("{}/{name}", RULE.id);
        let field = owner.field(object, "requests", name);
        let message = format!("the limit `{limit}` is more than {ratio} times the request `{request}`");
        if mode == Mode::Enforce {
            object.mended(&id, node, &field, format!("{message}; the request is now `{least}`"));
            owner.write(object, "requests", name, &least)?;
        } else {
            object.breach(&id, mode, node, &field, message, "raise the request or lower the limit");
        }
    }
    Ok(())
}
