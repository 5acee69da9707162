//! `data.ipsy_cluster`: an EKS cluster by name, or the newest one with some tags.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures::future::try_join_all;
use ipsy_aws::{Aws, Cluster};
use provider_framework::{
    Arguments, DataSource, Diagnostic, Diagnostics, Outcome, Path, ReadDataRequest, Schema, Value,
};
use serde::{Deserialize, Serialize};

use crate::diagnose::aws_diagnostic;
use crate::session::Session;

/// The data source `ipsy_cluster`.
pub(super) struct ClusterData {
    session: Session,
}

/// An EKS cluster, by name; or the newest one that carries some tags.
#[derive(Debug, Default, Deserialize, Serialize, Arguments)]
#[serde(default)]
struct ClusterAttributes {
    /// Name of the cluster; or set `with_tags`.
    #[argument(or_set_by_provider)]
    name: Option<String>,
    /// Tags that the cluster carries. Of several clusters the newest one is taken.
    with_tags: Option<BTreeMap<String, String>>,
    /// ARN of the cluster.
    #[argument(computed)]
    arn: String,
    /// URL of its API server.
    #[argument(computed)]
    endpoint: Option<String>,
    /// Its certificate authority, PEM in base64.
    #[argument(computed)]
    certificate_authority: Option<String>,
    /// Its Kubernetes version.
    #[argument(computed)]
    version: String,
    /// Its status, such as `ACTIVE`.
    #[argument(computed)]
    status: String,
    /// URL of its OpenID Connect issuer.
    #[argument(computed)]
    oidc_issuer: Option<String>,
    /// ARN that its OpenID Connect provider has in IAM, if one was made, for `backend.oidc_provider_arn` of `ipsy_app`.
    #[argument(computed)]
    oidc_provider_arn: Option<String>,
    /// Its VPC.
    #[argument(computed)]
    vpc_id: Option<String>,
    /// Subnets of its network interfaces.
    #[argument(computed)]
    subnet_ids: Vec<String>,
    /// The security group that EKS made for nodes and control plane.
    #[argument(computed)]
    cluster_security_group_id: Option<String>,
    /// Its tags.
    #[argument(computed)]
    tags: BTreeMap<String, String>,
}

impl ClusterData {
    pub(super) fn new(session: Session) -> Self {
        Self { session }
    }

    async fn look_up(&self, config: &Value) -> Result<Value, Diagnostic> {
        let schema = self.schema();
        let config: ClusterAttributes = schema.read(config)?;
        let configured = self.session.get();
        let (aws, _) = configured.connect().await?;
        let cluster = find(aws, &config).await?;
        schema.encode(&ClusterAttributes {
            name: Some(cluster.name.clone()),
            with_tags: config.with_tags,
            oidc_provider_arn: oidc_provider_arn(&cluster),
            arn: cluster.arn,
            endpoint: cluster.endpoint,
            certificate_authority: cluster.certificate_authority,
            version: cluster.version,
            status: cluster.status,
            oidc_issuer: cluster.oidc_issuer,
            vpc_id: cluster.vpc_id,
            subnet_ids: cluster.subnet_ids,
            cluster_security_group_id: cluster.cluster_security_group_id,
            tags: cluster.tags,
        })
    }
}

#[async_trait]
impl DataSource for ClusterData {
    fn type_name(&self) -> &'static str {
        "ipsy_cluster"
    }

    fn schema(&self) -> Schema {
        Schema::new(0).arguments::<ClusterAttributes>()
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        let (name, tags) = (config.attribute("name"), config.attribute("with_tags"));
        if name.is_null() == tags.is_null() {
            diagnostics.push(
                Diagnostic::error(
                    "One way to find a cluster",
                    "Set either `name`, or `with_tags` for the newest cluster that carries them.",
                )
                .at(Path::root("name")),
            );
        }
    }

    async fn read(&self, request: ReadDataRequest) -> Outcome {
        Outcome::from(self.look_up(&request.config).await)
    }
}

/// `arn:PARTITION:eks:REGION:ACCOUNT:cluster/NAME` and an issuer's URL without its scheme make the provider's ARN.
fn oidc_provider_arn(cluster: &Cluster) -> Option<String> {
    let issuer = cluster.oidc_issuer.as_deref()?.strip_prefix("https://")?;
    let mut fields = cluster.arn.split(':');
    let (partition, account) = (fields.nth(1)?, fields.nth(2)?);
    Some(format!("arn:{partition}:iam::{account}:oidc-provider/{issuer}"))
}

async fn find(aws: &Aws, config: &ClusterAttributes) -> Result<Cluster, Diagnostic> {
    let tell = |error| aws_diagnostic("The cluster can't be read", &error);
    if let Some(name) = &config.name {
        let found = aws.clusters.describe(name).await.map_err(tell)?;
        return found.ok_or_else(|| {
            Diagnostic::error(
                format!("Cluster `{name}` not found"),
                "This account and region have no cluster of this name. Check it, and the provider's `region`.",
            )
            .at(Path::root("name"))
        });
    }
    let wanted = config.with_tags.clone().unwrap_or_default();
    let names = aws.clusters.list().await.map_err(tell)?;
    let all = try_join_all(names.iter().map(|name| aws.clusters.describe(name))).await.map_err(tell)?;
    let carries = |cluster: &Cluster| wanted.iter().all(|(key, value)| cluster.tags.get(key) == Some(value));
    all.into_iter()
        .flatten()
        .filter(carries)
        .max_by(|left, right| (left.created_at, &left.name).cmp(&(right.created_at, &right.name)))
        .ok_or_else(|| {
            Diagnostic::error(
                "No cluster carries these tags",
                format!(
                    "There are {} clusters in this account and region: {}.",
                    names.len(),
                    names.join(", ")
                ),
            )
            .at(Path::root("with_tags"))
        })
}
