//! Standards and a deletion on any stream: no panic, no edit that is not confirmed or meets another one, and rendering
//! twice is rendering once.
#![no_main]

use ipsy_post_renderer::{Configuration, Finding, RenderOptions, render};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static CONFIGURATION: LazyLock<Configuration> = LazyLock::new(|| {
    let text = r"
apiVersion: ipsy.dev/v1
kind: PostRenderConfig
standardsVersion: v1
labels: {team: payments}
annotations: {runbook: 'https://example.com/a b'}
podTemplates: {labels: true, annotations: true}
resources:
  defaults: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 128Mi}}
  minimum: {cpu: 10m}
  maximum: {cpu: '2', memory: 1Gi}
  limitRequestRatio: {cpu: 4}
standards:
  securityContext: {mode: default, pod: {runAsNonRoot: true}, container: {allowPrivilegeEscalation: false}}
  gracePeriod: {mode: enforce, default: 30, minimum: 5, maximum: 60}
  spread: {mode: default}
  duplicateKeys: {mode: enforce}
advancedSettings:
- target: {}
  onUnmatched: ignore
  patch: {metadata: {annotations: {c: null}}, data: {c: null}, spec: {c: null, new: {x: y}}}
";
    Configuration::from_yaml(text, "fuzz").expect("a valid configuration")
});

fuzz_target!(|input: &[u8]| {
    // A configuration in the stream is consumed: the second time it is another one.
    if String::from_utf8_lossy(input).contains("post-render-config") {
        return;
    }
    let options = RenderOptions::default();
    match render(input, &CONFIGURATION, &options) {
        Ok(rendered) => {
            let again = render(&rendered.output, &CONFIGURATION, &options).expect("what was rendered renders");
            assert_eq!(String::from_utf8_lossy(&again.output), String::from_utf8_lossy(&rendered.output));
        }
        Err(error) => {
            let is_defect = |finding: &Finding| {
                finding.id == "edit-unconfirmed" || finding.message.contains("contradict each other")
            };
            assert!(!error.findings.iter().any(is_defect), "{error}");
        }
    }
});
