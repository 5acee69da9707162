//! The standards for what is installed: the values of each cluster, with everything that lies over the app's arguments.

use std::borrow::Cow;

use serde_json::Value;

use super::image::Repository;
use super::layers::Layers;
use super::problem::{Problems, place_text};
use super::resolve::App;
use super::standards::AppStandards;
use super::{exposure, spot, values, workload_standards};

/// The values of an app in one cluster, or in none in particular.
pub(super) struct Release<'a> {
    /// Without layers, only those that arguments set one to one: all others are judged where they are resolved.
    pub(super) values: Cow<'a, Value>,
    pub(super) layers: Layers<'a>,
}

impl<'a> Release<'a> {
    fn of(app: &'a App, backend: Option<&str>) -> Self {
        let layers = Layers::of(app, backend);
        let values = if layers.is_empty() {
            Cow::Borrowed(&*app.chart)
        } else {
            let (Repository::Owned(repository) | Repository::Foreign(repository)) = &app.image.repository;
            Cow::Owned(values::values(app, &app.image.initial_reference(repository), None, backend))
        };
        Self { values, layers }
    }

    /// The argument that sets the field at `path`.
    pub(super) fn argument(&self, path: &[&str]) -> String {
        place_text(&self.layers.argument(&owned(path)))
    }

    /// Whether a layer sets the field at `path`.
    pub(super) fn has_over(&self, path: &[&str]) -> bool {
        self.layers.set(&owned(path))
    }
}

fn owned(path: &[&str]) -> Vec<String> {
    path.iter().map(|step| (*step).to_owned()).collect()
}

/// Reports the standards that the releases of `app` break.
pub(super) fn check(app: &App, standards: &AppStandards<'_>, problems: &mut Problems) {
    let mut backends: Vec<Option<&str>> = app.traffic.clusters().map(|(name, _, _)| Some(name)).collect();
    if backends.is_empty() {
        backends.push(None);
    }
    for backend in backends {
        let release = Release::of(app, backend);
        let mut found = Problems::default();
        workload_standards::check(&release, standards, &app.exceptions, &mut found);
        spot::check(&release, standards, &app.exceptions, &mut found);
        exposure::check_release(&release, standards, &app.exceptions, &mut found);
        // Clusters share most values: each problem is reported once.
        let is_new = |problem: &_| !problems.0.contains(problem);
        let new: Vec<_> = found.0.into_iter().filter(is_new).collect();
        problems.0.extend(new);
    }
}

#[cfg(test)]
mod tests {
    use ipsy_post_renderer::standards_document::StandardsDocument;
    use serde_json::json;
    use time::macros::date;

    use super::*;
    use crate::app::arguments::AppConfig;
    use crate::app::resolve::resolve;

    const DOCUMENT: &str = "apiVersion: ipsy.dev/v1
kind: Standards
minimumReplicas: 2
exposure: internal
allowedIngress: [10.0.0.0/8]
spot: {maximumPercent: 50}
resources: {maximum: {memory: 2Gi}}
standards: {imagePinning: {}, imageRegistry: {allow: [registry.example.com]}}
";

    /// The places and rules of what an app breaks.
    fn broken(more: &Value) -> Vec<String> {
        let document = StandardsDocument::from_yaml(DOCUMENT, "standards.yaml").unwrap();
        let mut arguments = json!({ "name": "shop", "environment": "prod", "backend": { "blue": { "cluster": "eks-blue" } } });
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let config = AppConfig::from_json(&arguments).unwrap();
        let mut problems = Problems::default();
        resolve(&config, &document, true, date!(2026 - 11 - 27), &mut problems);
        let mut lines: Vec<String> = problems
            .0
            .iter()
            .map(|problem| {
                let rule = problem.detail.split("(rule `").nth(1).and_then(|rest| rest.split('`').next());
                assert!(problem.detail.contains("standards.yaml, line"), "{problem:?}");
                format!("{} {}", place_text(&problem.place), rule.unwrap_or(&problem.detail))
            })
            .collect();
        lines.sort();
        lines
    }

    #[test]
    fn extra_values_keep_every_standard() {
        let extra = json!({
            "replicas": 1,
            "image": { "repository": "quay.io/shop", "tag": "latest" },
            "resources": { "limits": { "memory": "4Gi" } },
            "placement": { "spotPercent": 80 },
            "ingress": { "annotations": { "alb.ingress.kubernetes.io/scheme": "internet-facing" } },
            "networkPolicy": { "ingress": { "all": { "cidrs": ["0.0.0.0/0"] } } },
            "workers": { "mail": { "replicas": 1 } },
        });
        let rules = [
            "allowed-ingress",
            "exposure",
            "image-pinning",
            "image-registry",
            "minimum-replicas",
            "minimum-replicas/mail",
            "resource-maximum/memory",
            "spot-maximum",
        ];
        let at = |place: &str| rules.map(|rule| format!("{place} {rule}"));
        assert_eq!(broken(&json!({ "extra_values": extra.to_string() })), at("extra_values"));
        let backend = json!({ "blue": { "cluster": "eks-blue", "extra_values": extra.to_string() } });
        assert_eq!(broken(&json!({ "backend": backend })), at("backend[\"blue\"].extra_values"));
    }

    #[test]
    fn each_backend_keeps_the_standards_at_its_own_arguments() {
        let backends = json!({
            "blue": { "cluster": "eks-blue", "replicas": 1 },
            "green": { "cluster": "eks-green", "replicas": 3, "placement": { "spot_percent": 60 } },
        });
        assert_eq!(
            broken(&json!({ "backend": backends })),
            [
                "backend[\"blue\"].replicas minimum-replicas",
                "backend[\"green\"].placement.spot_percent spot-maximum"
            ]
        );
        let backends = json!({ "blue": { "cluster": "eks-blue", "autoscaling": { "min": 1 } } });
        assert_eq!(
            broken(&json!({ "autoscaling": { "min": 2 }, "backend": backends })),
            ["backend[\"blue\"].autoscaling.min minimum-replicas"]
        );
    }

    #[test]
    fn what_all_clusters_share_is_reported_once() {
        let backends = json!({
            "blue": { "cluster": "eks-blue", "replicas": 2 },
            "green": { "cluster": "eks-green", "replicas": 3 },
        });
        let worker = json!({ "mail": { "replicas": 1 } });
        assert_eq!(
            broken(&json!({ "backend": backends, "worker": worker, "placement": { "spot_percent": 60 } })),
            ["placement.spot_percent spot-maximum", "worker[\"mail\"].replicas minimum-replicas/mail"]
        );
    }
}
