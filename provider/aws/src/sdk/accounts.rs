//! STS on the SDK: who is calling, and tokens that prove it.

use std::time::SystemTime;

use async_trait::async_trait;
use aws_config::SdkConfig;

use super::channel::Channel;
use super::cluster_token;
use super::credentials::credentials_of;
use crate::{Accounts, CallerIdentity, ClusterToken, Error, ErrorKind, Service};

pub(super) struct SdkAccounts {
    pub(super) channel: Channel<aws_sdk_sts::Client>,
    pub(super) shared: SdkConfig,
    pub(super) region: String,
}

#[async_trait]
impl Accounts for SdkAccounts {
    async fn caller_identity(&self) -> Result<CallerIdentity, Error> {
        let request = self.channel.client.get_caller_identity();
        let answer = self.channel.call("GetCallerIdentity", "", || request.clone().send()).await?;
        Ok(CallerIdentity {
            account_id: answer.account.unwrap_or_default(),
            arn: answer.arn.unwrap_or_default(),
            user_id: answer.user_id.unwrap_or_default(),
        })
    }

    async fn cluster_token(&self, cluster: &str) -> Result<ClusterToken, Error> {
        let operation = "GetCallerIdentity";
        let credentials = credentials_of(&self.shared, Service::Sts, operation, cluster).await?;
        cluster_token::signed(&self.region, cluster, credentials, SystemTime::now()).map_err(|error| {
            let message = format!("the request cannot be signed: {error}");
            Error::new(ErrorKind::Other, Service::Sts, operation, cluster, message)
        })
    }
}
