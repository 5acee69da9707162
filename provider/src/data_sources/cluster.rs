//! `data.ipsy_cluster`: an EKS cluster by name, or the newest one with some tags.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures::future::try_join_all;
use ipsy_aws::{Aws, Cluster};
use serde_json::json;
use tf_provider::{
    Attribute, DataSource, Diagnostic, Diagnostics, Outcome, Path, ReadDataRequest, Schema, Type, Value,
};

use crate::diagnose::aws_diagnostic;
use crate::session::Session;

/// The data source `ipsy_cluster`.
pub(super) struct ClusterData {
    session: Session,
}

impl ClusterData {
    pub(super) fn new(session: Session) -> Self {
        Self { session }
    }
}

#[async_trait]
impl DataSource for ClusterData {
    fn type_name(&self) -> &'static str {
        "ipsy_cluster"
    }

    fn schema(&self) -> Schema {
        let text = |description: &str| Attribute::computed(Type::String).describe(description);
        Schema::new(0)
            .describe("An EKS cluster, by name; or the newest one that carries some tags.")
            .attribute(
                "name",
                Attribute::optional_computed(Type::String)
                    .describe("Name of the cluster; or set `with_tags`."),
            )
            .attribute(
                "with_tags",
                Attribute::optional(Type::map(Type::String))
                    .describe("Tags that the cluster carries. Of several the newest is taken."),
            )
            .attribute("arn", text("Its ARN."))
            .attribute("endpoint", text("URL of its API server."))
            .attribute("certificate_authority", text("Its certificate authority, PEM in base64."))
            .attribute("version", text("Its Kubernetes version."))
            .attribute("status", text("Its status, such as `ACTIVE`."))
            .attribute("oidc_issuer", text("URL of its OpenID Connect issuer."))
            .attribute(
                "oidc_provider_arn",
                text(
                    "ARN that its OpenID Connect provider has in IAM, if one was made, for `backend.oidc_provider_arn` \
                     of `ipsy_app`.",
                ),
            )
            .attribute("vpc_id", text("Its VPC."))
            .attribute(
                "subnet_ids",
                Attribute::computed(Type::list(Type::String)).describe("Subnets of its network interfaces."),
            )
            .attribute(
                "cluster_security_group_id",
                text("The security group that EKS made for nodes and control plane."),
            )
            .attribute("tags", Attribute::computed(Type::map(Type::String)).describe("Its tags."))
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
        let configured = self.session.get();
        let result = match configured.connect().await {
            Ok((aws, _)) => find(aws, &request.config).await,
            Err(diagnostic) => Err(diagnostic),
        };
        Outcome::from(result.and_then(|cluster| {
            let with_tags: Option<BTreeMap<String, String>> =
                request.config.attribute("with_tags").decode()?;
            self.schema().encode(&json!({
                "name": cluster.name,
                "with_tags": with_tags,
                "arn": cluster.arn,
                "endpoint": cluster.endpoint,
                "certificate_authority": cluster.certificate_authority,
                "version": cluster.version,
                "status": cluster.status,
                "oidc_provider_arn": oidc_provider_arn(&cluster),
                "subnet_ids": cluster.subnet_ids,
                "cluster_security_group_id": cluster.cluster_security_group_id,
                "oidc_issuer": cluster.oidc_issuer,
                "vpc_id": cluster.vpc_id,
                "tags": cluster.tags,
            }))
        }))
    }
}

/// `arn:PARTITION:eks:REGION:ACCOUNT:cluster/NAME` and an issuer's URL without its scheme make the provider's ARN.
fn oidc_provider_arn(cluster: &Cluster) -> Option<String> {
    let issuer = cluster.oidc_issuer.as_deref()?.strip_prefix("https://")?;
    let mut fields = cluster.arn.split(':');
    let (partition, account) = (fields.nth(1)?, fields.nth(2)?);
    Some(format!("arn:{partition}:iam::{account}:oidc-provider/{issuer}"))
}

async fn find(aws: &Aws, config: &Value) -> Result<Cluster, Diagnostic> {
    let tell = |error| aws_diagnostic("The cluster can't be read", &error);
    if let Some(name) = config.attribute("name").as_str() {
        let found = aws.clusters.describe(name).await.map_err(tell)?;
        return found.ok_or_else(|| {
            Diagnostic::error(
                format!("There is no cluster `{name}`"),
                "It was not found in this account and region. Look at the name, and at the provider's `region`.",
            )
            .at(Path::root("name"))
        });
    }
    let wanted: BTreeMap<String, String> = config.attribute("with_tags").decode()?;
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
