//! What a resource returned, made fit for Terraform's state.

use proto::tfplugin5 as tf;

use crate::{Diagnostic, Diagnostics, Value, plan::keep_prior_forms, registry::Typed, wire};

impl Typed {
    /// Writes a state. A state holds no unknowns and no write-only values, and where a value means the same as
    /// `before`, it keeps that form, or Terraform would call it drift or an inconsistent result.
    ///
    /// What cannot be saved is told, and as much as possible is saved nevertheless: an object that Terraform
    /// does not know of is worse than one with a null too many.
    pub(super) fn state_to_wire(
        &self,
        state: Value,
        before: &Value,
        diagnostics: &mut Diagnostics,
    ) -> Option<tf::DynamicValue> {
        let state = self.state_to_save(state, before, diagnostics)?;
        self.saved(state, diagnostics)
    }

    /// The bytes of a state of [`Typed::state_to_save`].
    pub(super) fn saved(&self, state: Value, diagnostics: &mut Diagnostics) -> Option<tf::DynamicValue> {
        diagnostics.take(wire::values::write(state, &self.of, "state"))
    }

    /// The state of [`Typed::state_to_wire`] before it is written.
    pub(super) fn state_to_save(
        &self,
        state: Value,
        before: &Value,
        diagnostics: &mut Diagnostics,
    ) -> Option<Value> {
        let state = match state.conform(&self.of) {
            Ok(state) => state,
            Err(misfit) => {
                let bug = Diagnostic::bug(format!("The state that it returned is wrong: {misfit}."));
                diagnostics.push(bug.at(misfit.path));
                return None;
            }
        };
        let mut state = self.finished(state, before);
        let unknown = state.unknown_paths();
        if !unknown.is_empty() {
            if !diagnostics.has_errors() {
                let names: Vec<String> = unknown.iter().map(|path| format!("`{path}`")).collect();
                let detail = format!("After apply it still did not know {}.", names.join(", "));
                diagnostics.push(Diagnostic::bug(detail));
            }
            for path in &unknown {
                let nothing = match state.at(path) {
                    Some(Value::Set(_)) => known_elements(state.at(path)),
                    _ => Value::Null,
                };
                state.set(path, nothing);
            }
            self.schema.body().fill_blocks(&mut state);
        }
        Some(state)
    }

    fn finished(&self, mut state: Value, before: &Value) -> Value {
        self.schema.body().fill_blocks(&mut state);
        self.schema.body().clear_write_only(&mut state);
        keep_prior_forms(&self.schema, before, &mut state);
        state
    }
}

fn known_elements(set: Option<&Value>) -> Value {
    let elements = set.and_then(Value::as_list).unwrap_or_default();
    Value::Set(elements.iter().filter(|it| it.is_wholly_known()).cloned().collect())
}
