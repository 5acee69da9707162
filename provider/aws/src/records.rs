//! DNS records of Route 53's hosted zones, as far as an app needs them: alias records that lead to its load
//! balancer.

use async_trait::async_trait;

use crate::Error;

/// Records, addressed by zone, name and type. They carry no tags.
#[async_trait]
pub trait Records: Send + Sync {
    /// Name of a zone in lower case, without the dot at its end. `NotFound` if the zone does not exist.
    async fn zone_name(&self, zone_id: &str) -> Result<String, Error>;

    /// All records of one name and type: one simple record, or several with a set identifier each. `NotFound` if
    /// the zone does not exist.
    async fn find(&self, zone_id: &str, name: &str, kind: &str) -> Result<Vec<Record>, Error>;

    /// Replaces `old` by `new` in one step; either may be missing. `Conflict` if `old` is not there in exactly
    /// this form, or if there is something where `new` shall be.
    async fn replace(&self, zone_id: &str, old: Option<&Record>, new: Option<&Record>) -> Result<(), Error>;
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Full name in lower case, without the dot at its end.
    pub name: String,
    /// `A`, `AAAA` and so on.
    pub kind: String,
    /// Distinguishes records of one name; `None` for a simple record.
    pub set_identifier: Option<String>,
    /// Share among the records of one name, 0 to 255; `None` unless they are weighted.
    pub weight: Option<u8>,
    /// Target of the record.
    pub target: RecordTarget,
}

/// Target of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordTarget {
    /// The same as another name of AWS.
    Alias {
        /// The other name, in lower case, without the dot at its end.
        dns_name: String,
        /// The zone of the other name.
        hosted_zone_id: String,
        /// Whether the record is left out of answers while what it leads to is unhealthy.
        evaluate_target_health: bool,
    },
    /// Values of its own.
    Values {
        /// Seconds for which an answer may be kept.
        ttl_seconds: i64,
        /// The values.
        values: Vec<String>,
    },
}
