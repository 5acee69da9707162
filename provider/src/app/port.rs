//! The ports of the app's container.

use std::collections::BTreeMap;

use provider_framework::Arguments;
use serde::Deserialize;

use super::arguments::AppConfig;
use super::names::is_dns_label;
use super::problem::Problems;

/// A port of the container.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
#[arguments(key(name = "Name of the port, such as `http`."))]
pub(crate) struct PortConfig {
    /// Its number.
    #[argument(required, example = "8080")]
    pub(crate) port: Option<i64>,
    /// `TCP`, `UDP` or `SCTP`. Default: `TCP`.
    pub(crate) protocol: Option<String>,
}

/// A port of the app's container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Port {
    pub(crate) number: i64,
    /// `TCP`, `UDP` or `SCTP`.
    pub(crate) protocol: String,
}

/// Resolves `port { … }` blocks.
pub(super) fn resolve_ports(config: &AppConfig, problems: &mut Problems) -> BTreeMap<String, Port> {
    let mut ports = BTreeMap::new();
    for (name, port) in &config.port {
        // Kubernetes' IANA_SVC_NAME: container port names are shorter than other labels.
        if !is_dns_label(name) || name.len() > 15 || !name.bytes().any(|byte| byte.is_ascii_lowercase()) {
            problems.error(
                &format!("port[{name:?}]"),
                format!("`{name}` is not a valid port name"),
                "Kubernetes takes at most 15 lower-case letters, digits and `-`, with at least one letter.",
            );
        }
        let number = port.port.unwrap_or(1);
        if !(1..=65_535).contains(&number) {
            problems.error(
                &format!("port[{name:?}].port"),
                format!("{number} is not a valid port"),
                "Ports run from 1 to 65535.",
            );
        }
        let protocol = port.protocol.clone().unwrap_or_else(|| "TCP".to_owned());
        if !["TCP", "UDP", "SCTP"].contains(&protocol.as_str()) {
            problems.error(
                &format!("port[{name:?}].protocol"),
                format!("`{protocol}` is not a valid protocol"),
                "Use \"TCP\", \"UDP\" or \"SCTP\".",
            );
        }
        ports.insert(name.clone(), Port { number, protocol });
    }
    ports
}
