//! STS on the SDK, as far as it tells who is calling.

use async_trait::async_trait;

use super::channel::Channel;
use crate::{Accounts, CallerIdentity, Error};

pub(super) struct SdkAccounts {
    pub(super) client: aws_sdk_sts::Client,
    pub(super) channel: Channel,
}

#[async_trait]
impl Accounts for SdkAccounts {
    async fn caller_identity(&self) -> Result<CallerIdentity, Error> {
        let request = self.client.get_caller_identity();
        let answer = self.channel.call("GetCallerIdentity", "", || request.clone().send()).await?;
        Ok(CallerIdentity {
            account_id: answer.account.unwrap_or_default(),
            arn: answer.arn.unwrap_or_default(),
            user_id: answer.user_id.unwrap_or_default(),
        })
    }
}
