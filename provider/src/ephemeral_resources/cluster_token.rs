//! `ephemeral.ipsy_cluster_token`: a token for the Kubernetes API of an EKS cluster, without the command line of AWS.

use async_trait::async_trait;
use provider_framework::{
    Arguments, Diagnostic, EphemeralResource, OpenRequest, Opened, Private, RenewRequest, Renewed, Schema,
    Value,
};
use serde::{Deserialize, Serialize};

use super::timestamp;
use crate::diagnose::aws_diagnostic;
use crate::session::Session;

/// Where the private data holds the name of the cluster.
const CLUSTER: &str = "cluster";

/// The ephemeral resource `ipsy_cluster_token`.
pub(super) struct ClusterTokenResource {
    session: Session,
}

/// A token for the Kubernetes API of an EKS cluster, with the rights that the provider's credentials have in it. EKS takes
/// a token for 15 minutes. Terraform makes one in the plan and another one in the apply; neither plan nor state holds it.
/// A run that uses it for longer gets a warning, because Terraform cannot exchange a token during a run.
#[derive(Debug, Default, Deserialize, Serialize, Arguments)]
#[serde(default)]
struct ClusterTokenAttributes {
    /// Name of the cluster, in the provider's region.
    #[argument(required)]
    cluster: Option<String>,
    /// The bearer token.
    #[argument(computed, sensitive)]
    token: String,
    /// When the token expires, by RFC 3339, such as `2026-11-27T12:00:00Z`: 14 minutes after it was made, or with the
    /// provider's credentials.
    #[argument(computed)]
    expires_at: String,
}

impl ClusterTokenResource {
    pub(super) fn new(session: Session) -> Self {
        Self { session }
    }

    async fn sign(&self, config: &Value) -> Result<Opened, Diagnostic> {
        let schema = self.schema();
        let config: ClusterTokenAttributes = schema.read(config)?;
        let cluster = config.cluster.unwrap_or_default();
        let configured = self.session.get();
        let (aws, _) = configured.connect().await?;
        let signed = aws.accounts.cluster_token(&cluster).await;
        let signed = signed.map_err(|error| {
            aws_diagnostic(&format!("The token of cluster `{cluster}` cannot be signed"), &error)
        })?;
        let mut private = Private::new();
        private.set(CLUSTER, &cluster)?;
        let attributes = ClusterTokenAttributes {
            cluster: Some(cluster),
            token: signed.token.reveal().to_owned(),
            expires_at: timestamp(signed.expires_at),
        };
        let opened = Opened::of(schema.encode(&attributes)?);
        Ok(opened.renew_at(signed.expires_at).with_private(private))
    }
}

#[async_trait]
impl EphemeralResource for ClusterTokenResource {
    fn type_name(&self) -> &'static str {
        "ipsy_cluster_token"
    }

    fn schema(&self) -> Schema {
        Schema::new(0).arguments::<ClusterTokenAttributes>()
    }

    async fn open(&self, request: OpenRequest) -> Opened {
        self.sign(&request.config).await.unwrap_or_else(Opened::failed)
    }

    /// Terraform's protocol lets no new value pass here. So the user learns why a later call to the cluster fails.
    async fn renew(&self, request: RenewRequest) -> Renewed {
        let cluster: String = request.private.get(CLUSTER).unwrap_or_default();
        let warning = Diagnostic::warning(
            format!("The token of cluster `{cluster}` has expired during this run"),
            "EKS takes a token for 15 minutes, and Terraform cannot exchange a token during a run. If a later call to the \
             cluster was refused, run Terraform again: what is done already is not repeated. For runs that take this \
             long, let the Kubernetes provider make its tokens itself, by `exec`.",
        );
        Renewed { diagnostics: warning.into(), ..Renewed::default() }
    }
}
