//! Deferred answers: what cannot be done in this run of Terraform is done in a later one.

use std::sync::{Arc, OnceLock};

use crate::{Diagnostic, Diagnostics};

/// Why a call is put off to a later run: see [`Context::defer`](crate::Context::defer).
///
/// ```
/// use provider_framework::{Context, Deferred, PlanRequest, Value};
///
/// /// For `Resource::modify_plan`: without the address of its server, nothing can be planned.
/// fn modify_plan(request: &PlanRequest) {
///     if request.config.attribute("server").is_unknown() && request.context.deferral_allowed {
///         request.context.defer(Deferred::ResourceConfigUnknown);
///     }
/// }
///
/// let config = Value::object([("server", Value::Unknown)]);
/// modify_plan(&PlanRequest { prior: None, config, context: Context::default() });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deferred {
    /// The configuration of the resource is not known enough.
    ResourceConfigUnknown,
    /// The configuration of the provider is not known enough.
    ProviderConfigUnknown,
    /// Something that the resource needs does not exist yet.
    AbsentPrerequisite,
}

/// The deferral of one call, set at most once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Deferral(Arc<OnceLock<Deferred>>);

impl Deferral {
    pub(crate) fn set(&self, reason: Deferred) {
        // The first reason is as good as a later one.
        let _ = self.0.set(reason);
    }

    /// The reason, if the call was put off and Terraform allows that. Otherwise an error explains what to do.
    pub(crate) fn taken(&self, allowed: bool, diagnostics: &mut Diagnostics) -> Option<Deferred> {
        let reason = *self.0.get()?;
        if allowed {
            return Some(reason);
        }
        if !diagnostics.has_errors() {
            diagnostics.push(not_allowed(reason));
        }
        None
    }
}

fn not_allowed(reason: Deferred) -> Diagnostic {
    let why = match reason {
        Deferred::ResourceConfigUnknown => "an argument of this resource is not known yet",
        Deferred::ProviderConfigUnknown => "the configuration of the provider is not known yet",
        Deferred::AbsentPrerequisite => "something that it needs does not exist yet",
    };
    Diagnostic::error(
        "Not possible in this run",
        format!(
            "The provider must put this off to a later run, because {why}. This Terraform does not allow that: apply \
             what it depends on first with `-target`, or use a Terraform that supports `-allow-deferral`."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::{Deferral, Deferred};
    use crate::Diagnostics;

    #[test]
    fn a_deferral_that_is_not_allowed_is_an_error() {
        let (deferral, mut diagnostics) = (Deferral::default(), Diagnostics::new());
        assert_eq!(deferral.taken(false, &mut diagnostics), None);
        assert!(diagnostics.is_empty());
        deferral.set(Deferred::AbsentPrerequisite);
        assert_eq!(deferral.taken(true, &mut diagnostics), Some(Deferred::AbsentPrerequisite));
        assert!(diagnostics.is_empty());
        assert_eq!(deferral.taken(false, &mut diagnostics), None);
        assert!(diagnostics.has_errors());
    }
}
