//! Which requests a listener rule takes: each kind of condition must be met, by any of its values.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use provider_framework::Arguments;
use serde::Deserialize;

use super::super::problem::Problems;
use super::load_balancer::LoadBalancerConfig;

/// Most values in all conditions of a rule together (a quota of ELB).
const MOST_VALUES: usize = 5;
/// Longest pattern of a host, path, header or query string (`ELBv2 RuleCondition`).
const LONGEST_PATTERN: usize = 128;
/// Longest name of a header or method.
const LONGEST_NAME: usize = 40;
/// The label of a `query_string` block whose values may stand under any key.
const ANY_KEY: &str = "*";

/// A header of the requests that lead to the app.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
#[arguments(key(name = "Name of the header."))]
pub(crate) struct HeaderConfig {
    /// What it may hold; `*` and `?` are wildcards.
    #[argument(required, example = "[\"1\"]")]
    pub(crate) values: Option<Vec<String>>,
}

/// A key of the query string of the requests that lead to the app.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
#[arguments(key(name = "The key; `*` stands for any key."))]
pub(crate) struct QueryStringConfig {
    /// What it may hold; `*` and `?` are wildcards.
    #[argument(required, example = "[\"v2\"]")]
    pub(crate) values: Option<Vec<String>>,
}

/// The conditions of a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Conditions {
    pub(crate) hosts: BTreeSet<String>,
    pub(crate) paths: BTreeSet<String>,
    pub(crate) methods: BTreeSet<String>,
    pub(crate) source_ips: BTreeSet<String>,
    /// By the header's name.
    pub(crate) headers: BTreeMap<String, BTreeSet<String>>,
    /// By the key; `*` stands for any.
    pub(crate) query_strings: BTreeMap<String, BTreeSet<String>>,
}

/// The values of blocks by name, as they are written.
type Blocks<'c> = BTreeMap<&'c String, &'c Option<Vec<String>>>;

impl Conditions {
    /// Resolves and checks the conditions of `load_balancer { … }`.
    pub(super) fn resolve(config: &LoadBalancerConfig, problems: &mut Problems) -> Self {
        let set = |values: &Option<Vec<String>>| values.iter().flatten().cloned().collect();
        let headers: Blocks<'_> = config.header.iter().map(|(name, block)| (name, &block.values)).collect();
        let query_strings: Blocks<'_> =
            config.query_string.iter().map(|(name, block)| (name, &block.values)).collect();
        let sets = |blocks: &Blocks<'_>| {
            blocks.iter().map(|(name, values)| ((*name).clone(), set(values))).collect()
        };
        check_each("hosts", config.hosts.as_deref(), host_problem, problems);
        check_each("paths", config.paths.as_deref(), path_problem, problems);
        check_each("methods", config.methods.as_deref(), method_problem, problems);
        check_each("source_ips", config.source_ips.as_deref(), source_ip_problem, problems);
        for name in config.header.keys() {
            if let Some(problem) = header_problem(name) {
                problems.error(
                    &format!("load_balancer.header[{name:?}]"),
                    format!("`{name}` is not a header that a rule can match"),
                    problem,
                );
            }
        }
        for (kind, blocks) in [("header", &headers), ("query_string", &query_strings)] {
            for (name, values) in blocks {
                check_each(&format!("{kind}[{name:?}].values"), values.as_deref(), pattern_problem, problems);
            }
        }
        let conditions = Self {
            hosts: set(&config.hosts),
            paths: set(&config.paths),
            methods: set(&config.methods),
            source_ips: set(&config.source_ips),
            headers: sets(&headers),
            query_strings: sets(&query_strings),
        };
        let count = conditions.count();
        if count > MOST_VALUES {
            problems.error(
                "load_balancer",
                format!("{count} values in the conditions"),
                format!(
                    "AWS takes at most {MOST_VALUES} in all conditions of one rule together. Use wildcards (`*`, \
                     `?`), or split the app's hosts and paths over several apps."
                ),
            );
        }
        conditions
    }

    /// How many values there are in all.
    fn count(&self) -> usize {
        let lists = [&self.hosts, &self.paths, &self.methods, &self.source_ips];
        lists
            .into_iter()
            .chain(self.headers.values())
            .chain(self.query_strings.values())
            .map(BTreeSet::len)
            .sum()
    }

    /// The key that AWS is told for the label of a `query_string` block.
    pub(crate) fn query_key(label: &str) -> Option<&str> {
        Some(label).filter(|label| *label != ANY_KEY)
    }

    /// The label of the block for a query string of AWS.
    pub(crate) fn query_label(key: Option<&str>) -> &str {
        key.unwrap_or(ANY_KEY)
    }

    /// What can only be judged where nothing is unknown.
    pub(super) fn check_whole(&self, problems: &mut Problems) {
        for (kind, blocks) in [("header", &self.headers), ("query_string", &self.query_strings)] {
            for (name, _) in blocks.iter().filter(|(_, values)| values.is_empty()) {
                problems.error(
                    &format!("load_balancer.{kind}[{name:?}].values"),
                    "A condition without values",
                    "No request could meet it. List what the request may hold.",
                );
            }
        }
        if self.count() == 0 {
            problems.error(
                "load_balancer",
                "A listener rule needs a condition",
                "Set `hosts`, `paths` or another condition: a rule without one would take every request of the \
                 listener.",
            );
        }
    }
}

fn check_each(
    place: &str,
    values: Option<&[String]>,
    problem: fn(&str) -> Option<String>,
    problems: &mut Problems,
) {
    for (index, value) in values.into_iter().flatten().enumerate() {
        if let Some(detail) = problem(value) {
            problems.error(
                &format!("load_balancer.{place}[{index}]"),
                format!("`{value}` would never match"),
                detail,
            );
        }
    }
}

fn pattern_problem(value: &str) -> Option<String> {
    let fits = (1..=LONGEST_PATTERN).contains(&value.chars().count());
    (!fits).then(|| format!("AWS takes 1 to {LONGEST_PATTERN} characters, with `*` and `?` as wildcards."))
}

fn host_problem(host: &str) -> Option<String> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-.*?".contains(&byte);
    if host.bytes().all(known) {
        return pattern_problem(host);
    }
    Some(
        "A host name holds letters, digits, `-` and `.`, with `*` and `?` as wildcards: no port, no path."
            .to_owned(),
    )
}

fn path_problem(path: &str) -> Option<String> {
    if !path.starts_with(['/', '*']) {
        return Some("A path begins with `/`; write `/api/*` for all that is below `/api/`.".to_owned());
    }
    let known = |byte: u8| byte.is_ascii_alphanumeric() || br#"_-.$/~"'@:+&*?"#.contains(&byte);
    if path.bytes().all(known) {
        return pattern_problem(path);
    }
    Some(
        "AWS compares the path alone, as it is sent: letters, digits and `_-.$/~\"'@:+&`, with `*` and `?` as \
         wildcards. What follows the `?` of a URL belongs into `query_string`."
            .to_owned(),
    )
}

fn method_problem(method: &str) -> Option<String> {
    let known = |byte: u8| byte.is_ascii_uppercase() || byte == b'-' || byte == b'_';
    let fits = (1..=LONGEST_NAME).contains(&method.len()) && method.bytes().all(known);
    (!fits).then(|| {
        format!(
            "Methods are compared as they are: at most {LONGEST_NAME} of `A-Z`, `-` and `_`, such as \"GET\"."
        )
    })
}

fn source_ip_problem(range: &str) -> Option<String> {
    let fits = range.split_once('/').is_some_and(|(address, length)| {
        let length: Option<u8> = length.parse().ok();
        match (address.parse(), length) {
            (Ok(IpAddr::V4(_)), Some(length)) => length <= 32,
            (Ok(IpAddr::V6(_)), Some(length)) => length <= 128,
            _ => false,
        }
    });
    (!fits).then(|| {
        "Write a range of addresses as \"192.0.2.0/24\", and a single one as \"192.0.2.1/32\".".to_owned()
    })
}

fn header_problem(name: &str) -> Option<String> {
    if name.eq_ignore_ascii_case("host") {
        return Some("AWS takes host names in `hosts` only.".to_owned());
    }
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let fits = (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(known);
    (!fits).then(|| {
        format!("The name of a header has at most {LONGEST_NAME} characters and no wildcards or spaces.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_would_refuse_is_refused() {
        for (problem, good, bad) in [
            (host_problem as fn(&str) -> Option<String>, "*.example.com", "a.example.com:443"),
            (path_problem, "/a?c/*", "/a b"),
            (path_problem, "*.png", "api"),
            (method_problem, "GET", "get"),
            (source_ip_problem, "2001:db8::/32", "192.0.2.1"),
            (source_ip_problem, "192.0.2.0/24", "192.0.2.0/33"),
            (header_problem, "X-Beta", "Host"),
            (header_problem, "X-Beta", "X Beta"),
            (pattern_problem, "a", ""),
        ] {
            assert_eq!(problem(good), None, "{good}");
            assert!(problem(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn values_are_counted_over_all_conditions() {
        let config: LoadBalancerConfig = serde_json::from_value(serde_json::json!({
            "hosts": ["a.example.com", "b.example.com"],
            "paths": ["/a/*"],
            "methods": ["GET"],
            "header": { "X-Beta": { "values": ["1", "2"] } },
        }))
        .unwrap();
        let mut problems = Problems::default();
        Conditions::resolve(&config, &mut problems);
        assert_eq!(problems.0.len(), 1, "{problems:?}");
        assert!(problems.0[0].summary.contains('6'), "{problems:?}");
    }
}
