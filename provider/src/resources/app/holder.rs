//! The owner id of a resource: random, kept in the state and written as a tag on every object, so that a resource
//! changes and deletes only what it holds itself. The private state alone would lose it: Terraform drops that when the
//! provider is killed during an update.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use provider_framework::{Path, Private, Value};
use sha2::{Digest, Sha256};

use crate::app::names::hexadecimal;
use crate::infrastructure::ownership::Holder;

/// Name of the attribute.
pub(super) const ATTRIBUTE: &str = "owner_id";
/// Key in the private state: the create failed, and could not take back all that it had made.
const UNFINISHED: &str = "unfinished";
/// Key in the planned private state.
const CLAIM: &str = "claim";

/// The holder that a create is about to be.
pub(super) fn of_create(origin: String) -> Holder {
    Holder { id: new_id(), origin, takes_over: false }
}

/// The holder that an update of `prior` is: an imported app gets its owner id now, whatever its earlier holder.
pub(super) fn of_update(prior: &Value, origin: String) -> Holder {
    match id(prior) {
        Some(id) => Holder { id, origin, takes_over: false },
        None => Holder { id: new_id(), origin, takes_over: true },
    }
}

/// The holder that `state` names, to read or delete what it holds.
pub(super) fn of_state(state: &Value) -> Holder {
    let id = id(state);
    Holder { takes_over: id.is_none(), id: id.unwrap_or_default(), origin: String::new() }
}

/// The owner id in `state`; an imported app has none before its first update.
pub(super) fn id(state: &Value) -> Option<String> {
    state.attribute(ATTRIBUTE).as_str().map(ToOwned::to_owned)
}

/// The owner id of an app that exists as a whole: leftovers of a failed create may be adopted by the next one.
pub(super) fn id_of_whole(state: &Value, private: &Private) -> Option<String> {
    id(state).filter(|_| private.get::<bool>(UNFINISHED) != Some(true))
}

/// Writes the holder of an app into its state.
pub(super) fn remember(state: &mut Value, holder: &Holder) {
    state.set(&Path::root(ATTRIBUTE), Value::from(holder.id.as_str()));
}

/// Notes that the state holds what a failed create has left.
pub(super) fn remember_unfinished(private: &mut Private) {
    // A boolean always serializes to JSON.
    let _ = private.set(UNFINISHED, &true);
}

/// Plans the owner id, once everything else is planned: an imported app gets one with its first update, whatever else
/// that changes.
pub(super) fn plan(prior: Option<&Value>, planned: &mut Value) {
    let path = Path::root(ATTRIBUTE);
    let kept = prior.map_or(Value::Unknown, |prior| prior.attribute(ATTRIBUTE).clone());
    planned.set(&path, kept);
    if prior.is_some_and(|prior| id(prior).is_none() && prior != planned) {
        planned.set(&path, Value::Unknown);
    }
}

/// The resource that a plan is for, the same in both calls of a replacement: Terraform passes the private state of the
/// first call to the second one, which has no prior state.
pub(super) fn claimant(prior: Option<&Value>, private: &mut Private) -> String {
    let claimant = prior.and_then(id).or_else(|| private.get(CLAIM)).unwrap_or_else(new_id);
    // Texts always go into JSON.
    let _ = private.set(CLAIM, &claimant);
    claimant
}

/// Whether a plan without a prior state is the second call of a replacement. Look before [`claimant`].
pub(super) fn is_replacement(private: &Private) -> bool {
    private.get::<String>(CLAIM).is_some()
}

/// Forgets who the plan was for.
pub(super) fn forget_claim(private: &mut Private) {
    private.remove(CLAIM);
}

/// Twenty hexadecimal digits. The standard library seeds each of its hash maps from the system's random numbers.
fn new_id() -> String {
    let random = || RandomState::new().build_hasher().finish().to_le_bytes();
    let mut digest = Sha256::new();
    for part in [random(), random(), random(), random()] {
        digest.update(part);
    }
    digest.update(std::process::id().to_le_bytes());
    hexadecimal(&digest.finalize()).chars().take(20).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(holder: &Holder) -> Value {
        let mut state = Value::object([(ATTRIBUTE, Value::Null)]);
        remember(&mut state, holder);
        state
    }

    #[test]
    fn ids_are_kept_and_never_the_same() {
        let first = of_create("here".into());
        assert_ne!(first.id, of_create("here".into()).id);
        assert_eq!(first.id.len(), 20);
        let state = state(&first);
        assert_eq!(of_update(&state, "there".into()).id, first.id);
        let mut private = Private::new();
        assert_eq!(id_of_whole(&state, &private), Some(first.id));
        remember_unfinished(&mut private);
        assert!(id(&state).is_some() && id_of_whole(&state, &private).is_none());
    }

    #[test]
    fn only_a_change_gives_an_imported_app_its_id() {
        let imported = Value::object([(ATTRIBUTE, Value::Null), ("team", Value::from("a"))]);
        assert!(of_update(&imported, "there".into()).takes_over);
        let mut planned = imported.clone();
        plan(Some(&imported), &mut planned);
        assert_eq!(planned, imported);
        planned.set(&Path::root("team"), Value::from("b"));
        plan(Some(&imported), &mut planned);
        assert!(planned.attribute(ATTRIBUTE).is_unknown());
    }
}
