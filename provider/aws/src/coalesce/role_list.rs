//! Roles: when many are read at the same time, the account is listed instead.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::batcher::Batcher;
use super::kept::Kept;
use crate::{Error, ErrorKind, Role};

/// AWS lists up to a thousand roles in a call. The text of a page and the SDK's form of it are held at the same time, with
/// all policies: a page of fewer takes less memory.
pub(crate) const ROLES_PER_PAGE: u16 = 200;
/// Descriptions and session durations need another call.
const CALLS_PER_PAGE: usize = 2;

/// A role by itself takes three calls and one for each inline policy; an app has one or none of those.
const CALLS_PER_ROLE: usize = 3;

/// As many as may wait at the same time: the list has no bound of its own.
const NAMES_PER_BATCH: usize = usize::MAX;

/// Roles from the list of the account, where that takes fewer calls. A role that is not found has to be read by itself: few
/// were wanted, or it is too new for the list, or it does not exist.
pub(crate) fn listed_roles<List, Answer>(list: List) -> Batcher<String, Role>
where
    List: Fn() -> Answer + Send + Sync + 'static,
    Answer: Future<Output = Result<Vec<Role>, Error>> + Send + 'static,
{
    let account = Arc::new((list, Account::default()));
    Batcher::of(NAMES_PER_BATCH, &account, |account, names: Vec<String>| async move {
        let (list, account) = account.as_ref();
        if let Some(all) = account.kept.get(&()) {
            return Ok(chosen(&all, &names));
        }
        if !account.is_worth_listing(names.len()) {
            return Ok(BTreeMap::new());
        }
        match list().await {
            Ok(all) => {
                account.roles.store(all.len(), Ordering::Relaxed);
                let texts = all.into_iter().filter_map(|role| {
                    let text = serde_json::to_string(&role).ok()?;
                    Some((role.name, text.into()))
                });
                Ok(chosen(&account.kept.put((), texts.collect()), &names))
            }
            // A caller who may read its own roles need not be allowed to list those of the account.
            Err(error) if error.kind() == ErrorKind::AccessDenied => {
                tracing::debug!("roles are read one by one, since they cannot be listed: {error}");
                account.is_closed.store(true, Ordering::Relaxed);
                Ok(BTreeMap::new())
            }
            Err(error) => Err(error),
        }
    })
}

fn chosen(all: &Texts, names: &[String]) -> BTreeMap<String, Role> {
    let role = |name: &String| serde_json::from_str(all.get(name)?).ok();
    names.iter().filter_map(|name| Some((name.clone(), role(name)?))).collect()
}

/// Roles as JSON, by name: as texts, the thousands of an account take a small part of the memory that their many small
/// fields take.
type Texts = BTreeMap<String, Box<str>>;

/// What is known of the account, to choose the cheaper way.
#[derive(Default)]
struct Account {
    /// How many roles there were the last time; none is known before.
    roles: AtomicUsize,
    /// Whether AWS refused to list them.
    is_closed: AtomicBool,
    /// The roles of the last list.
    kept: Kept<(), Texts>,
}

impl Account {
    fn is_worth_listing(&self, wanted: usize) -> bool {
        let pages = self.roles.load(Ordering::Relaxed).div_ceil(ROLES_PER_PAGE.into()).max(1);
        !self.is_closed.load(Ordering::Relaxed)
            && wanted > 1
            && pages * CALLS_PER_PAGE < wanted * CALLS_PER_ROLE
    }
}
