//! The post-renderer as Helm, kapp and Terraform start it: one filter in two programs.

use acceptance::process::{Outcome, Process};

use crate::fixture;

const CONFIGURATION: &str = "apiVersion: ipsy.dev/v1
kind: PostRenderConfig
labels: { ipsy.dev/team: payments }
";

const MANIFESTS: &str = "# Source: shop/templates/app.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: app # by hand
data: {}
";

#[test]
fn the_provider_is_the_same_post_renderer() {
    let alone = render(false, CONFIGURATION, MANIFESTS);
    let within = render(true, CONFIGURATION, MANIFESTS);
    assert_eq!(alone.code, 0, "{}", alone.stderr);
    assert!(alone.stdout.contains("ipsy.dev/team: payments"), "{}", alone.stdout);
    assert!(alone.stdout.contains("name: app # by hand"), "{}", alone.stdout);
    assert_eq!((within.code, within.stdout), (alone.code, alone.stdout));
}

#[test]
fn exit_codes_tell_whose_fault_it_is() {
    let misspelt = "apiVersion: ipsy.dev/v1\nkind: PostRenderConfig\nlabells: {}\n";
    let unmatched = format!(
        "{CONFIGURATION}advancedSettings:\n  - name: ndots\n    target: {{ kind: Deployment }}\n    patch: {{ spec: {{ paused: true }} }}\n"
    );
    let cases = [
        ("a broken setting", 1, unmatched.as_str(), MANIFESTS),
        ("a broken configuration", 2, misspelt, MANIFESTS),
        ("a broken input", 3, CONFIGURATION, "kind: [\n"),
    ];
    for (name, code, configuration, manifests) in cases {
        for within_provider in [false, true] {
            let outcome = render(within_provider, configuration, manifests);
            assert_eq!(outcome.code, code, "{name}: {}", outcome.stderr);
            assert_eq!(outcome.stdout, "", "{name}");
            assert!(!outcome.stderr.is_empty(), "{name}");
        }
    }
}

/// Runs one of the programs. Both get the environment of a plugin, which a post-renderer started
/// by a provider inherits, and which must make no difference.
fn render(within_provider: bool, configuration: &str, manifests: &str) -> Outcome {
    let programs = fixture::programs();
    let process = if within_provider {
        Process::new(&programs.provider).arg("post-render")
    } else {
        Process::new(&programs.post_renderer)
    };
    process
        .args(["--config-json", &as_json(configuration)])
        .env("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2")
        .input(manifests)
        .run()
        .unwrap()
}

fn as_json(configuration: &str) -> String {
    let [document] = acceptance::manifests::objects(configuration).unwrap().try_into().unwrap();
    let document: serde_json::Value = document;
    document.to_string()
}
