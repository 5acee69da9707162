//! What a provider looks up: read in every plan, never changed.

use async_trait::async_trait;

use crate::{Context, Diagnostics, Outcome, Schema, Value};

/// One kind of lookup.
#[async_trait]
pub trait DataSource: Send + Sync {
    /// The full name in HCL: `ipsy_values`.
    fn type_name(&self) -> &'static str;

    /// The schema. Called once.
    fn schema(&self) -> Schema;

    /// Checks a whole configuration, after the rules of its attributes and blocks. Parts of it may be unknown.
    fn validate(&self, _config: &Value, _diagnostics: &mut Diagnostics) {}

    /// Looks it up. The configuration is wholly known; the state holds it, and everything computed.
    async fn read(&self, request: ReadDataRequest) -> Outcome;
}

/// Asks for a lookup.
#[derive(Debug, Clone)]
pub struct ReadDataRequest {
    /// The configuration.
    pub config: Value,
    /// The surroundings of the call.
    pub context: Context,
}
