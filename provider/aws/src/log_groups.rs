//! Log groups: retention, encryption and tags.

use async_trait::async_trait;

use crate::{Error, Tags};

/// Log groups, addressed by name.
#[async_trait]
pub trait LogGroups: Send + Sync {
    /// Creates a log group that keeps its events for ever; see [`LogGroups::set_retention`]. `AlreadyExists` if
    /// the name is taken, for instance by a writer that made it by itself.
    async fn create(&self, group: &NewLogGroup) -> Result<(), Error>;

    /// All log groups whose name starts with `prefix`, sorted by name, fifty in a call.
    async fn describe(&self, prefix: &str) -> Result<Vec<LogGroup>, Error>;

    /// The log groups of exactly these names, fifty in a call; a missing one is left out.
    async fn by_names(&self, names: &[String]) -> Result<Vec<LogGroup>, Error>;

    /// The log group of exactly this name, `None` if it is not there.
    async fn get(&self, name: &str) -> Result<Option<LogGroup>, Error> {
        // AWS can only search by prefix. Names sort by bytes, so an exact match comes first.
        Ok(self.describe(name).await?.into_iter().find(|group| group.name == name))
    }

    /// How many days events are kept; `None` for ever. AWS takes only certain numbers:
    /// [`LogGroup::RETENTION_DAYS`].
    async fn set_retention(&self, name: &str, days: Option<u32>) -> Result<(), Error>;

    /// Sets or (with `None`) removes the KMS key, by ARN. Events already stored stay as they are.
    async fn set_kms_key(&self, name: &str, key_arn: Option<&str>) -> Result<(), Error>;

    /// Tags of a log group, by its ARN without `:*`.
    async fn tags(&self, arn: &str) -> Result<Tags, Error>;

    /// Adds or overwrites tags.
    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), Error>;

    /// Removes tags by key; a missing key is not an error.
    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), Error>;

    /// Deletes a log group with its events. Succeeds if it does not exist.
    async fn delete(&self, name: &str) -> Result<(), Error>;
}

/// What a log group is created with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLogGroup {
    /// 1 to 512 characters of `A–Z a–z 0–9 _ - / . #`.
    pub name: String,
    /// ARN of the KMS key that encrypts it.
    pub kms_key: Option<String>,
    /// Tags, set in the same call.
    pub tags: Tags,
}

/// A log group as AWS has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogGroup {
    /// The name.
    pub name: String,
    /// The ARN without the `:*` at the end, as tags and policies for the group itself want it.
    pub arn: String,
    /// How many days events are kept; `None` for ever.
    pub retention_days: Option<u32>,
    /// ARN of the KMS key that encrypts it.
    pub kms_key: Option<String>,
}

impl LogGroup {
    /// The numbers of days that AWS takes as retention.
    pub const RETENTION_DAYS: [u32; 22] = [
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
        3653,
    ];
}
