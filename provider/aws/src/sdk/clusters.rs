//! EKS clusters on the SDK.

use std::sync::Arc;

use async_trait::async_trait;

use super::channel::Channel;
use super::tags::from_pairs;
use crate::{Cluster, Clusters, Error};

pub(super) struct SdkClusters {
    pub(super) client: aws_sdk_eks::Client,
    pub(super) channel: Arc<Channel>,
}

#[async_trait]
impl Clusters for SdkClusters {
    async fn describe(&self, name: &str) -> Result<Option<Cluster>, Error> {
        let request = self.client.describe_cluster().name(name);
        match self.channel.call("DescribeCluster", name, || request.clone().send()).await {
            Ok(answer) => Ok(answer.cluster.map(cluster_from_sdk)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn list(&self) -> Result<Vec<String>, Error> {
        let mut all = Vec::new();
        let mut page = None;
        loop {
            let request = self.client.list_clusters().max_results(100).set_next_token(page);
            let answer = self.channel.call("ListClusters", "", || request.clone().send()).await?;
            all.extend(answer.clusters.into_iter().flatten());
            page = answer.next_token;
            if page.is_none() {
                all.sort();
                return Ok(all);
            }
        }
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
