//! Which objects a setting or an exception is for: anchored expressions and selectors, compiled once.

use crate::configuration::Target;
use crate::finding::Finding;
use crate::manifest::HOOK;
use manifest_patch::Identity;
use manifest_patch::selector::Selector;
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
                let message = format!("`{expression}` is no regular expression: {error}");
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
                    let message = format!("`{text}` is no selector: {error}");
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

    /// Whether the target means Helm hooks.
    pub(crate) fn names_hooks(&self) -> bool {
        self.annotations.as_ref().is_some_and(|selector| selector.names(HOOK))
    }

    /// Whether the object at a node is meant.
    pub(crate) fn matches(&self, identity: &Identity, tree: &Tree<'_>, id: NodeId) -> bool {
        self.kind.matches(&identity.kind)
            && self.name.matches(&identity.name)
            && self.group.matches(&identity.group)
            && self.version.matches(&identity.version)
            && self.namespace.matches(&identity.namespace)
            && self.selects(self.labels.as_ref(), "labels", tree, id)
            && self.selects(self.annotations.as_ref(), "annotations", tree, id)
    }

    #[expect(clippy::unused_self, reason = "belongs to the matcher as its siblings do")]
    fn selects(&self, selector: Option<&Selector>, map: &str, tree: &Tree<'_>, id: NodeId) -> bool {
        let Some(selector) = selector else { return true };
        let map = tree.at(id, &["metadata", map]);
        selector.matches(|key| map.and_then(|map| tree.string_at(map, key)))
    }
}
