//! Which objects a setting or an exception is for: anchored expressions and selectors, compiled once.

use crate::configuration::Target;
use crate::finding::Finding;
use crate::manifest::HOOK;
use crate::namespace::Scope;
use manifest_patch::selector::Selector;
use manifest_patch::{Identity, Kind, PossibleKinds, built_in_kinds};
use regex::Regex;
use yaml_edit::{NodeId, Tree};

/// A target ready to match.
#[derive(Clone, Debug, Default)]
pub(crate) struct Matcher {
    group: Pattern,
    version: Pattern,
    kind: Pattern,
    name: Pattern,
    namespace: Pattern,
    labels: Option<Selector>,
    annotations: Option<Selector>,
}

#[derive(Clone, Debug, Default)]
enum Pattern {
    #[default]
    Any,
    /// Most expressions are plain words; they need no engine.
    Word(String),
    Expression(Regex),
}

impl Pattern {
    fn compile(expression: Option<&str>) -> Result<Self, String> {
        let Some(expression) = expression.filter(|expression| !expression.is_empty()) else {
            return Ok(Self::Any);
        };
        if expression.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
            return Ok(Self::Word(expression.to_owned()));
        }
        Regex::new(&format!("^(?:{expression})$")).map(Self::Expression).map_err(|error| {
            let text = error.to_string();
            text.lines().last().unwrap_or(&text).trim_start_matches("error: ").to_owned()
        })
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Word(word) => word == text,
            Self::Expression(expression) => expression.is_match(text),
        }
    }
}

impl Matcher {
    /// Compiles a target; the findings' fields are relative to it.
    pub(crate) fn compile(target: &Target) -> Result<Self, Vec<Finding>> {
        let mut findings = Vec::new();
        let mut pattern = |expression: &Option<String>, field: &str| {
            Pattern::compile(expression.as_deref()).unwrap_or_else(|error| {
                let expression = expression.as_deref().unwrap_or_default();
                let message = format!("`{expression}` is not a valid regular expression: {error}");
                findings.push(
                    Finding::error("target-expression", message)
                        .field(field)
                        .help("the syntax is RE2's, as in kustomize: no look-around, no back-references"),
                );
                Pattern::Any
            })
        };
        let mut matcher = Self {
            group: pattern(&target.group, "group"),
            version: pattern(&target.version, "version"),
            kind: pattern(&target.kind, "kind"),
            name: pattern(&target.name, "name"),
            namespace: pattern(&target.namespace, "namespace"),
            labels: None,
            annotations: None,
        };
        let mut selector = |text: &Option<String>, field: &str| {
            let text = text.as_deref().filter(|text| !text.trim().is_empty())?;
            Selector::parse(text)
                .map_err(|error| {
                    let message = format!("`{text}` is not a valid selector: {error}");
                    findings.push(
                        Finding::error("target-selector", message)
                            .field(field)
                            .help("write it as `kubectl get -l` takes it: `app=web,tier in (a,b),!canary`"),
                    );
                })
                .ok()
        };
        matcher.labels = selector(&target.label_selector, "labelSelector");
        matcher.annotations = selector(&target.annotation_selector, "annotationSelector");
        if findings.is_empty() { Ok(matcher) } else { Err(findings) }
    }

    /// A matcher for exactly one object; an empty namespace matches any.
    pub(crate) fn exactly(identity: &Identity) -> Self {
        let word = |text: &str| Pattern::Word(text.to_owned());
        Self {
            group: word(&identity.group),
            version: word(&identity.version),
            kind: word(&identity.kind),
            name: word(&identity.name),
            namespace: if identity.namespace.is_empty() { Pattern::Any } else { word(&identity.namespace) },
            labels: None,
            annotations: None,
        }
    }

    /// The kinds that the target can match. A target that names neither kind nor group can match custom resources as
    /// well. `kind: Service` without a group means the built-in kind.
    pub(crate) fn possible_kinds(&self) -> PossibleKinds {
        let matches = |kind: &&Kind| {
            self.kind.matches(kind.kind)
                && self.group.matches(kind.group())
                && self.version.matches(kind.version())
        };
        PossibleKinds {
            built_in: built_in_kinds().iter().filter(matches).collect(),
            custom: self.is_for_any_group() && matches!(self.kind, Pattern::Any),
        }
    }

    /// Whether the target matches any API group.
    pub(crate) fn is_for_any_group(&self) -> bool {
        matches!(self.group, Pattern::Any)
    }

    /// Whether the target means Helm hooks.
    pub(crate) fn names_hooks(&self) -> bool {
        self.annotations.as_ref().is_some_and(|selector| selector.names(HOOK))
    }

    /// Whether the object at a node is meant. `namespace` is the namespace of objects that name none.
    pub(crate) fn matches(
        &self,
        identity: &Identity,
        namespace: Option<&str>,
        tree: &Tree<'_>,
        id: NodeId,
    ) -> bool {
        self.differences(identity, namespace, tree, id).next().is_none()
    }

    /// Why the object at a node is not meant: the parts of the target that do not match.
    pub(crate) fn differences<'m>(
        &'m self,
        identity: &'m Identity,
        namespace: Option<&'m str>,
        tree: &'m Tree<'_>,
        id: NodeId,
    ) -> impl Iterator<Item = Part> {
        Part::ALL.into_iter().filter(move |part| !match part {
            Part::Kind => self.kind.matches(&identity.kind),
            Part::Name => self.name.matches(&identity.name),
            Part::Group => self.group.matches(&identity.group),
            Part::Version => self.version.matches(&identity.version),
            Part::Namespace => self.namespace.matches(target_namespace(identity, namespace)),
            Part::LabelSelector => selects(self.labels.as_ref(), "labels", tree, id),
            Part::AnnotationSelector => selects(self.annotations.as_ref(), "annotations", tree, id),
        })
    }
}

/// A part of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Kind,
    Name,
    Group,
    Version,
    Namespace,
    LabelSelector,
    AnnotationSelector,
}

impl Part {
    const ALL: [Self; 7] = [
        Self::Kind,
        Self::Name,
        Self::Group,
        Self::Version,
        Self::Namespace,
        Self::LabelSelector,
        Self::AnnotationSelector,
    ];
}

/// The namespace by which targets know an object. Without one, that is `default`, as in kustomize; objects
/// without namespaces have the empty one.
pub(crate) fn target_namespace<'n>(identity: &'n Identity, given: Option<&'n str>) -> &'n str {
    match Scope::of(identity, given) {
        Scope::Namespace(namespace) => namespace,
        Scope::Unknown => "default",
        Scope::Cluster => "",
    }
}

fn selects(selector: Option<&Selector>, map: &str, tree: &Tree<'_>, id: NodeId) -> bool {
    let Some(selector) = selector else { return true };
    let map = tree.at(id, &["metadata", map]);
    selector.matches(|key| map.and_then(|map| tree.string_at(map, key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matcher(target: &str) -> Result<Matcher, Vec<Finding>> {
        Matcher::compile(&serde_yaml::from_str(target).unwrap())
    }

    fn check(target: &str, namespace: Option<&str>, object: &str, expected: &[Part]) {
        let tree = yaml_edit::read(object, Tree::default()).unwrap();
        let identity = Identity::of(&tree, tree.root());
        let matcher = matcher(target).unwrap();
        let found: Vec<Part> = matcher.differences(&identity, namespace, &tree, tree.root()).collect();
        assert_eq!(found, expected, "{target}");
        assert_eq!(matcher.matches(&identity, namespace, &tree, tree.root()), expected.is_empty());
    }

    #[test]
    fn the_given_namespace_is_that_of_objects_without_one() {
        let open = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}";
        check("{namespace: team-a}", Some("team-a"), open, &[]);
        check("{namespace: default}", Some("team-a"), open, &[Part::Namespace]);
        check("{namespace: default}", None, open, &[]);
        check("{namespace: team-a}", None, open, &[Part::Namespace]);
        check("{namespace: .*}", None, open, &[]);
        let written = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: team-b}";
        check("{namespace: team-b}", Some("team-a"), written, &[]);
        check("{namespace: team-a}", Some("team-a"), written, &[Part::Namespace]);
        let role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: web}";
        check("{namespace: team-a}", Some("team-a"), role, &[Part::Namespace]);
        check("{namespace: .*}", Some("team-a"), role, &[]);
    }

    #[test]
    fn possible_kinds_are_found_by_kind_group_and_version() {
        let check = |target: &str, expected: &[&str]| {
            let PossibleKinds { built_in, custom } = matcher(target).unwrap().possible_kinds();
            let found = built_in.iter().map(|kind| format!("{} {}", kind.api_version, kind.kind));
            assert_eq!(found.collect::<Vec<_>>(), expected, "{target}");
            assert!(!custom, "{target}");
        };
        check("{kind: Deployment|StatefulSet}", &["apps/v1 Deployment", "apps/v1 StatefulSet"]);
        check("{kind: HorizontalPodAutoscaler, version: v2}", &["autoscaling/v2 HorizontalPodAutoscaler"]);
        check("{kind: Pod, group: ^$, name: web}", &["v1 Pod"]);
        check("{group: batch}", &["batch/v1 CronJob", "batch/v1 Job"]);
        check("{kind: Service, group: serving.knative.dev}", &[]);
        check("{kind: ScaledObject}", &[]);
        assert!(matcher("{name: web}").unwrap().possible_kinds().custom);
    }

    #[test]
    fn each_part_that_differs_is_named() {
        let object = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, labels: {app: web}}";
        check(
            "{group: batch, version: v2, kind: Job, name: x}",
            None,
            object,
            &[Part::Kind, Part::Name, Part::Group, Part::Version],
        );
        check("{labelSelector: app=db, annotationSelector: '!x'}", None, object, &[Part::LabelSelector]);
    }

    /// The features of `regex` that a build has are those that any crate beside it asks for: what is understood must
    /// not depend on that, so all are on.
    #[test]
    fn every_class_of_unicode_is_understood_in_every_build() {
        for class in [
            r"\p{L}",
            r"\p{Greek}",
            r"\p{Alphabetic}",
            r"\p{Age:3.2}",
            r"\p{gcb=Prepend}",
            r"(?i)ß",
            r"\w\d\s",
        ] {
            let compiled = Matcher::compile(&Target { name: Some(class.to_owned()), ..Target::default() });
            assert!(compiled.is_ok(), "{class}: {compiled:?}");
        }
        check(r"{name: '\p{L}+'}", None, "apiVersion: v1\nkind: A\nmetadata: {name: web}", &[]);
    }
}
