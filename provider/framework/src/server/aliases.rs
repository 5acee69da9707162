//! Configurations of a provider that runs with `-debug`. Terraform starts one process for each alias; here they all
//! share one, which can be configured once only.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::{Diagnostic, Value};

/// Identifies a connection. Each alias has a connection of its own.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConnectionId(Arc<()>);

/// The configurations of the open connections.
#[derive(Debug, Default)]
pub(crate) struct Aliases(Mutex<Vec<(Weak<()>, Value)>>);

impl Aliases {
    /// Accepts the configuration of a connection, unless another open connection has a different one.
    pub(super) fn admit(&self, connection: &ConnectionId, config: &Value) -> Result<(), Diagnostic> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = Arc::downgrade(&connection.0);
        all.retain(|(other, _)| other.strong_count() > 0 && !other.ptr_eq(&own));
        if all.iter().any(|(_, other)| !may_be_same(other, config)) {
            return Err(Diagnostic::error(
                "Two provider configurations in one debugged process",
                "This provider runs with `-debug`, and Terraform uses it with a second, different configuration: an \
                 alias, or a `terraform test` with several. All of them share the one debugged process, so resources \
                 would be created with the wrong configuration. Debug with one provider block at a time, or unset \
                 TF_REATTACH_PROVIDERS so that Terraform starts one process for each.",
            ));
        }
        all.push((own, config.clone()));
        Ok(())
    }
}

/// Whether two configurations can be one, of which the plan does not know all that the apply knows.
fn may_be_same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Unknown, _) | (_, Value::Unknown) => true,
        (Value::Object(left), Value::Object(right)) | (Value::Map(left), Value::Map(right)) => {
            left.keys().eq(right.keys())
                && left.values().zip(right.values()).all(|(left, right)| may_be_same(left, right))
        }
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| may_be_same(left, right))
        }
        (Value::Set(_), Value::Set(_)) if !left.is_wholly_known() || !right.is_wholly_known() => true,
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use super::{Aliases, ConnectionId};
    use crate::Value;

    fn region(region: &str) -> Value {
        Value::object([("region", Value::from(region))])
    }

    #[test]
    fn a_second_configuration_is_refused_while_the_first_is_connected() {
        let (aliases, first, second) = (Aliases::default(), ConnectionId::default(), ConnectionId::default());
        aliases.admit(&first, &region("a")).unwrap();
        aliases.admit(&second, &region("a")).unwrap();
        assert!(aliases.admit(&second, &region("b")).is_err());
        drop(first);
        aliases.admit(&second, &region("b")).unwrap();
    }

    #[test]
    fn what_was_unknown_in_the_plan_may_be_anything_in_the_apply() {
        let (aliases, plan, apply) = (Aliases::default(), ConnectionId::default(), ConnectionId::default());
        aliases.admit(&plan, &Value::object([("region", Value::Unknown)])).unwrap();
        aliases.admit(&apply, &region("a")).unwrap();
    }
}
