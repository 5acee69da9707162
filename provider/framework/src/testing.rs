//! A harness for the tests of providers: the life of an object in this process, without Terraform. Each step goes
//! through the same code as a call of Terraform, and is checked against Terraform's own rules for plans and results.
//!
//! ```
//! use std::sync::Arc;
//!
//! use serde_json::json;
//! use provider_framework::{
//!     Attribute, ConfigureRequest, CreateRequest, DeleteRequest, Diagnostics, Outcome, Path, Provider, ReadRequest,
//!     Resource, Schema, Type, UpdateRequest, async_trait, testing::{Change, Harness},
//! };
//!
//! # struct Example;
//! # #[async_trait]
//! # impl Provider for Example {
//! #     fn schema(&self) -> Schema { Schema::new(0) }
//! #     async fn configure(&self, _request: ConfigureRequest) -> Diagnostics { Diagnostics::new() }
//! #     fn resources(&self) -> Vec<Arc<dyn Resource>> { vec![Arc::new(Greeting)] }
//! # }
//! # struct Greeting;
//! # #[async_trait]
//! # impl Resource for Greeting {
//! #     fn type_name(&self) -> &'static str { "example_greeting" }
//! #     fn schema(&self) -> Schema {
//! #         Schema::new(0)
//! #             .attribute("name", Attribute::required(Type::String))
//! #             .attribute("text", Attribute::computed(Type::String))
//! #     }
//! #     async fn create(&self, request: CreateRequest) -> Outcome {
//! #         let mut state = request.planned;
//! #         let text = format!("Hello, {}", state.attribute("name").as_str().unwrap_or_default());
//! #         state.set(&Path::root("text"), text.into());
//! #         Outcome::of(state)
//! #     }
//! #     async fn read(&self, request: ReadRequest) -> Outcome { Outcome::of(request.state) }
//! #     async fn update(&self, request: UpdateRequest) -> Outcome {
//! #         let mut state = request.planned;
//! #         state.set(&Path::root("text"), "Hello again".into());
//! #         Outcome::of(state)
//! #     }
//! #     async fn delete(&self, _request: DeleteRequest) -> Outcome { Outcome::gone() }
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), provider_framework::testing::Failure> {
//! let harness = Harness::new(Example)?;
//! harness.configure(&json!({})).await?;
//! let mut greeting = harness.create("example_greeting", &json!({ "name": "Ann" })).await?;
//! assert_eq!(greeting.state.attribute("text").as_str(), Some("Hello, Ann"));
//! assert_eq!(harness.change(&mut greeting, &json!({ "name": "Ann" })).await?, Change::None);
//! assert_eq!(harness.change(&mut greeting, &json!({ "name": "Bob" })).await?, Change::Update);
//! harness.destroy(greeting).await?;
//! # Ok(())
//! # }
//! ```

mod apply_rules;
mod calls;
mod config_rules;
mod harness;
mod object;
pub(crate) mod plan_rules;

use std::fmt;

pub use self::{
    harness::Harness,
    object::{Change, Managed, Planned},
};
use crate::Diagnostics;

/// Why a step failed.
///
/// ```
/// use provider_framework::{Unconfigured, resource, testing::{Failure, Harness}};
///
#[doc = include_str!("model/note.txt")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), provider_framework::testing::Failure> {
/// // A mistake of the provider: two resources of one type.
/// let refused = Harness::new(Unconfigured::of([resource::<Note>(), resource::<Note>()])).err();
/// assert!(matches!(refused, Some(Failure::Refused("schema", problems)) if problems.len() == 1));
///
/// let harness = Harness::new(Unconfigured::of([resource::<Note>()]))?;
/// // A mistake of the configuration, which Terraform finds without the provider.
/// let refused = harness.create("example_note", &serde_json::json!({ "text": "x" })).await;
/// assert_eq!(refused.unwrap_err().to_string(), "Terraform would refuse this configuration:\n`name` is required");
/// // An error of the provider: models cannot be imported.
/// let failed = harness.import("example_note", "a").await;
/// assert!(matches!(failed, Err(Failure::Errors(errors)) if errors.len() == 1));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The provider returned errors. Warnings are left out.
    #[error("{}", Shown(.0))]
    Errors(Diagnostics),
    /// Terraform would refuse the configuration or the answer: which of them, and why.
    #[error("Terraform would refuse this {0}:\n{list}", list = .1.join("\n"))]
    Refused(&'static str, Vec<String>),
}

impl From<Diagnostics> for Failure {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Errors(diagnostics)
    }
}

impl From<crate::Diagnostic> for Failure {
    fn from(diagnostic: crate::Diagnostic) -> Self {
        Self::Errors(diagnostic.into())
    }
}

struct Shown<'a>(&'a Diagnostics);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for diagnostic in self.0 {
            write!(formatter, "{:?}: {}", diagnostic.severity, diagnostic.summary)?;
            if let Some(path) = &diagnostic.path {
                write!(formatter, " at {path}")?;
            }
            writeln!(formatter, ": {}", diagnostic.detail)?;
        }
        Ok(())
    }
}
