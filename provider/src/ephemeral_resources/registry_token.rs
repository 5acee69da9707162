//! `ephemeral.ipsy_registry_token`: a login for the account's ECR registry.

use async_trait::async_trait;
use provider_framework::{Arguments, Diagnostic, EphemeralResource, OpenRequest, Opened, Schema};
use serde::{Deserialize, Serialize};

use super::timestamp;
use crate::diagnose::aws_diagnostic;
use crate::session::Session;

/// The ephemeral resource `ipsy_registry_token`.
pub(super) struct RegistryTokenResource {
    session: Session,
}

/// A login for the ECR registry of the provider's account and region, with the rights of the provider's credentials. It is
/// good for 12 hours. Neither plan nor state holds it.
#[derive(Debug, Default, Deserialize, Serialize, Arguments)]
#[serde(default)]
struct RegistryTokenAttributes {
    /// Host of the registry, such as `123456789012.dkr.ecr.us-east-1.amazonaws.com`.
    #[argument(computed)]
    registry: String,
    /// The user, which is always `AWS`.
    #[argument(computed)]
    user_name: String,
    /// The password.
    #[argument(computed, sensitive)]
    password: String,
    /// When the password expires, by RFC 3339, such as `2026-11-27T12:00:00Z`.
    #[argument(computed)]
    expires_at: String,
}

impl RegistryTokenResource {
    pub(super) fn new(session: Session) -> Self {
        Self { session }
    }

    async fn login(&self) -> Result<Opened, Diagnostic> {
        let configured = self.session.get();
        let (aws, _) = configured.connect().await?;
        let login = aws.repositories.login().await;
        let login = login.map_err(|error| aws_diagnostic("ECR gives no login", &error))?;
        let attributes = RegistryTokenAttributes {
            registry: login.registry,
            user_name: login.user_name,
            password: login.password.reveal().to_owned(),
            expires_at: timestamp(login.expires_at),
        };
        Ok(Opened::of(self.schema().encode(&attributes)?))
    }
}

#[async_trait]
impl EphemeralResource for RegistryTokenResource {
    fn type_name(&self) -> &'static str {
        "ipsy_registry_token"
    }

    fn schema(&self) -> Schema {
        Schema::new(0).arguments::<RegistryTokenAttributes>()
    }

    async fn open(&self, _request: OpenRequest) -> Opened {
        self.login().await.unwrap_or_else(Opened::failed)
    }
}
