//! EKS clusters on the SDK: callers that ask at the same time share an answer.

use std::sync::Arc;

use async_trait::async_trait;

use super::channel::Channel;
use super::failure::if_there;
use super::tags::from_pairs;
use crate::coalesce::batcher::Batcher;
use crate::coalesce::reads::Reads;
use crate::{Cluster, Clusters, Error, batches};

pub(super) type Eks = Channel<aws_sdk_eks::Client>;

impl Eks {
    async fn cluster(&self, name: &str) -> Result<Option<Cluster>, Error> {
        let request = self.client.describe_cluster().name(name);
        let answer = self.call("DescribeCluster", name, || request.clone().send()).await;
        Ok(if_there(answer)?.and_then(|answer| answer.cluster).map(cluster_from_sdk))
    }

    async fn clusters(&self) -> Result<Vec<String>, Error> {
        let names = batches::pages(|page| async move {
            let request = self.client.list_clusters().max_results(100).set_next_token(page);
            let answer = self.call("ListClusters", "", || request.clone().send()).await?;
            Ok((answer.clusters.unwrap_or_default(), answer.next_token))
        });
        let mut names = names.await?;
        names.sort();
        Ok(names)
    }
}

#[derive(Clone)]
pub(super) struct SdkClusters {
    by_name: Reads<String, Cluster>,
    names: Reads<(), Vec<String>>,
}

impl SdkClusters {
    pub(super) fn new(channel: &Arc<Eks>) -> Self {
        let by_name =
            Batcher::single(channel, |channel, name: String| async move { channel.cluster(&name).await });
        let names = Batcher::single(channel, |channel, ()| async move { channel.clusters().await.map(Some) });
        Self { by_name: Reads::new(by_name), names: Reads::new(names) }
    }

    /// With answers that are kept for some seconds.
    pub(super) fn refreshing(&self) -> Self {
        Self { by_name: self.by_name.refreshing(), names: self.names.refreshing() }
    }
}

#[async_trait]
impl Clusters for SdkClusters {
    async fn describe(&self, name: &str) -> Result<Option<Cluster>, Error> {
        self.by_name.one(name.to_owned()).await
    }

    async fn list(&self) -> Result<Vec<String>, Error> {
        Ok(self.names.one(()).await?.unwrap_or_default())
    }
}

fn cluster_from_sdk(found: aws_sdk_eks::types::Cluster) -> Cluster {
    let network = found.resources_vpc_config;
    let sorted = |list: Option<Vec<String>>| {
        let mut list = list.unwrap_or_default();
        list.sort();
        list
    };
    let text = |text: Option<String>| text.filter(|text| !text.is_empty());
    let (vpc_id, subnets, groups, cluster_group) = match network {
        Some(network) => (
            text(network.vpc_id),
            network.subnet_ids,
            network.security_group_ids,
            text(network.cluster_security_group_id),
        ),
        None => (None, None, None, None),
    };
    Cluster {
        name: found.name.unwrap_or_default(),
        arn: found.arn.unwrap_or_default(),
        status: found.status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        version: found.version.unwrap_or_default(),
        platform_version: text(found.platform_version),
        endpoint: text(found.endpoint),
        certificate_authority: text(found.certificate_authority.and_then(|authority| authority.data)),
        oidc_issuer: text(found.identity.and_then(|identity| identity.oidc).and_then(|oidc| oidc.issuer)),
        vpc_id,
        subnet_ids: sorted(subnets),
        security_group_ids: sorted(groups),
        cluster_security_group_id: cluster_group,
        created_at: found.created_at.map(|time| time.secs()),
        tags: from_pairs(found.tags.iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()))),
    }
}
