//! Whether an app may be held: no other resource holds it, and what is there already may be adopted.

use std::collections::BTreeMap;

use provider_framework::{Diagnostic, Diagnostics, Path};

use super::parse::Parsed;
use crate::app::resolve::App;
use crate::diagnose::with_address;
use crate::infrastructure::components::components;
use crate::infrastructure::converge::{AFTER_THE_DESTROY, Adoption};
use crate::infrastructure::holding::Holding;
use crate::infrastructure::observe::{observe, observe_each};
use crate::infrastructure::ownership::{Holder, owner_id};
use crate::infrastructure::{Component, ComponentKey, Known, Observed, RuleStatus, listener_rule};
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
    let mut deleted = None;
    for component in &exact {
        let Some(observed) = found.get(&component.key()) else { continue };
        let owner = owner_id(&observed.tags);
        if replaced.is_some_and(|replaced| owner.is_none_or(|owner| owner == replaced)) {
            continue;
        }
        let line = format!("{}: {}", component.title(), component.owner(observed));
        if component.ownership().is_deleted_by_another(&observed.tags) {
            deleted = Some(line);
        } else if owner.is_some_and(|owner| configured.claims.is_held(owner)) {
            if component.ownership().marks(&observed.tags) {
                held.push(line);
            } else {
                refused.push(format!("{line}. {}", of_another_app(component.as_ref())));
            }
        } else if component.is_leftover(observed) {
            // An earlier run from the same state was interrupted.
        } else if app.adopt && component.may_be_adopted() {
            adopted.push(line);
        } else {
            refused.push(format!("{line}. {}", of_another_app(component.as_ref())));
        }
    }
    let id = app.identity.id();
    if let Some(line) = deleted {
        diagnostics.push(being_deleted(&id, &line).at(Path::root("name")));
    } else if !held.is_empty() {
        diagnostics.push(held_here(&id, &held));
    } else if !refused.is_empty() {
        diagnostics.push(held_elsewhere(&id, &refused));
    } else if !adopted.is_empty() {
        diagnostics.push(
            Diagnostic::warning(
                format!("`{id}` adopts {} objects that are there already", adopted.len()),
                format!(
                    "`adopt = true` makes this resource their holder, and changes them to the configuration:\n\
                     - {}\n\nA resource of another state that held them will report that it no longer holds them.",
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

/// Describes an object that another app or another state holds.
fn of_another_app(component: &dyn Component) -> String {
    format!("To make it part of this app, {}", component.take_over())
}

/// The refusal of an app that another run is deleting; `line` names the object with that mark.
pub(super) fn being_deleted(id: &str, line: &str) -> Diagnostic {
    Diagnostic::error(
        format!("The app `{id}` is being deleted"),
        with_address(format!("{line}.\n\nNothing was changed: {AFTER_THE_DESTROY}.")),
    )
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

/// Takes what another resource holds by now out of what was observed; a warning that names it. What an interrupted run of
/// the same state has marked stays: the next update takes it back.
pub(super) fn lost(
    components: &[Box<dyn Component>],
    observed: &mut BTreeMap<ComponentKey, Observed>,
) -> Option<Diagnostic> {
    let found = || {
        components.iter().filter_map(|component| Some((component.as_ref(), observed.get(&component.key())?)))
    };
    let is_lost = |(component, found): &(&dyn Component, &Observed)| {
        component.ownership().is_lost(&found.tags) && !component.is_leftover(found)
    };
    if Holding::of(found()) != Holding::Lost || !found().any(|each| is_lost(&each)) {
        return None;
    }
    let lost: Vec<(ComponentKey, String)> = found()
        .filter(|each| is_lost(each) || !each.0.carries_tags())
        .map(|(component, found)| {
            (component.key(), format!("{}: {}", component.title(), component.owner(found)))
        })
        .collect();
    let mut lines = Vec::new();
    for (key, line) in lost {
        observed.remove(&key);
        lines.push(line);
    }
    Some(Diagnostic::warning(
        "Another resource holds objects of this app",
        format!(
            "This state no longer counts them as its own, and will neither change nor delete them:\n- {}",
            lines.join("\n- ")
        ),
    ))
}
