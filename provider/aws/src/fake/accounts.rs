//! Who is calling the AWS in memory.

use async_trait::async_trait;

use super::Fake;
use super::world::{World, arn};
use crate::{Accounts, CallerIdentity, Error, Service};

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
}
