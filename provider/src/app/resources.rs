//! What a pod of the app may use.

use std::collections::BTreeMap;

use ipsy_post_renderer::Quantity;
use ipsy_post_renderer::configuration::Quantities;
use provider_framework::{Arguments, Problem, Value};
use serde::Deserialize;

use super::exceptions::Exceptions;
use super::explain::{Explanations, Source};
use super::problem::Problems;
use super::profile::Profile;
use super::resource_bounds;
use super::standards::AppStandards;

/// What a pod may use, in Kubernetes' quantities. What is missing comes from the standards.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct ResourcesConfig {
    /// CPU that is reserved.
    #[argument(example = "\"250m\"", check = quantity)]
    pub(crate) cpu_request: Option<String>,
    /// CPU at which the container is throttled. Default: none.
    #[argument(check = quantity)]
    pub(crate) cpu_limit: Option<String>,
    /// Memory, both reserved and the limit.
    #[argument(example = "\"1Gi\"", check = quantity)]
    pub(crate) memory: Option<String>,
    /// Memory that is reserved, where it is less than the limit.
    #[argument(check = quantity)]
    pub(crate) memory_request: Option<String>,
    /// Local disk, both reserved and the limit.
    #[argument(check = quantity)]
    pub(crate) ephemeral_storage: Option<String>,
}

/// Requests and limits of the app's container, keyed as Kubernetes keys them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Resources {
    pub(crate) requests: BTreeMap<String, String>,
    pub(crate) limits: BTreeMap<String, String>,
}

/// Default quantities of the standards, the name of their list, and the resource.
type Standard<'s> = (&'s Quantities, &'s str, &'s str);

impl Resources {
    /// Resolves `resources { … }`: the app's word, then the standards', then the runtime's.
    pub(crate) fn resolve(
        config: Option<&ResourcesConfig>,
        runtime: &Profile,
        standards: &AppStandards<'_>,
        exceptions: &Exceptions,
        explanations: &mut Explanations,
        problems: &mut Problems,
    ) -> Self {
        let none = ResourcesConfig::default();
        let config = config.unwrap_or(&none);
        let defaults = &standards.resources.defaults;
        let mut pick =
            |field: &str, own: Option<&String>, standard: Standard<'_>, last: Option<(&str, Source)>| {
                let (quantities, list, name) = standard;
                let (value, source) = match (own, quantities.get(name), last) {
                    (Some(value), _, _) => (value.clone(), Source::Argument),
                    (None, Some(value), _) => {
                        (value.to_string(), standards.field(&format!("resources.defaults.{list}.{name}")))
                    }
                    (None, None, Some((value, source))) => (value.to_owned(), source),
                    (None, None, None) => return None,
                };
                explanations.note(field, value.as_str(), &source);
                Some(value)
            };
        let mut resources = Self::default();
        let cpu = pick(
            "resources.cpu_request",
            config.cpu_request.as_ref(),
            (&defaults.requests, "requests", "cpu"),
            Some(("100m", Source::Default)),
        );
        let cpu_limit =
            pick("resources.cpu_limit", config.cpu_limit.as_ref(), (&defaults.limits, "limits", "cpu"), None);
        let memory = pick(
            "resources.memory",
            config.memory.as_ref(),
            (&defaults.limits, "limits", "memory"),
            Some((&runtime.memory(), runtime.source("memory", standards))),
        );
        // Memory can't be taken back from a process: a request below the limit invites the node to kill it.
        let memory_request = config.memory_request.clone().or_else(|| memory.clone());
        let storage = pick(
            "resources.ephemeral_storage",
            config.ephemeral_storage.as_ref(),
            (&defaults.limits, "limits", "ephemeral-storage"),
            None,
        );
        for (name, request, limit) in [
            ("cpu", cpu, cpu_limit),
            ("memory", memory_request, memory),
            ("ephemeral-storage", storage.clone(), storage),
        ] {
            if let Some(request) = request {
                resources.requests.insert(name.to_owned(), request);
            }
            if let Some(limit) = limit {
                resources.limits.insert(name.to_owned(), limit);
            }
        }
        resources.check_order(problems);
        let argument = |list: &str, name: &str| match (list, name, &config.memory_request) {
            ("requests", "memory", Some(_)) => "resources.memory_request".to_owned(),
            _ => argument(list, name).to_owned(),
        };
        let Self { requests, limits } = &resources;
        resource_bounds::check(requests, limits, &argument, standards, exceptions, problems);
        resources
    }

    /// The memory limit in bytes, where it is a quantity.
    pub(crate) fn memory_bytes(&self) -> Option<u64> {
        let quantity = Quantity::parse(self.limits.get("memory")?).ok()?;
        u64::try_from(quantity.nano() / 1_000_000_000).ok()
    }

    /// Kubernetes refuses a pod whose request is above its limit.
    fn check_order(&self, problems: &mut Problems) {
        for (name, request) in &self.requests {
            let Some(limit) = self.limits.get(name) else { continue };
            let (Ok(request_value), Ok(limit_value)) = (Quantity::parse(request), Quantity::parse(limit))
            else {
                continue;
            };
            if request_value > limit_value {
                problems.error(
                    "resources",
                    format!("The {name} request is above its limit"),
                    format!(
                        "{request} is requested, but the limit is {limit}: Kubernetes refuses such a pod."
                    ),
                );
            }
        }
    }
}

/// The argument that a request or limit is written in.
fn argument(list: &str, name: &str) -> &'static str {
    match (list, name) {
        ("requests", "cpu") => "resources.cpu_request",
        (_, "cpu") => "resources.cpu_limit",
        (_, "memory") => "resources.memory",
        _ => "resources.ephemeral_storage",
    }
}

/// A Kubernetes quantity that is not negative.
pub(crate) fn quantity(value: &Value) -> Result<(), Problem> {
    let text = value.as_str().unwrap_or_default();
    match Quantity::parse(text) {
        Err(error) => Err(Problem::new(format!("`{text}` is not a valid quantity"), format!("{error}."))),
        Ok(quantity) if quantity.is_negative() => {
            Err(Problem::new(format!("`{text}` is below zero"), "A container can't use less than nothing."))
        }
        Ok(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
