//! kapp's configuration for an app: what the cluster owns is taken from the live object, so that a deploy
//! does not fight the autoscaler.

use super::autoscaling::Scaling;
use super::resolve::App;

/// A `kapp.k14s.io/v1alpha1` Config as YAML. The same app gives the same bytes.
pub(crate) fn configuration(app: &App) -> String {
    let mut lines = vec![
        "apiVersion: kapp.k14s.io/v1alpha1".to_owned(),
        "kind: Config".to_owned(),
        "minimumRequiredVersion: 0.23.0".to_owned(),
    ];
    if matches!(app.scaling, Scaling::Automatic { .. }) {
        lines.extend(
            [
                "rebaseRules:",
                "# The HorizontalPodAutoscaler owns the number of replicas.",
                "- path: [spec, replicas]",
                "  type: copy",
                "  sources: [existing, new]",
                "  resourceMatchers:",
                "  - apiVersionKindMatcher: {apiVersion: apps/v1, kind: Deployment}",
            ]
            .map(ToOwned::to_owned),
        );
    }
    lines.push(String::new());
    lines.join("\n")
}
