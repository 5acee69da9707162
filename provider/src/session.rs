//! What the resources, data sources and functions of one provider instance share: the standards, the policy
//! of tags, and the connection to AWS, which is opened at its first use.

use std::sync::{Arc, RwLock};

use ipsy_aws::{Aws, Configuration, Error};
use provider_framework::Diagnostic;
use time::{Date, OffsetDateTime};
use tokio::sync::OnceCell;

use crate::app::standards::StandardsDocument;
use crate::claims::Claims;
use crate::diagnose::aws_diagnostic;
use crate::infrastructure::account::Account;
use crate::infrastructure::ownership::TagPolicy;
use crate::origin::origin;

/// The shared state; empty until Terraform has configured the provider.
#[derive(Clone, Default)]
pub(crate) struct Session(Arc<RwLock<Arc<Configured>>>);

/// A provider's configuration, read and checked.
#[derive(Default)]
pub(crate) struct Configured {
    pub(crate) standards: StandardsDocument,
    pub(crate) tags: TagPolicy,
    pub(crate) aws: Configuration,
    /// Whether all of the provider's configuration is known; before the first apply it may depend on others.
    pub(crate) complete: bool,
    pub(crate) claims: Claims,
    pub(crate) allowed_account_ids: Vec<String>,
    pub(crate) forbidden_account_ids: Vec<String>,
    pub(crate) connection: OnceCell<(Aws, Account)>,
}

impl Session {
    /// Replaces the configuration.
    pub(crate) fn set(&self, configured: Configured) {
        let mut guard = self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        *guard = Arc::new(configured);
    }

    /// The configuration as it is now.
    pub(crate) fn get(&self) -> Arc<Configured> {
        self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

impl Configured {
    /// Where the state of this run is; see [`origin`].
    pub(crate) async fn origin(&self) -> String {
        // Without a connection nothing is written anywhere.
        self.connect().await.map_or_else(|_| String::new(), |(_, account)| origin(&account.region))
    }

    /// AWS and the account that the credentials belong to. Asked once; a wrong account is an error before
    /// anything is changed in it.
    pub(crate) async fn connect(&self) -> Result<&(Aws, Account), Diagnostic> {
        self.connection.get_or_try_init(|| self.connect_now()).await
    }

    async fn connect_now(&self) -> Result<(Aws, Account), Diagnostic> {
        let tell = |error: Error| aws_diagnostic("AWS can't be reached", &error);
        let aws = Aws::connect(&self.aws).await.map_err(tell)?;
        let account = Account::of(&aws).await.map_err(tell)?;
        let allowed = self.allowed_account_ids.is_empty() || self.allowed_account_ids.contains(&account.id);
        if !allowed || self.forbidden_account_ids.contains(&account.id) {
            return Err(Diagnostic::error(
                format!("The credentials belong to account {}", account.id),
                "The provider's `allowed_account_ids` or `forbidden_account_ids` don't let it work there. Nothing \
                 was changed. Use other credentials, or change the list.",
            ));
        }
        Ok((aws, account))
    }
}

/// Today, by UTC: what the end of an exception is judged by.
pub(crate) fn today() -> Date {
    OffsetDateTime::now_utc().date()
}
