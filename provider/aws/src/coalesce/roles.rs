//! Roles: when many are read at the same time, the account is listed instead.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;

use super::batcher::Batcher;
use super::kept::Kept;
use crate::{Error, ErrorKind, NewRole, Role, RoleChange, Roles, Tags};

/// AWS lists at most a thousand roles in a call, and their descriptions need another.
const ROLES_PER_PAGE: usize = 1000;
const CALLS_PER_PAGE: usize = 2;

/// A role by itself takes three calls and one for each inline policy; an app has one or none of those.
const CALLS_PER_ROLE: usize = 3;

/// As many as may wait at the same time: the list has no bound of its own.
const NAMES_PER_BATCH: usize = usize::MAX;

#[derive(Clone)]
pub(super) struct Coalesced {
    inner: Arc<dyn Roles>,
    /// The list of the account, where being some seconds behind does no harm.
    listed: Option<Batcher<String, Role>>,
}

impl Coalesced {
    /// Reads roles one by one.
    pub(super) fn new(inner: Arc<dyn Roles>) -> Self {
        Self { inner, listed: None }
    }

    /// The same from the list of the account, where that takes fewer calls.
    pub(super) fn refreshing(&self) -> Self {
        let account = Arc::new(Account {
            roles: AtomicUsize::new(0),
            is_closed: AtomicBool::new(false),
            kept: Kept::new(),
        });
        let listed = Batcher::of(NAMES_PER_BATCH, &self.inner, move |roles, names: Vec<String>| {
            let account = account.clone();
            async move {
                if let Some(all) = account.kept.get(&()) {
                    return Ok(chosen(&all, &names));
                }
                if !account.is_worth_listing(names.len()) {
                    return Ok([].into());
                }
                match roles.list("/").await {
                    Ok(all) => {
                        account.roles.store(all.len(), Ordering::Relaxed);
                        let all = all.into_iter().map(|role| (role.name.clone(), role)).collect();
                        Ok(chosen(&account.kept.put((), all), &names))
                    }
                    // A caller who may read its own roles need not be allowed to list those of the account.
                    Err(error) if error.kind() == ErrorKind::AccessDenied => {
                        tracing::debug!("roles are read one by one, since they cannot be listed: {error}");
                        account.is_closed.store(true, Ordering::Relaxed);
                        Ok([].into())
                    }
                    Err(error) => Err(error),
                }
            }
        });
        Self { listed: Some(listed), ..self.clone() }
    }
}

fn chosen(all: &BTreeMap<String, Role>, names: &[String]) -> BTreeMap<String, Role> {
    names.iter().filter_map(|name| Some((name.clone(), all.get(name)?.clone()))).collect()
}

/// What is known of the account, to choose the cheaper way.
struct Account {
    /// How many roles there were the last time; none is known before.
    roles: AtomicUsize,
    /// Whether AWS refused to list them.
    is_closed: AtomicBool,
    /// The roles of the last list.
    kept: Kept<(), BTreeMap<String, Role>>,
}

impl Account {
    fn is_worth_listing(&self, wanted: usize) -> bool {
        let pages = self.roles.load(Ordering::Relaxed).div_ceil(ROLES_PER_PAGE).max(1);
        !self.is_closed.load(Ordering::Relaxed)
            && wanted > 1
            && pages * CALLS_PER_PAGE < wanted * CALLS_PER_ROLE
    }
}

#[async_trait]
impl Roles for Coalesced {
    async fn create(&self, role: &NewRole) -> Result<Role, Error> {
        self.inner.create(role).await
    }

    async fn get(&self, name: &str) -> Result<Option<Role>, Error> {
        if let Some(listed) = &self.listed
            && let Some(role) = listed.get_one(name.to_owned()).await?
        {
            return Ok(Some(role));
        }
        // Alone, or too new for the list, or really not there.
        self.inner.get(name).await
    }

    async fn list(&self, path_prefix: &str) -> Result<Vec<Role>, Error> {
        self.inner.list(path_prefix).await
    }

    async fn update(&self, name: &str, change: &RoleChange) -> Result<(), Error> {
        self.inner.update(name, change).await
    }

    async fn set_trust_policy(&self, name: &str, policy: &str) -> Result<(), Error> {
        self.inner.set_trust_policy(name, policy).await
    }

    async fn set_permissions_boundary(&self, name: &str, policy_arn: Option<&str>) -> Result<(), Error> {
        self.inner.set_permissions_boundary(name, policy_arn).await
    }

    async fn put_inline_policy(&self, role: &str, policy_name: &str, policy: &str) -> Result<(), Error> {
        self.inner.put_inline_policy(role, policy_name, policy).await
    }

    async fn delete_inline_policy(&self, role: &str, policy_name: &str) -> Result<(), Error> {
        self.inner.delete_inline_policy(role, policy_name).await
    }

    async fn attach_policy(&self, role: &str, policy_arn: &str) -> Result<(), Error> {
        self.inner.attach_policy(role, policy_arn).await
    }

    async fn detach_policy(&self, role: &str, policy_arn: &str) -> Result<(), Error> {
        self.inner.detach_policy(role, policy_arn).await
    }

    async fn tag(&self, name: &str, tags: &Tags) -> Result<(), Error> {
        self.inner.tag(name, tags).await
    }

    async fn untag(&self, name: &str, keys: &[String]) -> Result<(), Error> {
        self.inner.untag(name, keys).await
    }

    async fn instance_profiles(&self, name: &str) -> Result<Vec<String>, Error> {
        self.inner.instance_profiles(name).await
    }

    async fn delete(&self, name: &str) -> Result<(), Error> {
        self.inner.delete(name).await
    }
}
