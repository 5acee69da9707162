//! The account and region that an app is in, and what follows from them alone.

use ipsy_aws::Aws;

use crate::app::image;
use crate::app::resolve::App;

/// What follows from the account and region alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) region: String,
    pub(crate) partition: String,
    pub(crate) dns_suffix: String,
}

impl Account {
    /// The account that `aws` acts in. Asks AWS once in the life of the provider.
    pub(crate) async fn of(aws: &Aws) -> Result<Self, ipsy_aws::Error> {
        Ok(Self {
            id: aws.account.id().await?.to_owned(),
            region: aws.account.region().to_owned(),
            partition: aws.account.partition().to_owned(),
            dns_suffix: aws.account.dns_suffix().to_owned(),
        })
    }

    /// Where images of `app` are pushed to and pulled from.
    pub(crate) fn repository_url(&self, app: &App) -> String {
        match &app.image.repository {
            image::Repository::Foreign(url) => url.clone(),
            image::Repository::Owned(name) => {
                format!("{}.dkr.ecr.{}.{}/{name}", self.id, self.region, self.dns_suffix)
            }
        }
    }

    /// The ARN that the role of `app` has or will have.
    pub(crate) fn role_arn(&self, app: &App) -> String {
        format!("arn:{}:iam::{}:role{}{}", self.partition, self.id, app.iam.path, app.iam.role_name)
    }
}
