//! Secrets of the app: references that are followed in the cluster, never the values.

use std::collections::BTreeMap;

use provider_framework::Arguments;
use serde::Deserialize;

use super::arguments::AppConfig;
use super::problem::Problems;

/// An environment variable whose value is fetched in the cluster, by External Secrets or as set by `secret_delivery`.
/// Terraform never sees it.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
#[arguments(key(name = "Name of the environment variable."))]
pub(crate) struct SecretConfig {
    /// Name of the SSM parameter that holds it.
    pub(crate) ssm_parameter: Option<String>,
    /// Name of the Secrets Manager secret that holds it.
    pub(crate) secrets_manager_secret: Option<String>,
    /// Name of a Secret in the app's namespace that holds it, under the key `property`.
    pub(crate) kubernetes_secret: Option<String>,
    /// Member of the secret, where it is a JSON object; key of a Kubernetes Secret.
    pub(crate) property: Option<String>,
}

/// A reference to a secret: never its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Secret {
    /// `parameterStore`, `secretsManager` or `kubernetes`.
    pub(crate) provider: &'static str,
    pub(crate) key: String,
    /// A member of the secret's JSON.
    pub(crate) property: Option<String>,
}

/// Resolves `secret { … }` blocks. `complete` means that nothing in the configuration is unknown.
pub(super) fn resolve_secrets(
    config: &AppConfig,
    complete: bool,
    problems: &mut Problems,
) -> BTreeMap<String, Secret> {
    let mut secrets = BTreeMap::new();
    for (name, secret) in &config.secret {
        if config.env.iter().flatten().any(|(variable, _)| variable == name) {
            problems.error(
                &format!("secret[{name:?}]"),
                format!("`{name}` stands in `env` too"),
                "An environment variable has one value: keep the secret and remove it from `env`.",
            );
        }
        let SecretConfig { ssm_parameter, secrets_manager_secret, kubernetes_secret, property } = secret;
        let sources = [
            ("parameterStore", ssm_parameter),
            ("secretsManager", secrets_manager_secret),
            ("kubernetes", kubernetes_secret),
        ];
        let given: Vec<(&'static str, &String)> =
            sources.into_iter().filter_map(|(provider, key)| Some((provider, key.as_ref()?))).collect();
        let (provider, key) = match given.as_slice() {
            [(provider, key)] => (*provider, (*key).clone()),
            others => {
                if complete || !others.is_empty() {
                    problems.error(
                        &format!("secret[{name:?}]"),
                        "A secret has one source",
                        "Set one of `ssm_parameter`, `secrets_manager_secret` and `kubernetes_secret`.",
                    );
                }
                continue;
            }
        };
        if complete && provider == "kubernetes" && property.is_none() {
            problems.error(
                &format!("secret[{name:?}]"),
                "The key of the Kubernetes Secret is missing",
                format!("A Secret holds several values. Set `property` to the key that `{name}` gets."),
            );
        }
        secrets.insert(name.clone(), Secret { provider, key, property: property.clone() });
    }
    secrets
}
