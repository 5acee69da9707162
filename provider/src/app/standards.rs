//! The organisation's standards as one app meets them: the document with the overlay of the app's environment, and
//! where in it each value stands.

use std::ops::Deref;

use ipsy_post_renderer::configuration::Mode;
pub(crate) use ipsy_post_renderer::standards_document::{Standards, StandardsDocument};

use super::explain::Source;
use super::problem::Problems;

/// The standards of an app's environment.
pub(crate) struct AppStandards<'d> {
    document: &'d StandardsDocument,
    environment: Option<String>,
    standards: Standards,
}

impl<'d> AppStandards<'d> {
    /// The standards of an environment. One that the document does not list is an error.
    pub(crate) fn of(
        document: &'d StandardsDocument,
        environment: Option<&str>,
        problems: &mut Problems,
    ) -> Self {
        let found = document.of_environment(environment);
        let environment = environment.filter(|_| found.is_ok()).map(ToOwned::to_owned);
        let standards = found.unwrap_or_else(|findings| {
            for finding in findings {
                problems.error(
                    "environment",
                    capitalized(&finding.message),
                    finding.help.unwrap_or_default(),
                );
            }
            document.of_environment(None).unwrap_or_default()
        });
        Self { document, environment, standards }
    }

    /// How messages name these standards.
    pub(crate) fn title(&self) -> String {
        match &self.standards.version {
            Some(version) => format!("standards {version}"),
            None => "the standards".to_owned(),
        }
    }

    /// These standards with the place of a field: `standards 2026.11 (standards.yaml, line 12)`.
    pub(crate) fn source<'f>(&self, field: impl Into<Option<&'f str>>) -> String {
        let field: Option<&str> = field.into();
        match field.and_then(|field| self.document.place_of(self.environment.as_deref(), field)) {
            Some(place) => format!("{} ({place})", self.title()),
            None => self.title(),
        }
    }

    /// A field of these standards as the source of a setting.
    pub(crate) fn field(&self, field: &str) -> Source {
        let place = self.document.place_of(self.environment.as_deref(), field);
        Source::Standards(place.map_or_else(|| self.title(), |place| format!("{place}: {}", place.field)))
    }

    /// Whether the standards are still to be read: a name that they could define must not be refused.
    pub(crate) fn are_unread(&self) -> bool {
        self.document.is_unread()
    }

    /// The environments that the standards list.
    pub(crate) fn environments(&self) -> Vec<&str> {
        self.document.environments().collect()
    }
}

impl Deref for AppStandards<'_> {
    type Target = Standards;

    fn deref(&self) -> &Standards {
        &self.standards
    }
}

impl Problems {
    /// Reports that an app breaks a rule: an error or a warning, by the mode.
    pub(crate) fn breach(&mut self, mode: Mode, breach: Breach<'_>) {
        let Breach { rule, place, summary, wanted, fix } = breach;
        let detail = format!(
            "{} (rule `{rule}`). {fix}, or add an `exception` block with `rule = \"{rule}\"`, a reason, an owner and \
             a date.",
            capitalized(&wanted)
        );
        match mode {
            Mode::Enforce => self.error(place, summary, detail),
            Mode::Default | Mode::Warn => self.warning(place, summary, detail),
            Mode::Off => {}
        }
    }
}

/// A broken rule.
pub(crate) struct Breach<'b> {
    pub(crate) rule: &'b str,
    /// The attribute that breaks it.
    pub(crate) place: &'b str,
    pub(crate) summary: String,
    /// The requirement and its place, such as `standards 7 (standards.yaml, line 4) ask for …`.
    pub(crate) wanted: String,
    /// How to fix it without an exception.
    pub(crate) fix: String,
}

/// `text` with a capital first letter.
pub(crate) fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use ipsy_post_renderer::standards_document::PLAN_RULES;
    use serde_json::{Value, json};
    use time::macros::date;

    use super::*;
    use crate::app::arguments::AppConfig;
    use crate::app::explain::explain;
    use crate::app::problem::{Problem, place_text};
    use crate::app::resolve::{App, resolve};

    const DOCUMENT: &str = "apiVersion: ipsy.dev/v1
kind: Standards
version: \"7\"
namePattern: \"[a-z]+\"
iam: {permissionsBoundary: \"arn:aws:iam::123456789012:policy/apps\", rolePath: /apps/}
standards:
  imagePinning: {}
  imageRegistry: {mode: warn, allow: [registry.example.com]}
environments: {dev: {mode: warn}, prod: {}}
";

    /// The app of a configuration, and what is told of it: `!` errors and `?` warnings with their places.
    fn judged(config: &Value) -> (App, Vec<String>) {
        let document = StandardsDocument::from_yaml(DOCUMENT, "standards.yaml").unwrap();
        let config = AppConfig::from_json(config).unwrap();
        let mut problems = Problems::default();
        let app = resolve(&config, &document, true, date!(2026 - 11 - 27), &mut problems);
        let told = problems.0.iter().map(|problem| {
            let mark = if problem.warning { '?' } else { '!' };
            format!("{mark} {:?}: {} {}", problem.place, problem.summary, problem.detail)
        });
        (app, told.collect())
    }

    fn app(environment: &str, more: &Value) -> Value {
        let mut app =
            json!({ "name": "shop", "environment": environment, "image": { "repository": "shop" } });
        app.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        app
    }

    #[test]
    fn an_app_that_keeps_the_standards_gets_what_they_say() {
        let (app, told) = judged(&app("prod", &json!({})));
        assert_eq!(told, Vec::<String>::new());
        assert_eq!(app.iam.permissions_boundary.as_deref(), Some("arn:aws:iam::123456789012:policy/apps"));
        assert_eq!(app.iam.path, "/apps/");
        assert!(
            explain(&app)["iam.path"].contains("standards.yaml, line 5: iam.rolePath"),
            "{:?}",
            app.explanations
        );
    }

    #[test]
    fn each_breach_names_the_rule_its_line_and_how_strict_it_is() {
        let odd = json!({
            "name": "shop-2",
            "image": { "repository": "quay.io/shop/web", "source": "literal", "tag": "latest" },
            "iam": { "permissions_boundary": "arn:aws:iam::123456789012:policy/own" },
        });
        for (environment, mark) in [("prod", '!'), ("dev", '?')] {
            let (_, told) = judged(&app(environment, &odd));
            let expected = [
                (mark, "name-pattern", "line 4"),
                (mark, "permissions-boundary", "line 5"),
                ('!', "image-pinning", "line 7"),
                ('?', "image-registry", "line 8"),
            ];
            assert_eq!(told.len(), expected.len(), "{told:#?}");
            for (mark, rule, line) in expected {
                let is_told = |text: &&String| {
                    text.starts_with(mark) && text.contains(&format!("`{rule}`")) && text.contains(line)
                };
                assert!(told.iter().find(is_told).is_some(), "{rule}: {told:#?}");
            }
        }
    }

    /// Standards with a limit of every rule that is judged at plan, each on a line of its own.
    const LIMITS: &str = "apiVersion: ipsy.dev/v1
kind: Standards
requiredLabels: [tier]
namePattern: \"[a-z]+\"
minimumReplicas: 2
exposure: internal
allowedIngress: [10.0.0.0/8]
iam: {permissionsBoundary: \"arn:aws:iam::123456789012:policy/apps\"}
spot: {maximumPercent: 50}
resources:
  minimum: {memory: 64Mi}
  maximum: {cpu: 2}
  limitRequestRatio: {cpu: 4}
standards:
  imagePinning: {}
  imageRegistry: {allow: [registry.example.com]}
";

    #[test]
    fn every_breach_has_rule_value_limit_line_and_two_ways_out_at_its_own_argument() {
        let scheme = "alb.ingress.kubernetes.io/scheme";
        let config = json!({
            "name": "shop-2",
            "environment": "prod",
            "replicas": 1,
            "port": { "http": { "port": 8080 } },
            "image": { "repository": "quay.io/shop", "source": "literal", "tag": "latest" },
            "iam": { "permissions_boundary": "arn:aws:iam::123456789012:policy/own" },
            "placement": { "spot_percent": 80 },
            "resources": { "cpu_request": "100m", "cpu_limit": "3", "memory": "128Mi", "memory_request": "16Mi" },
            "load_balancer": { "owner": "controller", "hosts": ["shop.example.com"] },
            "ingress": { "annotations": { scheme: "internet-facing" } },
            "network_policy": { "ingress": { "all": { "cidrs": ["0.0.0.0/0"] } } },
        });
        let document = StandardsDocument::from_yaml(LIMITS, "standards.yaml").unwrap();
        let config = AppConfig::from_json(&config).unwrap();
        let mut problems = Problems::default();
        resolve(&config, &document, true, date!(2026 - 11 - 27), &mut problems);
        let scheme = format!("ingress.annotations[{scheme:?}]");
        let expected = [
            ("required-labels", "labels", "`tier`", "tier", 3),
            ("name-pattern", "name", "`shop-2`", "[a-z]+", 4),
            ("minimum-replicas", "replicas", "1", "2", 5),
            ("exposure", &scheme, "internet-facing", "internal", 6),
            ("allowed-ingress", "network_policy.ingress[\"all\"].cidrs", "0.0.0.0/0", "10.0.0.0/8", 7),
            ("permissions-boundary", "iam.permissions_boundary", "policy/own", "policy/apps", 8),
            ("spot-maximum", "placement.spot_percent", "80", "50", 9),
            ("resource-minimum/memory", "resources.memory_request", "16Mi", "64Mi", 11),
            ("resource-maximum/cpu", "resources.cpu_limit", "3", "2", 12),
            ("limit-request-ratio/cpu", "resources.cpu_limit", "100m", "750m", 13),
            ("image-pinning", "image.tag", "quay.io/shop:latest", "a version", 15),
            ("image-registry", "image.repository", "quay.io/shop:latest", "registry.example.com", 16),
        ];
        // The others hold without standards.
        for rule in PLAN_RULES.iter().filter(|rule| rule.source.is_some()) {
            assert!(expected.iter().any(|(id, ..)| *id == rule.id), "{} is not judged here", rule.id);
        }
        problems.0.retain(|problem| !problem.warning);
        assert_eq!(problems.0.len(), expected.len(), "{problems:#?}");
        for (rule, place, value, limit, line) in expected {
            let is_of_rule = |problem: &&Problem| problem.detail.contains(&format!("(rule `{rule}`)"));
            let problem =
                problems.0.iter().find(is_of_rule).unwrap_or_else(|| panic!("{rule}: {problems:#?}"));
            assert_eq!(place_text(&problem.place), place, "{rule}");
            assert!(problem.summary.contains(value), "{rule}: {}", problem.summary);
            let (wanted, ways_out) = problem.detail.split_once("(rule ").unwrap();
            assert!(wanted.contains(&format!("standards.yaml, line {line})")), "{rule}: {wanted}");
            assert!(problem.detail.contains(limit), "{rule}: {}", problem.detail);
            let exception = format!("or add an `exception` block with `rule = \"{rule}\"`");
            assert!(ways_out.contains(&exception), "{rule}: {ways_out}");
        }
    }

    #[test]
    fn an_exception_lets_an_app_break_a_rule() {
        let exception = json!({ "reason": "legacy name", "owner": "shop", "expires": "2027-01-31" });
        let (app, told) =
            judged(&app("prod", &json!({ "name": "shop-2", "exception": { "name-pattern": exception } })));
        assert_eq!(told, Vec::<String>::new());
        assert!(explain(&app)["exception[\"name-pattern\"]"].contains("2027-01-31"));
    }

    #[test]
    fn images_of_the_own_registry_are_only_judged_by_their_tag() {
        let floating = json!({ "image": { "repository": "shop", "initial": "latest" } });
        let (_, told) = judged(&app("prod", &floating));
        assert_eq!(told.len(), 1, "{told:#?}");
        assert!(told[0].contains("`image-pinning`") && told[0].contains("initial"), "{told:#?}");
    }

    #[test]
    fn an_environment_that_is_not_listed_is_refused_with_those_that_are() {
        let (_, told) = judged(&app("prd", &json!({})));
        assert!(told[0].starts_with('!') && told[0].contains("`dev`, `prod`"), "{told:#?}");
    }
}
