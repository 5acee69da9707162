//! An object of a test, and what a step plans for it or does to it.

use proto::tfplugin5 as tf;

use crate::Value;

/// An object with everything that Terraform stores of it. Change `state` to test how the provider handles an old one.
///
/// ```
/// use provider_framework::{Unconfigured, resource, testing::Harness};
/// use serde_json::json;
///
#[doc = include_str!("../model/note.txt")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), provider_framework::testing::Failure> {
/// // `Note` implements `Model`.
/// let harness = Harness::new(Unconfigured::of([resource::<Note>()]))?;
/// let note = harness.create("example_note", &json!({ "name": "a" })).await?;
/// assert_eq!(note.state.attribute("name").as_str(), Some("a"));
/// assert!(note.identity.is_null());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Managed {
    /// The type of the object.
    pub type_name: String,
    /// The state.
    pub state: Value,
    /// The identity; null if the type has none.
    pub identity: Value,
    pub(super) private: Vec<u8>,
}

/// A plan that Terraform would accept.
///
/// ```
/// use provider_framework::{Path, Unconfigured, resource, testing::Harness};
/// use serde_json::json;
///
#[doc = include_str!("../model/note.txt")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), provider_framework::testing::Failure> {
/// // `Note` implements `Model`, and computes `changes`.
/// let harness = Harness::new(Unconfigured::of([resource::<Note>()]))?;
/// let planned = harness.plan("example_note", None, &json!({ "name": "a" })).await?;
/// assert_eq!(planned.state.unknown_paths(), [Path::root("changes")]);
/// assert!(planned.requires_replace.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Planned {
    /// The object as it will be.
    pub state: Value,
    /// Paths of the attributes and blocks whose change needs a new object, as Terraform prints them.
    pub requires_replace: Vec<String>,
    pub(super) private: Vec<u8>,
    pub(super) identity: Option<tf::ResourceIdentityData>,
}

/// What [`Harness::change`](super::Harness::change) did to an object.
///
/// ```
/// use provider_framework::{Unconfigured, resource, testing::{Change, Harness}};
/// use serde_json::json;
///
#[doc = include_str!("../model/note.txt")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), provider_framework::testing::Failure> {
/// // `Note` implements `Model`. A new text is an update, a new name a new object.
/// let harness = Harness::new(Unconfigured::of([resource::<Note>()]))?;
/// let mut note = harness.create("example_note", &json!({ "name": "a", "text": "x" })).await?;
/// assert_eq!(harness.change(&mut note, &json!({ "name": "a", "text": "x" })).await?, Change::None);
/// assert_eq!(harness.change(&mut note, &json!({ "name": "a", "text": "y" })).await?, Change::Update);
/// assert_eq!(harness.change(&mut note, &json!({ "name": "b", "text": "y" })).await?, Change::Replace);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    None,
    /// The object was changed.
    Update,
    /// The object was deleted and created again.
    Replace,
}
