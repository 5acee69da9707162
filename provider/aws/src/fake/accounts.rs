//! Who is calling the AWS in memory.

use std::time::Duration;

use async_trait::async_trait;

use super::Fake;
use super::world::{World, arn};
use crate::{Accounts, CallerIdentity, ClusterToken, Error, Secret, Service};

#[async_trait]
impl Accounts for World {
    async fn caller_identity(&self) -> Result<CallerIdentity, Error> {
        self.call(Service::Sts, "GetCallerIdentity", "", |_| {
            Ok(CallerIdentity {
                account_id: Fake::ACCOUNT_ID.to_owned(),
                arn: arn("iam", "user/tester"),
                user_id: "AIDAFAKE".to_owned(),
            })
        })
    }

    async fn cluster_token(&self, cluster: &str) -> Result<ClusterToken, Error> {
        self.call(Service::Sts, "GetCallerIdentity", cluster, |_| {
            Ok(ClusterToken {
                token: Secret::new(format!("k8s-aws-v1.{cluster}")),
                expires_at: Fake::NOW + Duration::from_mins(14),
            })
        })
    }
}
