//! Names under which the world finds the app: alias records that lead to its load balancer.

use provider_framework::Arguments;
use serde::Deserialize;

use super::super::names::Identity;
use super::super::problem::Problems;

/// Longest name and longest part of one (RFC 1035).
const LONGEST_NAME: usize = 253;
const LONGEST_LABEL: usize = 63;

/// A DNS name of the app: an alias record in Route 53 that leads to its load balancer. A record of this name that
/// leads elsewhere stops the run before anything is changed, unless `overwrite` is set. It is deleted with the app
/// only while it leads to the app's load balancer.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
#[arguments(key(name = "Full name of the record, such as `checkout.example.com`."))]
pub(crate) struct DnsConfig {
    /// Id of the hosted zone.
    #[argument(required, example = "data.aws_route53_zone.shop.zone_id")]
    pub(crate) zone_id: Option<String>,
    /// Share of the name, relative to other records of the same name, 0 to 255. Without it the record is the only one
    /// of its name.
    pub(crate) weight: Option<i64>,
    /// Identifier that distinguishes weighted records of the same name. Default: `environment/name` of the app.
    pub(crate) set_identifier: Option<String>,
    /// Whether DNS leaves the record out while nothing behind the load balancer is healthy. Default: true.
    pub(crate) evaluate_target_health: Option<bool>,
    /// Whether a record of this name that leads elsewhere is taken over. Default: false.
    pub(crate) overwrite: Option<bool>,
    /// Whether to create a record for IPv6 as well, for a load balancer with both kinds of addresses. Default: false.
    pub(crate) ipv6: Option<bool>,
}

/// `dns { … }`, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DnsRecord {
    pub(crate) zone_id: String,
    /// Lower case, without the dot at its end.
    pub(crate) name: String,
    /// `None` for a simple record, which is the only one of its name.
    pub(crate) weighted: Option<Weighted>,
    pub(crate) evaluate_target_health: bool,
    /// Whether a record that leads elsewhere is taken over.
    pub(crate) overwrite: bool,
    /// Types of the records that are made.
    pub(crate) kinds: Vec<&'static str>,
}

/// One of several records of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Weighted {
    pub(crate) set_identifier: String,
    pub(crate) weight: u8,
}

impl DnsRecord {
    /// Resolves `dns { … }`.
    pub(super) fn resolve(
        label: &str,
        config: &DnsConfig,
        identity: &Identity,
        problems: &mut Problems,
    ) -> Self {
        let name = label.trim_end_matches('.').to_lowercase();
        if !is_name(&name) {
            problems.error(
                &format!("dns[{label:?}]"),
                format!("`{label}` is not a full DNS name"),
                "Write the whole name, such as \"checkout.example.com\" or \"*.checkout.example.com\".",
            );
        }
        let zone_id = config.zone_id.clone().unwrap_or_default();
        let zone_id = zone_id.strip_prefix("/hostedzone/").unwrap_or(&zone_id).to_owned();
        if config.zone_id.is_some() && !is_zone_id(&zone_id) {
            problems.error(
                &format!("dns[{label:?}].zone_id"),
                format!("`{zone_id}` is not a valid id of a hosted zone"),
                "Route 53 gives zones ids such as `Z0123456789ABCDEFGHIJ`.",
            );
        }
        Self {
            zone_id,
            weighted: resolve_weight(label, config, identity, problems),
            overwrite: config.overwrite.unwrap_or(false),
            evaluate_target_health: config.evaluate_target_health.unwrap_or(true),
            kinds: if config.ipv6.unwrap_or(false) { vec!["A", "AAAA"] } else { vec!["A"] },
            name,
        }
    }
}

fn resolve_weight(
    label: &str,
    config: &DnsConfig,
    identity: &Identity,
    problems: &mut Problems,
) -> Option<Weighted> {
    let Some(weight) = config.weight else {
        if config.set_identifier.is_some() {
            problems.error(
                &format!("dns[{label:?}].set_identifier"),
                "A set identifier without a weight",
                "It distinguishes weighted records of the same name. Set `weight`, or remove `set_identifier`.",
            );
        }
        return None;
    };
    if !(0..=255).contains(&weight) {
        problems.error(
            &format!("dns[{label:?}].weight"),
            format!("{weight} is out of range"),
            "Route 53 takes 0 to 255. Weights are relative to those of the other records of this name.",
        );
    }
    let set_identifier = config.set_identifier.clone().unwrap_or_else(|| identity.id());
    if !(1..=128).contains(&set_identifier.chars().count()) {
        problems.error(
            &format!("dns[{label:?}].set_identifier"),
            "The set identifier is empty or too long",
            "Route 53 takes 1 to 128 characters.",
        );
    }
    Some(Weighted { set_identifier, weight: u8::try_from(weight).unwrap_or_default() })
}

fn is_name(name: &str) -> bool {
    let plain = name.strip_prefix("*.").unwrap_or(name);
    let label = |label: &str| {
        (1..=LONGEST_LABEL).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= LONGEST_NAME && plain.contains('.') && plain.split('.').all(label)
}

fn is_zone_id(id: &str) -> bool {
    (1..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_whole() {
        for good in ["a.example.com", "*.a.example.com", "_x.example.com"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "example", "a..com", "-a.com", "a.*.com", "a b.com"] {
            assert!(!is_name(bad), "{bad}");
        }
    }

    #[test]
    fn a_weighted_record_is_told_apart_by_the_app() {
        let identity = Identity { app: "checkout".into(), environment: "prod".into() };
        let config =
            DnsConfig { zone_id: Some("/hostedzone/Z1".into()), weight: Some(9), ..DnsConfig::default() };
        let mut problems = Problems::default();
        let record = DnsRecord::resolve("A.Example.com.", &config, &identity, &mut problems);
        assert!(problems.0.is_empty(), "{problems:?}");
        assert_eq!((record.name.as_str(), record.zone_id.as_str()), ("a.example.com", "Z1"));
        assert_eq!(record.weighted, Some(Weighted { set_identifier: "prod/checkout".into(), weight: 9 }));
    }
}
