//! The standards for the parts of an app beside its main container: workers, jobs, sidecars and init containers.

use std::collections::BTreeMap;

use ipsy_post_renderer::standards_document::MINIMUM_REPLICAS;
use serde_json::{Value, json};

use super::exceptions::Exceptions;
use super::explain::Explanations;
use super::image::{ImagePlaces, check_image_standards};
use super::problem::Problems;
use super::release::Release;
use super::resource_bounds;
use super::standards::{AppStandards, Breach};

/// Fields of the chart that hold parts by name.
const KINDS: [&str; 4] = ["crons", "initContainers", "sidecars", "workers"];

/// Gives workers without a number of replicas the minimum of the standards.
pub(super) fn default_replicas(
    chart: &mut Value,
    standards: &AppStandards<'_>,
    explanations: &mut Explanations,
) {
    let Some(minimum) = standards.minimum_replicas else { return };
    let workers = chart.get_mut("workers").and_then(Value::as_object_mut);
    for (name, worker) in workers.into_iter().flatten() {
        if worker["replicas"].is_null() && worker["autoscaling"].is_null() {
            worker["replicas"] = json!(minimum);
            let place = format!("worker[{name:?}].replicas");
            explanations.note(&place, minimum, &standards.field("minimumReplicas"));
        }
    }
}

/// Reports the standards that the parts of a release break. Of the app's own container, what arguments set is judged where
/// it is resolved, so only what lies over them is judged here.
pub(super) fn check(
    release: &Release<'_>,
    standards: &AppStandards<'_>,
    exceptions: &Exceptions,
    problems: &mut Problems,
) {
    let values = &*release.values;
    let mut parts = vec![(Vec::new(), values), (vec!["migration"], &values["migration"])];
    for kind in KINDS {
        let named = values[kind].as_object().into_iter().flatten();
        parts.extend(named.map(|(name, part)| (vec![kind, name.as_str()], part)));
    }
    for (path, values) in parts {
        let part = Part { path, values, release };
        part.check_resources(standards, exceptions, problems);
        part.check_image(standards, exceptions, problems);
        part.check_replicas(standards, exceptions, problems);
    }
}

/// A part of the app.
struct Part<'v> {
    /// Its field in the chart, such as `workers` and `mail`; empty for the app's own container.
    path: Vec<&'v str>,
    values: &'v Value,
    release: &'v Release<'v>,
}

impl Part<'_> {
    /// The argument that sets a field of this part.
    fn argument(&self, field: &[&str]) -> String {
        self.release.argument(&[&self.path, field].concat())
    }

    /// Whether a field of this part is judged here.
    fn is_judged(&self, field: &[&str]) -> bool {
        !self.path.is_empty() || self.release.has_over(field)
    }

    fn check_resources(
        &self,
        standards: &AppStandards<'_>,
        exceptions: &Exceptions,
        problems: &mut Problems,
    ) {
        if !self.is_judged(&["resources"]) {
            return;
        }
        let texts = |list: &str| -> BTreeMap<String, String> {
            let members = self.values["resources"][list].as_object().into_iter().flatten();
            members.filter_map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned()))).collect()
        };
        let argument = |list: &str, name: &str| self.argument(&["resources", list, name]);
        let (requests, limits) = (texts("requests"), texts("limits"));
        resource_bounds::check(&requests, &limits, &argument, standards, exceptions, problems);
    }

    fn check_image(&self, standards: &AppStandards<'_>, exceptions: &Exceptions, problems: &mut Problems) {
        let text = |name: &str| self.values["image"][name].as_str().filter(|text| !text.is_empty());
        let (Some(repository), tag, digest) = (text("repository"), text("tag"), text("digest")) else {
            return;
        };
        let tag = tag.map(|tag| format!(":{tag}")).unwrap_or_default();
        let digest_part = digest.map(|digest| format!("@{digest}")).unwrap_or_default();
        let pinning = ["image", if digest.is_some() { "digest" } else { "tag" }];
        // A tag that is still unknown is checked when it is known.
        let is_pinned = (!tag.is_empty() || digest.is_some()) && self.is_judged(&pinning);
        let is_named = self.is_judged(&["image", "repository"]);
        let (pin, registry) = (self.argument(&pinning), self.argument(&["image", "repository"]));
        let places = ImagePlaces {
            registry: is_named.then_some(registry.as_str()),
            pin: is_pinned.then_some(pin.as_str()),
        };
        let image = format!("{repository}{tag}{digest_part}");
        check_image_standards(&image, &places, standards, exceptions, problems);
    }

    /// The minimum is for parts that always run: an autoscaler that can go down to zero has none.
    fn check_replicas(&self, standards: &AppStandards<'_>, exceptions: &Exceptions, problems: &mut Problems) {
        let Some(minimum) = standards.minimum_replicas.map(i64::from) else { return };
        let (rule, of_part) = match self.path.last() {
            Some(name) => (format!("{}/{name}", MINIMUM_REPLICAS.id), format!(" of `{name}`")),
            None => (MINIMUM_REPLICAS.id.to_owned(), String::new()),
        };
        let fixed = (["replicas"].as_slice(), self.values["replicas"].as_i64());
        let scaled = (
            ["autoscaling", "min"].as_slice(),
            self.values["autoscaling"]["min"].as_i64().filter(|least| *least > 0),
        );
        for (field, given) in [fixed, scaled] {
            let Some(given) = given.filter(|given| *given < minimum) else { continue };
            if exceptions.waives(&rule) || !self.is_judged(field) {
                continue;
            }
            problems.breach(
                standards.mode,
                Breach {
                    rule: &rule,
                    place: &self.argument(field),
                    summary: format!("Too few replicas{of_part}: {given}"),
                    wanted: format!("{} ask for {minimum}", standards.source("minimumReplicas")),
                    fix: "Raise it".to_owned(),
                },
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use ipsy_post_renderer::standards_document::StandardsDocument;
    use time::macros::date;

    use super::*;
    use crate::app::arguments::AppConfig;
    use crate::app::problem::place_text;
    use crate::app::resolve::resolve;

    const DOCUMENT: &str = "apiVersion: ipsy.dev/v1
kind: Standards
minimumReplicas: 2
resources:
  minimum: {memory: 64Mi}
  maximum: {memory: 2Gi}
  limitRequestRatio: {cpu: 4}
standards:
  imagePinning: {}
  imageRegistry: {allow: [registry.example.com]}
";

    /// The places and rules of what an app breaks.
    fn broken(more: &Value) -> Vec<String> {
        let document = StandardsDocument::from_yaml(DOCUMENT, "standards.yaml").unwrap();
        let mut arguments =
            json!({ "name": "shop", "environment": "prod", "image": { "repository": "shop" } });
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let config = AppConfig::from_json(&arguments).unwrap();
        let mut problems = Problems::default();
        resolve(&config, &document, true, date!(2026 - 11 - 27), &mut problems);
        let lines = problems.0.iter().map(|problem| {
            let rule = problem.detail.split("(rule `").nth(1).and_then(|rest| rest.split('`').next());
            format!("{} {}", place_text(&problem.place), rule.unwrap_or(&problem.detail))
        });
        lines.collect()
    }

    #[test]
    fn each_part_keeps_the_standards_at_its_own_argument() {
        let large = json!({ "memory": "4Gi" });
        let image = |repository: &str, tag: &str| json!({ "repository": repository, "tag": tag });
        let told = broken(&json!({
            "resources": { "cpu_request": "100m", "cpu_limit": "2", "memory": "256Mi" },
            "worker": { "mail": { "replicas": 1, "resources": large }, "queue": { "autoscaling": { "min": 0 } } },
            "cron": { "nightly": { "resources": { "memory": "32Mi" } } },
            "migration": { "args": ["migrate"], "resources": large },
            "sidecar": { "proxy": { "image": image("quay.io/proxy", "latest") } },
            "init_container": { "wait": {
                "image": image("registry.example.com/wait", "1.0"),
                "resources": { "cpu_request": "100m", "cpu_limit": "1" },
            } },
            "extra_values": json!({ "workers": { "late": { "replicas": 1 } } }).to_string(),
        }));
        assert_eq!(
            told,
            [
                "resources.cpu_limit limit-request-ratio/cpu",
                "migration.resources.memory resource-maximum/memory",
                "cron[\"nightly\"].resources.memory resource-minimum/memory",
                "init_container[\"wait\"].resources.cpu_limit limit-request-ratio/cpu",
                "sidecar[\"proxy\"].image.tag image-pinning",
                "sidecar[\"proxy\"].image.repository image-registry",
                "extra_values minimum-replicas/late",
                "worker[\"mail\"].resources.memory resource-maximum/memory",
                "worker[\"mail\"].replicas minimum-replicas/mail",
            ]
        );
    }

    #[test]
    fn an_exception_can_be_for_one_worker() {
        let exception = json!({ "reason": "singleton", "owner": "shop", "expires": "2027-01-31" });
        let told = broken(&json!({
            "worker": { "mail": { "replicas": 1 }, "sms": { "replicas": 1 } },
            "exception": { "minimum-replicas/mail": exception },
        }));
        assert_eq!(told, ["worker[\"sms\"].replicas minimum-replicas/sms"]);
    }

    #[test]
    fn workers_have_the_minimum_by_default() {
        let document = StandardsDocument::from_yaml(DOCUMENT, "standards.yaml").unwrap();
        let mut problems = Problems::default();
        let standards = AppStandards::of(&document, None, &mut problems);
        let mut chart =
            json!({ "workers": { "mail": {}, "queue": { "autoscaling": {} }, "one": { "replicas": 1 } } });
        let mut explanations = Explanations::default();
        default_replicas(&mut chart, &standards, &mut explanations);
        let replicas = |name: &str| chart["workers"][name]["replicas"].clone();
        assert_eq!([replicas("mail"), replicas("queue"), replicas("one")], [json!(2), Value::Null, json!(1)]);
    }
}
