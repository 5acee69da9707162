//! `kind: Standards`: one document with everything that an organisation decides. The provider judges apps by it at
//! plan, the post-renderer judges rendered manifests by it at install time.
//!
//! ```text
//!   the document's members  ----+
//!                               +--> merged --> Standards --> the rules of the provider
//!   environments.NAME       ----+       |
//!                                       +--> those members that a PostRenderConfig has: the weakest layer
//! ```

mod members;
mod network;
mod plan_rules;
mod read;
mod runtime_images;
mod scan;
mod schema;
mod script_words;
mod types;

pub use network::Network;
pub use plan_rules::{
    ALLOWED_INGRESS, EXPOSURE, FIT, MINIMUM_REPLICAS, NAME_PATTERN, PERMISSIONS_BOUNDARY, PLAN_RULES,
    PlanRule, REQUIRED_LABELS, SPOT_MAXIMUM,
};
pub use read::{MemberPlace, StandardsDocument, member};
pub use runtime_images::RuntimeImages;
pub use scan::ScanDatabase;
pub use schema::standards_schema;
pub use types::{
    DefaultAutoscaling, Exposure, IamStandards, LogStandards, Platform, PlatformChart, PlatformCluster,
    PriorityRange, RuntimeProfile, SpotStandards, Standards,
};

/// The `kind` of a standards document.
pub const KIND: &str = "Standards";
