//! A plan in the making, and the order in which it is made.

mod pipeline;

use crate::{Context, Path, Private, Value};

pub(crate) use self::pipeline::{keep_prior_forms, propose, really_changed, walk};

/// What a resource is asked when a change of it is planned.
#[derive(Debug, Clone)]
pub struct PlanRequest {
    /// The state before; `None` if the object is to be created, be it for the first time or as a replacement.
    pub prior: Option<Value>,
    /// The configuration as it was written; parts of it may be unknown.
    pub config: Value,
    /// The surroundings of the call.
    pub context: Context,
}

impl PlanRequest {
    /// The prior value at `path`; null if there is none.
    pub fn prior_at(&self, path: &Path) -> &Value {
        static NULL: Value = Value::Null;
        self.prior.as_ref().and_then(|prior| prior.at(path)).unwrap_or(&NULL)
    }
}

/// What a resource is asked when its destruction is planned.
#[derive(Debug, Clone)]
pub struct PlanDestroyRequest {
    /// The state of the object that is to go.
    pub prior: Value,
    /// What the resource remembers of the object.
    pub private: Private,
    /// The surroundings of the call.
    pub context: Context,
}

/// The plan that the framework has made so far, for the resource to finish.
///
/// Terraform's rules: what the configuration sets stays as it is set (or, where that means the same, as it was
/// in the state); only computed attributes may be given values or be unknown; whatever is known here must be
/// so after apply.
///
/// ```
/// use provider_framework::{Path, Plan, Private, Value};
///
/// let planned = Value::object([("name", Value::from("web")), ("address", Value::Unknown)]);
/// let mut plan = Plan { planned, requires_replace: Vec::new(), private: Private::new() };
/// plan.set(&Path::root("address"), "10.0.0.1");
/// plan.require_replace(Path::root("name"));
/// assert_eq!(plan.at(&Path::root("address")).as_str(), Some("10.0.0.1"));
/// assert_eq!(plan.requires_replace, [Path::root("name")]);
/// ```
#[derive(Debug, Clone)]
pub struct Plan {
    /// The object as it will be.
    pub planned: Value,
    /// Whose change needs a new object. Paths whose value does not change are ignored.
    pub requires_replace: Vec<Path>,
    /// What the resource wants to remember; given to create or update.
    pub private: Private,
}

impl Plan {
    /// The planned value at `path`; null if there is none.
    pub fn at(&self, path: &Path) -> &Value {
        static NULL: Value = Value::Null;
        self.planned.at(path).unwrap_or(&NULL)
    }

    /// Plans `value` at `path`, which must be computed.
    pub fn set(&mut self, path: &Path, value: impl Into<Value>) {
        self.planned.set(path, value.into());
    }

    /// Plans that the value at `path`, which must be computed, is known after apply only.
    pub fn set_unknown(&mut self, path: &Path) {
        self.planned.set(path, Value::Unknown);
    }

    /// Plans a new object because of the value at `path`.
    pub fn require_replace(&mut self, path: Path) {
        self.requires_replace.push(path);
    }

    /// Whether anything changes.
    pub fn changes(&self, request: &PlanRequest) -> bool {
        request.prior.as_ref() != Some(&self.planned)
    }
}
