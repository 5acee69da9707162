//! Snippets that show a file of the examples, and diagrams.

use std::fs;

use acceptance::workspace;

use super::of_languages;

/// Kinds of diagrams of Mermaid.
const DIAGRAMS: [&str; 4] = ["flowchart", "sequenceDiagram", "stateDiagram-v2", "gantt"];

#[test]
fn groovy_is_that_of_the_library() {
    let library = fs::read_to_string(workspace::root().join("examples/jenkins-library/Jenkinsfile")).unwrap();
    for snippet in of_languages(&["groovy"]) {
        assert!(
            library.contains(snippet.text.trim()),
            "{} is not in the Jenkinsfile of the library",
            snippet.place()
        );
    }
}

#[test]
fn files_that_a_guide_shows_are_those_of_the_examples() {
    let shown = of_languages(&["yaml"]);
    for (kind, file) in
        [("ConfigManagementPlugin", "argo-cd/plugin.yaml"), ("Kustomization", "flux/checkout.yaml")]
    {
        let example = fs::read_to_string(workspace::root().join("examples").join(file)).unwrap();
        let snippet = shown.iter().find(|snippet| snippet.text.contains(&format!("kind: {kind}\n"))).unwrap();
        assert!(example.contains(&snippet.text), "{} differs from examples/{file}", snippet.place());
    }
}

#[test]
fn diagrams_are_of_a_known_kind() {
    for snippet in of_languages(&["mermaid"]) {
        let first = snippet.text.split_whitespace().next().unwrap_or_default();
        assert!(DIAGRAMS.contains(&first), "{}: `{first}`", snippet.place());
        let brackets = |open: char, close: char| {
            snippet.text.matches(open).count() == snippet.text.matches(close).count()
        };
        assert!(
            brackets('[', ']') && brackets('(', ')') && brackets('{', '}'),
            "{}: a bracket is open",
            snippet.place()
        );
        assert!(snippet.text.lines().count() > 1, "{} is empty", snippet.place());
    }
}
