//! The calls of a step, each checked against Terraform's rules.

use std::sync::Arc;

use proto::tfplugin5 as tf;

use super::{Failure, Harness, Managed, Planned, apply_rules, config_rules, plan_rules};
use crate::{
    Context, Diagnostic, Diagnostics, Path, Resource, Value,
    plan::walk,
    registry::{Entry, Typed},
    server::{self, call::Call},
    wire,
};

impl Harness {
    pub(super) fn call(&self) -> Call {
        let context = Context { configured: self.registry.configured.clone(), ..Context::default() };
        Call { registry: Arc::clone(&self.registry), context }
    }

    pub(super) fn validate(&self, type_name: &str, config: &Value) -> Result<(), Failure> {
        let typed = self.registry.resource(type_name)?.typed();
        accepted(typed, config)?;
        let request = tf::validate_resource_type_config::Request {
            type_name: type_name.to_owned(),
            config: Some(wire::values::write(config.clone(), &typed.of, "configuration")?),
            client_capabilities: Some(capabilities()),
        };
        succeeded(server::validate::resource(self.call(), &request)?.diagnostics)
    }

    pub(super) async fn plan_of(
        &self,
        type_name: &str,
        before: Option<&Managed>,
        config: &Value,
    ) -> Result<Planned, Failure> {
        let resource = self.registry.resource(type_name)?;
        let typed = resource.typed();
        let write = |value: Value| wire::values::write(value, &typed.of, "value").map(Some);
        let prior = before.map_or(Value::Null, |managed| managed.state.clone());
        let request = tf::plan_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: write(prior.clone())?,
            proposed_new_state: write(proposed(typed, &prior, config))?,
            config: write(config.clone())?,
            prior_private: before.map(|managed| managed.private.clone()).unwrap_or_default(),
            prior_identity: before.map(|managed| identity_of(resource, managed)).transpose()?.flatten(),
            client_capabilities: Some(capabilities()),
            provider_meta: None,
        };
        let response = server::plan::answer(self.call(), request).await?;
        succeeded(response.diagnostics)?;
        let state = wire::values::read_present(response.planned_state.as_ref(), &typed.of, "plan")?;
        let violations = plan_rules::violations(typed.schema.body(), &state, config, &prior);
        if !violations.is_empty() {
            return Err(Failure::Refused("plan", violations));
        }
        let paths = response.requires_replace.iter().map(wire::diagnostics::path_from_wire);
        Ok(Planned {
            state,
            requires_replace: paths.map(|path: Path| path.to_string()).collect(),
            private: response.planned_private,
            identity: response.planned_identity,
        })
    }

    pub(super) async fn apply(
        &self,
        type_name: &str,
        before: Option<&Managed>,
        planned: &Planned,
        config: &Value,
    ) -> Result<Managed, Failure> {
        let resource = self.registry.resource(type_name)?;
        let typed = resource.typed();
        let write = |value: Value| wire::values::write(value, &typed.of, "value").map(Some);
        let request = tf::apply_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: write(before.map_or(Value::Null, |managed| managed.state.clone()))?,
            planned_state: write(planned.state.clone())?,
            config: write(config.clone())?,
            planned_private: planned.private.clone(),
            planned_identity: planned.identity.clone(),
            provider_meta: None,
        };
        let response = server::apply::answer(self.call(), request).await?;
        succeeded(response.diagnostics)?;
        let state = wire::values::read_present(response.new_state.as_ref(), &typed.of, "state")?;
        let violations = apply_rules::violations(&planned.state, &state);
        if !violations.is_empty() {
            return Err(Failure::Refused("result", violations));
        }
        let identity = read_identity(resource, response.new_identity.as_ref())?;
        Ok(Managed { type_name: type_name.to_owned(), state, identity, private: response.private })
    }

    /// After an apply, nothing may be left to change.
    pub(super) async fn settled(&self, managed: &Managed, config: &Value) -> Result<(), Failure> {
        let mut now = managed.clone();
        if !self.refresh(&mut now).await? {
            let text = "the object is missing right after the apply".to_owned();
            return Err(Failure::Refused("result", vec![text]));
        }
        let planned = self.plan_of(&managed.type_name, Some(&now), config).await?;
        if planned.state == now.state {
            return Ok(());
        }
        let changes = apply_rules::violations(&planned.state, &now.state);
        Err(Failure::Refused("result: a plan right after it changes something", changes))
    }

    pub(super) async fn import_by(
        &self,
        request: tf::import_resource_state::Request,
    ) -> Result<Managed, Failure> {
        let type_name = request.type_name.clone();
        let resource = self.registry.resource(&type_name)?;
        let response = server::import::answer(self.call(), request).await?;
        succeeded(response.diagnostics)?;
        let Some(imported) = response.imported_resources.into_iter().next() else {
            return Err(Failure::Refused("import", vec!["no object was returned".to_owned()]));
        };
        let state = wire::values::read_present(imported.state.as_ref(), &resource.typed().of, "state")?;
        let identity = read_identity(resource, imported.identity.as_ref())?;
        let mut managed = Managed { type_name, state, identity, private: imported.private };
        if self.refresh(&mut managed).await? {
            Ok(managed)
        } else {
            let text = "Terraform cannot import an object that does not exist".to_owned();
            Err(Failure::Refused("import", vec![text]))
        }
    }
}

pub(super) fn capabilities() -> tf::ClientCapabilities {
    tf::ClientCapabilities { deferral_allowed: false, write_only_attributes_allowed: true }
}

/// Checks a configuration as Terraform does before it asks the provider.
pub(super) fn accepted(typed: &Typed, config: &Value) -> Result<(), Failure> {
    let violations = config_rules::violations(typed.schema.body(), config);
    if violations.is_empty() { Ok(()) } else { Err(Failure::Refused("configuration", violations)) }
}

/// What Terraform proposes: the configuration, with the prior values of computed attributes that it leaves out.
fn proposed(typed: &Typed, prior: &Value, config: &Value) -> Value {
    let mut proposed = config.clone();
    walk(typed.schema.body(), &mut proposed, config, prior, &mut |attribute, value, config, prior| {
        if attribute.is_computed() && config.is_null() {
            *value = prior.cloned().unwrap_or_default();
        }
    });
    proposed
}

pub(super) fn succeeded(diagnostics: Vec<tf::Diagnostic>) -> Result<(), Failure> {
    let errors: Diagnostics = diagnostics
        .into_iter()
        .filter(|diagnostic| diagnostic.severity() == tf::diagnostic::Severity::Error)
        .map(|diagnostic| {
            let path = diagnostic.attribute.as_ref().map(wire::diagnostics::path_from_wire);
            Diagnostic { path, ..Diagnostic::error(diagnostic.summary, diagnostic.detail) }
        })
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
}

pub(super) fn identity_of(
    resource: &Entry<dyn Resource, Typed>,
    managed: &Managed,
) -> Result<Option<tf::ResourceIdentityData>, Diagnostic> {
    match &resource.typed().identity {
        Some(schema) if !managed.identity.is_null() => {
            wire::identities::written(managed.identity.clone(), &schema.of).map(Some)
        }
        _ => Ok(None),
    }
}

pub(super) fn read_identity(
    resource: &Entry<dyn Resource, Typed>,
    identity: Option<&tf::ResourceIdentityData>,
) -> Result<Value, Failure> {
    let Some(schema) = &resource.typed().identity else { return Ok(Value::Null) };
    let data = identity.and_then(|identity| identity.identity_data.as_ref());
    let identity = wire::values::read(data, &schema.of, "identity")?;
    if identity.is_wholly_known() {
        Ok(identity)
    } else {
        Err(Failure::Refused("identity", vec!["parts of it are unknown after the apply".to_owned()]))
    }
}
