//! EKS clusters of the AWS in memory.

use async_trait::async_trait;

use super::Fake;
use super::world::{World, arn};
use crate::{Cluster, Clusters, Error, Service, Tags};

impl Fake {
    /// Makes an EKS cluster that is up, in `vpc_id`.
    pub fn add_cluster(&self, name: &str, vpc_id: &str) {
        self.world.with_state(|state| {
            let id = state.next_id();
            let cluster = Cluster {
                name: name.to_owned(),
                arn: arn("eks", &format!("cluster/{name}")),
                status: "ACTIVE".to_owned(),
                version: "1.34".to_owned(),
                platform_version: Some("eks.1".to_owned()),
                endpoint: Some(format!("https://{id}.gr7.{}.eks.amazonaws.com", Self::REGION)),
                certificate_authority: Some("Y2VydGlmaWNhdGU=".to_owned()),
                oidc_issuer: Some(format!("https://oidc.eks.{}.amazonaws.com/id/{id}", Self::REGION)),
                vpc_id: Some(vpc_id.to_owned()),
                subnet_ids: vec![format!("subnet-{id}")],
                security_group_ids: Vec::new(),
                cluster_security_group_id: Some(format!("sg-{id}")),
                created_at: i64::try_from(state.made).ok(),
                tags: Tags::new(),
            };
            state.clusters.insert(name.to_owned(), cluster);
        });
    }
}

#[async_trait]
impl Clusters for World {
    async fn describe(&self, name: &str) -> Result<Option<Cluster>, Error> {
        self.call(Service::Eks, "DescribeCluster", name, |state| Ok(state.clusters.get(name).cloned()))
    }

    async fn list(&self) -> Result<Vec<String>, Error> {
        self.call(Service::Eks, "ListClusters", "", |state| Ok(state.clusters.keys().cloned().collect()))
    }
}
