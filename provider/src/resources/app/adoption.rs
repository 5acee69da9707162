//! Whether an app may be held: no other resource holds it, and what is there already may be adopted.

use std::collections::BTreeMap;

use tf_provider::{Diagnostic, Diagnostics, Path};

use super::parse::Parsed;
use crate::app::resolve::App;
use crate::diagnose::with_address;
use crate::infrastructure::converge::Adoption;
use crate::infrastructure::desired::components;
use crate::infrastructure::listener_rule::{self, RuleStatus};
use crate::infrastructure::observe::{observe, observe_each};
use crate::infrastructure::ownership::{Holder, describe, owner_id};
use crate::infrastructure::{Component, ComponentKey, Known, Observed};
use crate::session::Configured;

/// What a create of `app` may adopt.
pub(super) fn adoption(app: &App) -> Adoption {
    if app.adopt { Adoption::Anything } else { Adoption::Leftovers }
}

/// Notes that `claimant` is to be the app; an error where another resource of this run is.
pub(super) fn claim(
    configured: &Configured,
    parsed: &Parsed,
    is_there: bool,
    claimant: &str,
) -> Option<Diagnostic> {
    if is_there {
        configured.claims.hold(claimant);
    }
    if !(parsed.knows("name") && parsed.knows("environment")) {
        return None;
    }
    let identity = &parsed.app.identity;
    (!configured.claims.claim(identity, claimant)).then(|| {
        Diagnostic::error(
            format!("Two resources are the app `{}`", identity.id()),
            "Another `ipsy_app` of this configuration has the same `name` and `environment`. Each would undo the \
             changes of the other, and the destroy of one would delete the app of both. Remove one of them, or give it \
             another `name` or `environment`.",
        )
        .at(Path::root("name"))
    })
}

/// Looks at what is there under the names of a new app. What may not be adopted is an error; what `adopt = true` takes
/// over is a warning. `replaced` is the owner id of the app that this one replaces, whose objects leave first. Gives the
/// listener rule that is adopted.
pub(super) async fn check(
    configured: &Configured,
    app: &App,
    holder: &Holder,
    replaced: Option<&str>,
    diagnostics: &mut Diagnostics,
) -> Option<RuleStatus> {
    let (aws, account) = configured.connect().await.ok()?;
    let known = Known::default();
    let in_bulk = components(app, aws.refreshing(), account, &configured.tags, holder, "");
    // What can't be looked at is told by the apply, which looks again.
    let found = observe(&in_bulk, &known).await.ok()?;
    let exact = components(app, aws, account, &configured.tags, holder, "");
    let there = exact.iter().map(AsRef::as_ref).filter(|component| found.contains_key(&component.key()));
    let found = observe_each(there, &known).await.ok()?;
    let (mut adopted, mut held, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    for component in &exact {
        let Some(observed) = found.get(&component.key()) else { continue };
        let owner = owner_id(&observed.tags);
        if replaced.is_some_and(|replaced| owner.is_none_or(|owner| owner == replaced)) {
            continue;
        }
        let line = format!("{}: {}", component.title(), component.owner(observed));
        if owner.is_some_and(|owner| configured.claims.is_held(owner)) {
            held.push(line);
        } else if component.is_leftover(observed) {
            // An earlier run from the same state was interrupted.
        } else if app.adopt && component.may_be_adopted() {
            adopted.push(line);
        } else {
            refused.push(format!("{line}. To make it part of this app, {}", component.take_over()));
        }
    }
    let id = app.identity.id();
    if !held.is_empty() {
        diagnostics.push(held_here(&id, &held));
    } else if !refused.is_empty() {
        diagnostics.push(held_elsewhere(&id, &refused));
    } else if !adopted.is_empty() {
        diagnostics.push(
            Diagnostic::warning(
                format!("`{id}` adopts {} objects that are there already", adopted.len()),
                format!(
                    "`adopt = true` makes this resource their holder, and changes them to what the configuration says:\n\
                     - {}\n\nA resource of another state that held them will find that it does not any more.",
                    adopted.join("\n- ")
                ),
            )
            .at(Path::root("adopt")),
        );
    }
    let is_replaced = |rule: &&Observed| {
        replaced.is_some_and(|replaced| owner_id(&rule.tags).is_none_or(|owner| owner == replaced))
    };
    let rule = found.get(&listener_rule::KEY).filter(|rule| !is_replaced(rule));
    rule.and_then(RuleStatus::of)
}

fn held_here(id: &str, lines: &[String]) -> Diagnostic {
    Diagnostic::error(
        format!("Another resource of this state holds the app `{id}`"),
        with_address(format!(
            "These objects are there:\n- {}\n\nIf the resource has another address now, write a `moved` block. If \
             Terraform marks it as tainted, `terraform untaint ADDRESS` keeps the app as it is; to make it again, use \
             `-replace=ADDRESS` after that. Otherwise give this one another `name` or `environment`. Nothing was changed.",
            lines.join("\n- ")
        )),
    )
    .at(Path::root("name"))
}

fn held_elsewhere(id: &str, lines: &[String]) -> Diagnostic {
    Diagnostic::error(
        format!("The app `{id}` is there already"),
        with_address(format!(
            "These objects are there, and this resource has not made them:\n- {}\n\nTwo resources must not hold one app. \
             If another state holds it, remove the app there with a `removed` block or `terraform state rm`. \
             Otherwise give this one another `name` or `environment`; in another region of the account another \
             `iam.role_name` is enough, because names of roles are global. Nothing was changed.",
            lines.join("\n- ")
        )),
    )
    .at(Path::root("name"))
}

/// Takes what another resource holds by now out of what was observed; a warning that names it.
pub(super) fn lost(
    components: &[Box<dyn Component>],
    observed: &mut BTreeMap<ComponentKey, Observed>,
) -> Option<Diagnostic> {
    let mut lines = Vec::new();
    for component in components {
        let key = component.key();
        let is_lost = |found: &Observed| component.ownership().is_lost(&found.tags);
        if let Some(found) = observed.get(&key).filter(|found| is_lost(found)) {
            lines.push(format!("{}: {}", component.title(), describe(&found.tags)));
            observed.remove(&key);
        }
    }
    (!lines.is_empty()).then(|| {
        Diagnostic::warning(
            "Another resource holds objects of this app",
            format!(
                "This state no longer counts them as its own, and will neither change nor delete them:\n- {}",
                lines.join("\n- ")
            ),
        )
    })
}
