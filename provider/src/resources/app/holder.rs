//! The owner id of a resource: random, kept in the private state and written as a tag on every object, so that a resource
//! changes and deletes only what it holds itself.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tf_provider::Private;

use crate::app::names::hexadecimal;
use crate::infrastructure::ownership::Holder;

/// Key in the private state.
const KEY: &str = "owner";
/// Key in the planned private state, for a resource without an owner id.
const CLAIM: &str = "claim";

/// What the private state remembers.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Owner {
    id: String,
    /// Whether the create failed, and could not take back all that it had made.
    is_unfinished: bool,
}

/// The holder that a create is about to be.
pub(super) fn of_create(origin: String) -> Holder {
    Holder { id: new_id(), origin, takes_over: false }
}

/// The holder that an update is: an imported app gets its owner id now, whoever held it before.
pub(super) fn of_update(private: &Private, origin: String) -> Holder {
    match id(private) {
        Some(id) => Holder { id, origin, takes_over: false },
        None => Holder { id: new_id(), origin, takes_over: true },
    }
}

/// The holder that a state says, to read or delete what it holds.
pub(super) fn of_state(private: &Private) -> Holder {
    let id = id(private);
    Holder { takes_over: id.is_none(), id: id.unwrap_or_default(), origin: String::new() }
}

/// The owner id that the private state has.
pub(super) fn id(private: &Private) -> Option<String> {
    private.get::<Owner>(KEY).map(|owner| owner.id)
}

/// The owner id of an app that is there as a whole; what a failed create has left is nobody's.
pub(super) fn id_of_whole(private: &Private) -> Option<String> {
    private.get::<Owner>(KEY).filter(|owner| !owner.is_unfinished).map(|owner| owner.id)
}

/// Remembers the holder of an app that is there.
pub(super) fn remember(private: &mut Private, holder: &Holder) {
    write(private, &Owner { id: holder.id.clone(), is_unfinished: false });
}

/// Remembers the holder of what a failed create has left.
pub(super) fn remember_unfinished(private: &mut Private, holder: &Holder) {
    write(private, &Owner { id: holder.id.clone(), is_unfinished: true });
}

/// Who a plan is for, the same in both calls of a replacement.
pub(super) fn claimant(private: &mut Private) -> String {
    if let Some(known) = id(private).or_else(|| private.get(CLAIM)) {
        return known;
    }
    let claimant = new_id();
    // Texts always go into JSON.
    let _ = private.set(CLAIM, &claimant);
    claimant
}

/// Whether a plan without a prior state is the second call of a replacement.
pub(super) fn is_replacement(private: &Private) -> bool {
    id(private).is_some() || private.get::<String>(CLAIM).is_some()
}

/// Forgets who the plan was for.
pub(super) fn forget_claim(private: &mut Private) {
    private.remove(CLAIM);
}

fn write(private: &mut Private, owner: &Owner) {
    // Plain data always goes into JSON.
    let _ = private.set(KEY, owner);
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

    #[test]
    fn ids_are_kept_and_never_the_same() {
        let mut private = Private::new();
        let first = of_create("here".into());
        assert_ne!(first.id, of_create("here".into()).id);
        assert_eq!(first.id.len(), 20);
        remember(&mut private, &first);
        assert_eq!(of_update(&private, "there".into()).id, first.id);
        assert!(of_update(&Private::new(), "there".into()).takes_over);
        remember_unfinished(&mut private, &first);
        assert!(id(&private).is_some() && id_of_whole(&private).is_none());
    }
}
