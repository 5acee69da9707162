//! SSM parameters: small named texts, such as the pointer to an app's image.

use async_trait::async_trait;

use crate::{Error, Tags};

/// Parameters of SSM, addressed by name. Values of secure strings are never decrypted here.
#[async_trait]
pub trait Parameters: Send + Sync {
    /// Creates a parameter. `AlreadyExists` if the name is taken.
    async fn create(&self, parameter: &NewParameter) -> Result<(), Error>;

    /// Writes a new version of a parameter that exists; kind and tags stay. `NotFound` if it does not.
    async fn set_value(&self, name: &str, value: &str) -> Result<(), Error>;

    /// The parameters of these names that exist, ten in a call; a missing one is left out.
    async fn get(&self, names: &[String]) -> Result<Vec<Parameter>, Error>;

    /// Tags of a parameter, by its name.
    async fn tags(&self, name: &str) -> Result<Tags, Error>;

    /// Adds or overwrites tags.
    async fn tag(&self, name: &str, tags: &Tags) -> Result<(), Error>;

    /// Removes tags by key; a missing key is not an error.
    async fn untag(&self, name: &str, keys: &[String]) -> Result<(), Error>;

    /// Deletes a parameter. Succeeds if it does not exist.
    async fn delete(&self, name: &str) -> Result<(), Error>;
}

/// What a parameter is created with. It becomes a plain string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewParameter {
    /// `/a/b/c`, at most 15 levels and 1,011 characters.
    pub name: String,
    /// 1 to 4,096 bytes.
    pub value: String,
    /// For people; empty means none.
    pub description: String,
    /// Tags, set in the same call.
    pub tags: Tags,
}

/// A parameter as AWS has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The name.
    pub name: String,
    /// The ARN.
    pub arn: String,
    /// The value; of a secure string the ciphertext.
    pub value: String,
    /// Its kind.
    pub kind: ParameterKind,
    /// Counts up from 1 with every write.
    pub version: u64,
}

/// The kind of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// Plain text.
    Text,
    /// Plain texts with commas between.
    TextList,
    /// Encrypted text.
    Secure,
}
