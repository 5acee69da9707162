//! How the objects of an app are deleted, by the current configuration. Terraform passes no configuration with a deletion, only
//! the old state: the plan of a replacement keeps what its deletion needs in the private state.

use provider_framework::Private;

use crate::app::deletion::Deletion;

/// Key in the private state.
const KEY: &str = "deletion";

/// Keeps `deletion` for the deletion that this plan may hold.
pub(super) fn plan(private: &mut Private, deletion: &Deletion) {
    // Plain data always serializes to JSON.
    let _ = private.set(KEY, deletion);
}

/// What the plan has kept, if it was one of a replacement.
pub(super) fn planned(private: &Private) -> Option<Deletion> {
    private.get(KEY)
}

/// Forgets what the plan has kept: the state has it from now on.
pub(super) fn forget(private: &mut Private) {
    private.remove(KEY);
}
