//! Clusters and target groups that an update was to let into the listener rule with weight 0, and that has failed.
//! What installs the app in them waits for an update that succeeds, so that until then no request may go there: the
//! state alone, which holds the rule, would make the next update wait for pods that are never installed.

use std::collections::BTreeMap;

use ipsy_aws::Tags;
use provider_framework::Private;
use serde_json::json;

use crate::infrastructure::{ComponentKey, Kind, Observed};

/// Key in the private state.
const KEY: &str = "entering";

/// The target groups by backend.
pub(super) type Entering = BTreeMap<String, String>;

/// Those that have still to enter.
pub(super) fn unfinished(private: &Private) -> Entering {
    private.get(KEY).unwrap_or_default()
}

/// Keeps what a failed update was to let in; what an earlier one has let in is over.
pub(super) fn remember(private: &mut Private, entering: &Entering) {
    // Texts always go into JSON.
    let _ = private.set(KEY, entering);
}

/// Forgets it: everything is in.
pub(super) fn forget(private: &mut Private) {
    private.remove(KEY);
}

/// What the state's `infrastructure` shows of them. It makes the next plan show that something is to be done, even where
/// AWS has all that is wanted: only an update that succeeds lets them in.
pub(super) fn shown(entering: &Entering) -> BTreeMap<ComponentKey, Observed> {
    let observed = |(backend, target_group): (&String, &String)| {
        let properties = json!({ "target_group": target_group });
        let observed = Observed { arn: String::new(), properties, tags: Tags::new(), value: None };
        (ComponentKey::named(Kind::Entering, backend.as_str()), observed)
    };
    entering.iter().map(observed).collect()
}
