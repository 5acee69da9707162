//! A plan in the making, and the order in which it is made.

mod pipeline;

use crate::{Context, Path, Private, Value};

pub(crate) use self::pipeline::{keep_prior_forms, propose, really_changed, walk};

/// Request to plan the creation or a change of an object: see [`Resource::modify_plan`](crate::Resource::modify_plan).
///
/// ```
/// use provider_framework::{Context, Path, Plan, PlanRequest, Private, Value};
///
/// /// For `Resource::modify_plan`: a disk can grow, but a smaller one is a new one.
/// fn modify_plan(request: &PlanRequest, plan: &mut Plan) {
///     let size = Path::root("size");
///     let (before, after) = (request.prior_at(&size).as_i64(), plan.at(&size).as_i64());
///     if before.zip(after).is_some_and(|(before, after)| after < before) {
///         plan.require_replace(size);
///     }
/// }
///
/// let disk = |size: i64| Value::object([("size", Value::from(size))]);
/// let request = PlanRequest { prior: Some(disk(20)), config: disk(10), context: Context::default() };
/// let mut plan = Plan { planned: disk(10), requires_replace: Vec::new(), private: Private::new() };
/// modify_plan(&request, &mut plan);
/// assert!(plan.changes(&request));
/// assert_eq!(plan.requires_replace, [Path::root("size")]);
/// ```
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

/// Request to plan the destruction of an object: see [`Resource::plan_destroy`](crate::Resource::plan_destroy).
///
/// ```
/// use provider_framework::{Context, Diagnostic, Diagnostics, PlanDestroyRequest, Private, Value};
///
/// /// For `Resource::plan_destroy`: a protected database must not be destroyed.
/// fn plan_destroy(request: &PlanDestroyRequest, diagnostics: &mut Diagnostics) {
///     if request.prior.attribute("protected").as_bool() == Some(true) {
///         let how = "Apply `protected = false` first.";
///         diagnostics.push(Diagnostic::error("The database is protected", how));
///     }
/// }
///
/// let prior = Value::object([("protected", Value::from(true))]);
/// let mut diagnostics = Diagnostics::new();
/// plan_destroy(&PlanDestroyRequest { prior, private: Private::new(), context: Context::default() }, &mut diagnostics);
/// assert!(diagnostics.has_errors());
/// ```
#[derive(Debug, Clone)]
pub struct PlanDestroyRequest {
    /// The state of the object that will be deleted.
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
/// // The server gives a new address with a new name.
/// plan.set_unknown(&Path::root("address"));
/// assert!(plan.at(&Path::root("address")).is_unknown());
/// ```
#[derive(Debug, Clone)]
pub struct Plan {
    /// The object as it will be.
    pub planned: Value,
    /// Values whose change needs a new object. Paths whose value does not change are ignored.
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
