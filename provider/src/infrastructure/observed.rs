//! An AWS object as it was read, and the values in it that the configuration does not decide.

use ipsy_aws::{Parameter, ParameterKind, Tags};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::app::rollout::{Shares, Walk};

/// An AWS object as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Observed {
    pub(crate) arn: String,
    /// In the shape of [`Component::desired`], so that both can be compared.
    pub(crate) properties: Value,
    /// All tags but AWS' own.
    pub(crate) tags: Tags,
    /// What the object has that the configuration does not decide.
    pub(crate) value: Option<LiveValue>,
}

/// A value that only AWS knows, or that another tool writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LiveValue {
    /// The image that a pointer names.
    Pointer(Pointer),
    /// Priority and weights of a listener rule.
    Rule(RuleStatus),
}

/// What a pointer holds: whatever its writer has put there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pointer {
    pub(crate) value: String,
    /// AWS' name of the parameter's type; `String` is the only good one.
    pub(crate) kind: String,
}

impl Pointer {
    /// The pointer that a parameter is.
    pub(crate) fn new(parameter: Parameter) -> Self {
        let kind = match parameter.kind {
            ParameterKind::Text => "String",
            ParameterKind::TextList => "StringList",
            ParameterKind::Secure => "SecureString",
        };
        Self { value: parameter.value, kind: kind.to_owned() }
    }

    /// What was observed, if that is a pointer.
    pub(crate) fn of(observed: &Observed) -> Option<Self> {
        match &observed.value {
            Some(LiveValue::Pointer(pointer)) => Some(pointer.clone()),
            _ => None,
        }
    }
}

/// What only AWS can tell of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RuleStatus {
    /// The priority that it has.
    pub(crate) priority: u32,
    /// Its weights by backend; a target group without a backend is listed by its ARN.
    pub(crate) weights: Shares,
    /// The last change of its weights; `None` where ipsy has not set them.
    pub(crate) walk: Option<Walk>,
}

impl RuleStatus {
    /// What was observed, if that is a rule.
    pub(crate) fn of(observed: &Observed) -> Option<Self> {
        match &observed.value {
            Some(LiveValue::Rule(status)) => Some(status.clone()),
            _ => None,
        }
    }
}

/// Whether `field` differs between two sets of properties.
pub(crate) fn differs(observed: &Value, desired: &Value, field: &str) -> bool {
    observed.get(field) != desired.get(field)
}
