//! Which apps the resources of one run hold: two of them must not hold the same one. Terraform starts a provider for each
//! walk over its graph, so that this is what one walk has seen so far.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::app::names::Identity;

/// What a walk has seen.
#[derive(Debug, Default)]
pub(crate) struct Claims(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    /// Owner ids of resources that the state holds.
    held: BTreeSet<String>,
    /// Who is planned to be which app.
    planned: BTreeMap<Identity, String>,
}

impl Claims {
    /// Notes that a resource of the state has the owner id `id`.
    pub(crate) fn hold(&self, id: &str) {
        self.seen(|seen| seen.held.insert(id.to_owned()));
    }

    /// Whether a resource of the state has the owner id `id`.
    pub(crate) fn is_held(&self, id: &str) -> bool {
        self.seen(|seen| seen.held.contains(id))
    }

    /// Plans `claimant` to be the app `identity`; `false` if another one is.
    pub(crate) fn claim(&self, identity: &Identity, claimant: &str) -> bool {
        self.seen(|seen| {
            let holder = seen.planned.entry(identity.clone()).or_insert_with(|| claimant.to_owned());
            holder == claimant
        })
    }

    fn seen<T>(&self, work: impl FnOnce(&mut Seen) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_has_one_claimant() {
        let claims = Claims::default();
        let app = |name: &str| Identity { app: name.to_owned(), environment: "prod".to_owned() };
        assert!(claims.claim(&app("checkout"), "one") && claims.claim(&app("checkout"), "one"));
        assert!(!claims.claim(&app("checkout"), "other"));
        assert!(claims.claim(&app("search"), "other"));
        claims.hold("one");
        assert!(claims.is_held("one") && !claims.is_held("other"));
    }
}
