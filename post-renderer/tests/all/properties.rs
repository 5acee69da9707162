//! Laws over generated streams: rendering twice is rendering once, and nothing but the labels is added.

use ipsy_post_renderer::{Configuration, RenderOptions, render};
use proptest::prelude::*;
use std::fmt::Write as _;

/// A block of YAML for a value, at some indentation: text behind the colon, and lines below it.
fn value(depth: u32) -> BoxedStrategy<Vec<String>> {
    let scalar = prop_oneof![
        "[a-zA-Z][a-zA-Z0-9/.]{0,12}",
        "[0-9]{1,5}",
        "\"[a-z :#{}]{0,10}\"",
        "'[a-z :#]{0,10}'",
        Just("yes".to_owned()),
        Just("~".to_owned()),
        Just(String::new()),
        Just("[a, b]".to_owned()),
        Just("{a: b, c: [1, 2]}".to_owned()),
        Just("0644".to_owned()),
        Just("plain # comment".to_owned()),
    ]
    .prop_map(|text| vec![text]);
    let block =
        (prop_oneof![Just("|"), Just(">-"), Just("|+")], prop::collection::vec("[a-z ]{0,6}[a-z]", 1..4))
            .prop_map(|(head, lines)| {
                let mut text = vec![head.to_owned()];
                text.extend(lines.iter().map(|line| format!("  {}", line.trim_start())));
                text
            });
    if depth == 0 {
        return prop_oneof![4 => scalar, 1 => block].boxed();
    }
    let mapping = prop::collection::vec(("[a-z]{2,6}", value(depth - 1)), 1..4).prop_map(|members| {
        let mut text = vec![String::new()];
        for (index, (key, below)) in members.into_iter().enumerate() {
            text.extend(entry(&format!("{key}{index}:"), &below, "  "));
        }
        text
    });
    let list = (prop::collection::vec(value(depth - 1), 1..4), any::<bool>()).prop_map(|(items, wide)| {
        let mut text = vec![String::new()];
        for below in items {
            text.extend(entry("-", &below, if wide { "  " } else { "" }));
        }
        text
    });
    prop_oneof![3 => scalar, 1 => block, 2 => mapping, 1 => list].boxed()
}

fn entry(head: &str, below: &[String], indent: &str) -> Vec<String> {
    let first = below.first().map_or("", String::as_str);
    let mut lines = vec![format!("{indent}{head} {first}").trim_end().to_owned()];
    lines.extend(
        below
            .iter()
            .skip(1)
            .map(|line| if line.is_empty() { String::new() } else { format!("{indent}{line}") }),
    );
    lines
}

fn document() -> impl Strategy<Value = String> {
    (value(2), prop::collection::vec("[a-z]{1,8}", 0..2), any::<bool>()).prop_map(|(body, comments, crlf)| {
        let mut lines = vec!["apiVersion: v1".to_owned(), "kind: Thing".to_owned()];
        lines.extend(comments.iter().map(|comment| format!("# {comment}")));
        lines.extend(["metadata:", "  name: a"].map(ToOwned::to_owned));
        lines.extend(entry("data:", &body, ""));
        lines.join(if crlf { "\r\n" } else { "\n" })
    })
}

/// An object that settings patch: a workload with containers, or a Service with ports.
fn object() -> impl Strategy<Value = String> {
    let container = ("[a-z]{1,4}", prop::collection::vec("[A-Z]{1,3}", 0..3), 0..3_u16);
    let containers = prop::collection::vec(container, 1..3);
    (prop_oneof![Just("Deployment"), Just("StatefulSet"), Just("Service"), Just("ConfigMap")], "[a-z]{1,3}", containers, any::<bool>())
        .prop_map(|(kind, name, containers, indented)| {
            let dash = if indented { "  - " } else { "- " };
            let inner = " ".repeat(dash.len());
            let group = if matches!(kind, "Deployment" | "StatefulSet") { "apps/v1" } else { "v1" };
            let mut text =
                format!("apiVersion: {group}\nkind: {kind}\nmetadata:\n  name: {name} # why\n  labels: {{tier: {name}}}\n");
            if kind == "Service" {
                text.push_str("spec:\n  ports:\n  - port: 80\n    name: http\n  - {port: 81, name: other}\n");
            }
            if group == "apps/v1" {
                text.push_str("spec:\n  replicas: 2\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec:\n      containers:\n");
                // Writing into a String cannot fail.
                for (index, (name, variables, port)) in containers.iter().enumerate() {
                    let _ = writeln!(text, "      {dash}name: {name}{index}\n      {inner}image: i:{index}");
                    if !variables.is_empty() {
                        let _ = writeln!(text, "      {inner}env:");
                    }
                    for (index, variable) in variables.iter().enumerate() {
                        let _ = writeln!(text, "      {inner}{dash}name: {variable}{index}\n      {inner}{inner}value: \"1\"");
                    }
                    if *port > 0 {
                        let _ = writeln!(text, "      {inner}ports: [{{containerPort: {port}}}]");
                    }
                }
            }
            text
        })
}

/// Settings of every sort; many of them do not hold twice by themselves.
const SETTINGS: [&str; 17] = [
    "{target: {kind: Deployment}, patch: {metadata: {labels: {team: null}}}}",
    "{target: {kind: Deployment|StatefulSet}, patch: {spec: {template: {spec: {terminationGracePeriodSeconds: 45}}}}}",
    "{target: {kind: Deployment}, patch: [{op: add, path: /spec/template/spec/containers/0/resources, value: {limits: {cpu: 500m}}}]}",
    "{target: {kind: Deployment}, patch: {spec: {replicas: null, strategy: {type: Recreate}}}}",
    "{target: {kind: Deployment|StatefulSet}, create: true, patch: {spec: {template: {spec: {containers: [{name: new, image: x}]}}}}}",
    "{target: {kind: Deployment}, create: true, prepend: true, patch: {spec: {template: {spec: {containers: [{name: new, image: x}], volumes: [{name: v, emptyDir: {}}]}}}}}",
    "{target: {kind: StatefulSet}, patch: [{op: add, path: /spec/template/spec/containers/-, value: {name: z, image: y}}]}",
    "{target: {kind: StatefulSet}, patch: [{op: remove, path: /spec/replicas}]}",
    "{target: {kind: Service}, patch: [{op: remove, path: /spec/ports/0}, {op: copy, from: /spec/ports, path: /spec/copied}]}",
    "{target: {kind: Service}, patch: [{op: move, from: /metadata/labels/tier, path: /metadata/labels/moved}]}",
    "{target: {kind: ConfigMap}, patch: {$patch: delete}}",
    "{target: {labelSelector: tier}, patch: {metadata: {labels: {tier: null}}}}",
    "{target: {kind: Deployment, labelSelector: 'tier!=zz'}, patch: {metadata: {labels: {tier: zz}}}}",
    "{target: {kind: Service}, patch: {spec: {ports: [{port: 80, $patch: delete}]}}}",
    "{target: {kind: Service}, patch: {spec: {$retainKeys: [ports], ports: [{$patch: replace}, {port: 5}]}}}",
    "{target: {kind: Deployment}, patch: {spec: {template: {spec: {$setElementOrder/containers: [], tolerations: [{operator: Exists}]}}}}}",
    "{target: {}, patch: {metadata: {annotations: {a: 'b: c', d: \"e\\nf\\n\"}}}}",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rendering_twice_is_rendering_once(documents in prop::collection::vec(document(), 1..4)) {
        let text = documents.join("\n---\n");
        let configuration = Configuration::from_yaml(
            "{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, labels: {team: payments}, annotations: {a: \"yes\"}}",
            "test",
        ).unwrap();
        let options = RenderOptions::default();
        let Ok(nothing) = render(text.as_bytes(), &Configuration::default(), &options) else { return Ok(()) };
        prop_assert_eq!(&nothing.output, text.as_bytes());
        let once = render(text.as_bytes(), &configuration, &options).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let twice = render(&once.output, &configuration, &options).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(String::from_utf8_lossy(&once.output), String::from_utf8_lossy(&twice.output));
        // Nothing of the input is lost or moved.
        let output = String::from_utf8(once.output).unwrap();
        let mut written = output.lines();
        for line in text.lines() {
            prop_assert!(written.any(|other| other == line), "{line:?} is missing in\n{output}");
        }
    }

    #[test]
    fn settings_hold_twice_where_objects_are_stamped(
        objects in prop::collection::vec(object(), 1..5),
        chosen in prop::sample::subsequence(SETTINGS.to_vec(), 1..5),
        may_miss in any::<bool>(),
        mode in prop::sample::select(vec!["enforce", "default", "warn"]),
        forged in any::<bool>(),
    ) {
        let forgery = "  annotations: {ipsy.dev/config-hash: x, ipsy.dev/settings-hash: y, exception.ipsy.dev/labels: z}\n";
        let objects = objects.iter().enumerate().map(|(index, object)| {
            // The name's line is in every object once.
            let (head, rest) = object.split_once(" # why\n").unwrap();
            format!("{head} # why\n{}{rest}", if forged && index == 0 { forgery } else { "" })
        });
        let text = objects.collect::<Vec<_>>().join("---\n");
        let opening = if may_miss { "{onUnmatched: ignore, " } else { "{" };
        let settings: Vec<String> = chosen.iter().map(|one| one.replacen('{', opening, 1)).collect();
        let settings = settings.join(", ");
        let configuration = format!(
            "{{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, standardsVersion: v1, podTemplates: {{labels: true}}, labels: {{team: payments}}, \
             resources: {{mode: {mode}, defaults: {{requests: {{cpu: 10m}}}}, maximum: {{cpu: 1}}}}, \
             standards: {{spread: {{mode: default}}, gracePeriod: {{default: 30, maximum: 60}}}}, advancedSettings: [{settings}]}}"
        );
        let configuration = Configuration::from_yaml(&configuration, "test")
            .map_err(|findings| TestCaseError::fail(format!("{findings:?}")))?;
        let options = RenderOptions::default();
        // What no object takes, or does not fit, is an error already at the first time.
        let Ok(once) = render(text.as_bytes(), &configuration, &options) else { return Ok(()) };
        let twice = render(&once.output, &configuration, &options)
            .map_err(|error| TestCaseError::fail(format!("{error}\n{}", String::from_utf8_lossy(&once.output))))?;
        prop_assert_eq!(String::from_utf8_lossy(&once.output), String::from_utf8_lossy(&twice.output));
        prop_assert!(!String::from_utf8_lossy(&once.output).contains("exception.ipsy.dev"));
    }
}

#[test]
fn operations_remove_the_last_member_beside_a_new_one() {
    let input = "kind: A\nmetadata:\n  name: a\n  annotations:\n    a: \"1\"\n    c: \"2\"\n";
    let configuration = Configuration::from_yaml(
        "{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, stamp: never, labels: {l: m}, \
         advancedSettings: [{target: {kind: A}, patch: [{op: remove, path: /metadata/annotations/c}]}]}",
        "test",
    )
    .unwrap();
    let rendered = render(input.as_bytes(), &configuration, &RenderOptions::default()).unwrap();
    let expected = "kind: A\nmetadata:\n  name: a\n  annotations:\n    a: \"1\"\n  labels:\n    l: m\n";
    assert_eq!(String::from_utf8_lossy(&rendered.output), expected);
}

#[test]
fn the_file_name_that_helm_4_adds_changes_no_stamp() {
    let configuration = Configuration::from_yaml(
        "{apiVersion: ipsy.dev/v1, kind: PostRenderConfig, advancedSettings: [{target: {kind: Pod}, patch: {spec: {a: b}}}]}",
        "test",
    )
    .unwrap();
    let stamp = |annotations: &str| {
        let input = format!("apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n{annotations}spec: {{}}\n");
        let rendered = render(input.as_bytes(), &configuration, &RenderOptions::default()).unwrap();
        let output = String::from_utf8(rendered.output).unwrap();
        let stamp = output.lines().find(|line| line.contains("ipsy.dev/settings-hash")).unwrap();
        stamp.trim().to_owned()
    };
    let by_helm_4 =
        "  annotations:\n    postrenderer.helm.sh/postrender-filename: 'shop/templates/pod.yaml'\n";
    assert_eq!(stamp(by_helm_4), stamp(""));
}
