//! The health check that both the load balancer and the pods' probes use.

use provider_framework::Arguments;
use serde::Deserialize;

use super::super::arguments::AppConfig;
use super::super::problem::Problems;
use super::in_range;

/// How it is seen that the app is well: by its probes in Kubernetes and by the load balancer.
#[derive(Debug, Clone, Default, Deserialize, Arguments)]
#[serde(default)]
pub(crate) struct HealthCheckConfig {
    /// Path that answers with a good code. Default: the probes only open the port.
    #[argument(example = "\"/healthz\"")]
    pub(crate) path: Option<String>,
    /// Name of the port. Default: `http`, or the first by name.
    pub(crate) port: Option<String>,
    /// Codes that are good for the load balancer. Default: `200-399`.
    pub(crate) matcher: Option<String>,
    /// Seconds between checks of the load balancer. Default: 10.
    pub(crate) interval_seconds: Option<i64>,
    /// Seconds to wait for an answer. Default: 5.
    pub(crate) timeout_seconds: Option<i64>,
    /// Successes in a row that make a target healthy. Default: 2.
    pub(crate) healthy_threshold: Option<i64>,
    /// Failures in a row that make it unhealthy. Default: 3.
    pub(crate) unhealthy_threshold: Option<i64>,
}

/// `health_check { … }`, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HealthCheck {
    /// `None` probes the port alone; a load balancer then asks for `/`.
    pub(crate) path: Option<String>,
    /// Name of the app's port.
    pub(crate) port: String,
    /// Codes that count as healthy: of HTTP, or of gRPC where the load balancer speaks it.
    pub(crate) matcher: String,
    pub(crate) interval_seconds: i64,
    pub(crate) timeout_seconds: i64,
    pub(crate) healthy_threshold: i64,
    pub(crate) unhealthy_threshold: i64,
}

impl HealthCheck {
    /// Resolves `health_check { … }`; `protocol_version` is that of the load balancer's requests.
    pub(super) fn resolve(
        config: &AppConfig,
        first_port: &str,
        protocol_version: &str,
        problems: &mut Problems,
    ) -> Self {
        let none = HealthCheckConfig::default();
        let given = config.health_check.as_ref().unwrap_or(&none);
        if let Some(path) = given.path.as_ref().filter(|path| !path.starts_with('/')) {
            problems.error(
                "health_check.path",
                format!("`{path}` is not a valid path"),
                "It begins with `/`.",
            );
        }
        let mut range = |value: Option<i64>, default: i64, allowed, name: &str| {
            in_range(&format!("health_check.{name}"), value, default, allowed, problems)
        };
        let check = Self {
            path: given.path.clone(),
            port: given.port.clone().unwrap_or_else(|| first_port.to_owned()),
            matcher: given.matcher.clone().unwrap_or_else(|| default_matcher(protocol_version).to_owned()),
            interval_seconds: range(given.interval_seconds, 10, 5..=300, "interval_seconds"),
            timeout_seconds: range(given.timeout_seconds, 5, 2..=120, "timeout_seconds"),
            healthy_threshold: range(given.healthy_threshold, 2, 2..=10, "healthy_threshold"),
            unhealthy_threshold: range(given.unhealthy_threshold, 3, 2..=10, "unhealthy_threshold"),
        };
        check.check(protocol_version, problems);
        check
    }

    fn check(&self, protocol_version: &str, problems: &mut Problems) {
        if self.timeout_seconds >= self.interval_seconds {
            problems.error(
                "health_check.timeout_seconds",
                format!("A timeout of {} s every {} s", self.timeout_seconds, self.interval_seconds),
                "AWS wants the timeout to be shorter than the interval.",
            );
        }
        let (allowed, kind) = if protocol_version == "GRPC" { (0..=99, "gRPC") } else { (200..=499, "HTTP") };
        if !is_matcher(&self.matcher, &allowed) {
            problems.error(
                "health_check.matcher",
                format!("`{}` names no {kind} codes", self.matcher),
                format!(
                    "Write one code, a list or a range from {} to {}: \"{2}\", \"{2},{3}\" or \"{2}-{3}\".",
                    allowed.start(),
                    allowed.end(),
                    allowed.start(),
                    allowed.start() + 12,
                ),
            );
        }
    }
}

fn default_matcher(protocol_version: &str) -> &'static str {
    if protocol_version == "GRPC" { "0" } else { "200-399" }
}

/// Whether `text` is a list of codes and ranges of codes within `allowed`.
fn is_matcher(text: &str, allowed: &std::ops::RangeInclusive<u16>) -> bool {
    let code = |text: &str| text.parse::<u16>().ok().filter(|code| allowed.contains(code));
    text.split(',').all(|part| match part.split_once('-') {
        Some((from, to)) => matches!((code(from), code(to)), (Some(from), Some(to)) if from <= to),
        None => code(part).is_some(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matchers_are_codes_lists_and_ranges() {
        for good in ["200", "200,302", "200-399", "200-299,404"] {
            assert!(is_matcher(good, &(200..=499)), "{good}");
        }
        for bad in ["", "ok", "99", "500", "399-200", "200-", "200;201"] {
            assert!(!is_matcher(bad, &(200..=499)), "{bad}");
        }
        assert!(is_matcher("0-12", &(0..=99)));
    }
}
