//! Which labels stay because a selector of the stream reads them.

use super::*;
use yaml_edit::bodies;

/// Adds `team: payments` to the pods of `Deployment/web` (namespace `shop`), beside the selectors of a stream.
fn check(stream: &str, labels: &[(&str, &str)], expected: Option<(&str, bool)>) {
    let map = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    };
    let mut wanted = map(&[("team", "payments"), ("cost-center", "cc-1")]);
    let selection = Selection::of(bodies(stream), &wanted, Some("shop"));
    let identity = Identity { kind: "Deployment".into(), name: "web".into(), ..Identity::default() };
    let subject = Subject { identity: &identity, scope: Scope::Namespace("shop"), is_pod: true };
    let held = selection.hold(&subject, &map(labels), &mut wanted);
    let shown: Vec<(&str, bool)> = held.iter().map(|held| (held.selecting.as_str(), held.matches)).collect();
    assert_eq!(shown, expected.into_iter().collect::<Vec<_>>(), "{stream}");
    assert_eq!(wanted.contains_key("team"), expected.is_none(), "{stream}");
    assert!(wanted.contains_key("cost-center"), "nothing selects by it: {stream}");
}

fn policy(selector: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: deny}}\nspec: {{podSelector: {selector}}}\n"
    )
}

#[test]
fn a_label_that_selects_its_pods_is_held() {
    let labels = [("team", "books")];
    check(&policy("{matchLabels: {team: books}}"), &labels, Some(("NetworkPolicy/deny", true)));
    check(
        &policy("{matchExpressions: [{key: team, operator: NotIn, values: [payments]}]}"),
        &labels,
        Some(("NetworkPolicy/deny", true)),
    );
    check(&policy("{matchLabels: {team: payments}}"), &labels, Some(("NetworkPolicy/deny", false)));
    check(&policy("{matchLabels: {team: other}}"), &labels, None);
    check(&policy("{matchExpressions: [{key: team, operator: Exists}]}"), &labels, None);
    check(&policy("{matchLabels: {app: web}}"), &labels, None);
    check(&policy("{matchLabels: {app: web, team: books}}"), &labels, None);
    check(&policy("{}"), &labels, None);
}

#[test]
fn a_new_label_that_changes_a_selection_is_held() {
    let expression = |operator: &str| policy(&format!("{{matchExpressions: [{{key: team, {operator}}}]}}"));
    check(&expression("operator: DoesNotExist"), &[], Some(("NetworkPolicy/deny", true)));
    check(&expression("operator: NotIn, values: [payments]"), &[], Some(("NetworkPolicy/deny", true)));
    check(&expression("operator: Exists"), &[], Some(("NetworkPolicy/deny", false)));
    check(&expression("operator: NotIn, values: [books]"), &[], None);
}

#[test]
fn selectors_of_other_namespaces_reach_only_where_they_say_so() {
    let labels = [("team", "books")];
    let service = |namespace: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: web, namespace: {namespace}}}\nspec: {{selector: {{team: books}}}}\n"
        )
    };
    check(&service("other"), &labels, None);
    check(&service("shop"), &labels, Some(("Service/shop/web", true)));
    let peer = |more: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: in, namespace: other}}\nspec: {{podSelector: {{}}, ingress: [{{from: [{{podSelector: {{matchLabels: {{team: books}}}}{more}}}]}}]}}\n"
        )
    };
    check(&peer(""), &labels, None);
    check(&peer(", namespaceSelector: {}"), &labels, Some(("NetworkPolicy/other/in", true)));
}

#[test]
fn selectors_of_other_populations_do_not_matter() {
    let labels = [("team", "books")];
    let monitor = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: web}\nspec: {selector: {matchLabels: {team: books}}}\n";
    check(monitor, &labels, None);
    check(&monitor.replace("ServiceMonitor", "PodMonitor"), &labels, Some(("PodMonitor/web", true)));
    let autoscaler = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec: {metrics: [{external: {metric: {selector: {matchLabels: {team: books}}}}}]}\n";
    check(autoscaler, &labels, None);
}

#[test]
fn selectors_are_found_behind_anchors_escapes_and_in_lists() {
    let labels = [("team", "books")];
    let found = Some(("NetworkPolicy/deny", true));
    check(&policy("{\"matchLabels\": {\"te\\x61m\": books}}"), &labels, found);
    check(&format!("x: &labels {{team: books}}\n{}", policy("{matchLabels: *labels}")), &labels, found);
    check(&format!("x: &own {{matchLabels: {{team: books}}}}\n{}", policy("{<<: *own}")), &labels, found);
    let list =
        format!("kind: List\nitems:\n- {}", policy("{matchLabels: {team: books}}").replace('\n', "\n  "));
    check(&list, &labels, found);
}

#[test]
fn only_selectors_that_matter_are_looked_at() {
    let mut stream = String::new();
    for index in 0..200 {
        let selector = format!("{{matchLabels: {{component: server, name: n{index}, team: books}}}}");
        stream.push_str("---\n");
        stream.push_str(&policy(&selector));
    }
    let keys = BTreeMap::from([("team".to_owned(), "payments".to_owned())]);
    let selection = Selection::of(bodies(&stream), &keys, None);
    assert_eq!(selection.selectors.len(), 200);
    assert!(selection.by_label.values().all(|selectors| selectors.len() == 1));
}
