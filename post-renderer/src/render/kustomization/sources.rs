//! The values of replacements. kustomize reads a source after everything that stands before the replacement has
//! applied, so the object of the source is rendered that far first, in a tree of its own.

use super::replacement::Source;
use crate::configuration::ReplacementSource;
use crate::field_path::{find, node_at, show, text_at};
use crate::finding::Finding;
use crate::manifest::objects;
use crate::render::action::Action;
use crate::render::plan::Plan;
use manifest_patch::{Identity, Outcome, Problem};
use serde_json::Value;
use yaml_edit::{NodeId, Tree, bodies};

/// A value that replacements copy.
#[derive(Clone, Debug)]
pub(super) struct SourceValue {
    pub(super) value: Value,
    /// The text of a scalar, as it is written.
    pub(super) text: Option<String>,
    /// Whether it comes from the data of a Secret.
    pub(super) is_secret: bool,
}

impl SourceValue {
    /// A value that the configuration itself has.
    pub(super) fn text(text: &str) -> Self {
        Self { value: Value::from(text), text: Some(text.to_owned()), is_secret: false }
    }
}

/// Finds the values of all replacements of a plan, in their order: one may read what another wrote.
pub(in crate::render) fn resolve(text: &str, plan: &mut Plan<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut last: Option<(String, SourceValue)> = None;
    for index in 0..plan.settings.len() {
        let Some((place, source)) = unresolved(plan, index) else { continue };
        // The targets of one replacement share its source.
        let value = match last.take().filter(|(of, _)| *of == place) {
            Some((_, value)) => Ok(value),
            None => value_of(text, plan, index, &source),
        };
        match value {
            Ok(value) => {
                last = Some((place, value.clone()));
                let setting = plan.settings.get_mut(index);
                if let Some(Action::Replacement(step)) = setting.map(|setting| &mut setting.action) {
                    step.value = Some(value);
                }
            }
            Err(problem) => {
                let finding = Finding::from(problem).field(format!("{place}.source"));
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
        }
    }
    findings
}

/// The replacement and source of a setting whose value is not known yet.
fn unresolved(plan: &Plan<'_>, index: usize) -> Option<(String, Source)> {
    let setting = plan.settings.get(index)?;
    let Action::Replacement(step) = &setting.action else { return None };
    let place = setting.source.split(".targets[").next().unwrap_or_default();
    Some((place.to_owned(), step.source.clone()?))
}

/// The value of a source before the setting at `index` applies.
fn value_of(text: &str, plan: &Plan<'_>, index: usize, source: &Source) -> Result<SourceValue, Problem> {
    let mut found = Vec::new();
    let mut labels = Vec::new();
    // What cannot be read is reported by the rendering itself.
    for body in bodies(text).filter(|body| may_hold(body, &source.wanted)) {
        let Ok(mut tree) = yaml_edit::read(body, Tree::default()) else { continue };
        for root in objects(&tree).unwrap_or_default() {
            let identity = Identity::of(&tree, root);
            if is_source(&source.wanted, &identity) {
                let is_kept = apply_before(&mut tree, root, &identity, plan, index);
                labels.push(format!("`{}`", identity.label()));
                found.extend(is_kept.then(|| value_in(&tree, root, &identity, source)));
            }
        }
    }
    let wanted = show_source(&source.wanted);
    let failed = |message: String| Problem::new("kustomization-replacement", message);
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some(value), None) => value,
        (None, _) => Err(failed(format!("no object matches the source `{wanted}`"))
            .help("the words of a source are compared as a whole: they are not expressions")),
        (Some(_), Some(_)) => {
            Err(failed(format!("several objects match the source `{wanted}`: {}", labels.join(", ")))
                .help("add `group`, `kind`, `name` or `namespace`"))
        }
    }
}

/// Whether a document may hold the source.
fn may_hold(body: &str, wanted: &ReplacementSource) -> bool {
    [&wanted.kind, &wanted.name].into_iter().flatten().all(|word| yaml_edit::may_hold(body, word))
}

/// Applies the kustomization's settings before `index` to an object. Returns whether the object is still there. A
/// setting that fails is reported by the rendering itself.
fn apply_before(
    tree: &mut Tree<'_>,
    root: NodeId,
    identity: &Identity,
    plan: &Plan<'_>,
    index: usize,
) -> bool {
    let before = plan.settings.iter().take(index).filter(|setting| setting.is_kustomization());
    for setting in before {
        if setting.matcher.matches(identity, plan.context.namespace, tree, root) {
            let outcome = setting.action.apply(tree, root, identity, plan);
            if matches!(outcome, Ok(Outcome::Deleted)) {
                return false;
            }
        }
    }
    true
}

fn value_in(
    tree: &Tree<'_>,
    root: NodeId,
    identity: &Identity,
    source: &Source,
) -> Result<SourceValue, Problem> {
    let failed = |message: String| Problem::new("kustomization-replacement", message);
    let path = show(&source.path);
    let node = find(tree, root, &source.path).first().and_then(|place| node_at(tree, root, place));
    let node = node.ok_or_else(|| {
        failed(format!("field `{path}` not found in the source `{}`", identity.label()))
            .help("check `fieldPath`")
    })?;
    let is_data = matches!(path.split('.').next(), Some("data" | "stringData"));
    let is_secret = is_data && identity.kind == "Secret" && identity.group.is_empty();
    let options = &source.wanted.options;
    let text = text_at(tree, node);
    if options.delimiter.is_empty() {
        let value =
            tree.value(node).map_err(|_| failed(format!("the aliases in `{path}` expand too far")))?;
        return Ok(SourceValue { value, text, is_secret });
    }
    let part = |text: &str| {
        let index = usize::try_from(options.index).ok()?;
        text.split(&options.delimiter).nth(index).map(ToOwned::to_owned)
    };
    let text = text.ok_or_else(|| failed(format!("`{path}` is not a scalar, so it has no parts")))?;
    let part = part(&text).ok_or_else(|| {
        failed(format!("`{path}` of `{}` has no part {}", identity.label(), options.index))
            .help("`index` counts from 0")
    })?;
    Ok(SourceValue { value: Value::from(part.as_str()), text: Some(part), is_secret })
}

fn parts(wanted: &ReplacementSource) -> [(&'static str, Option<&String>); 5] {
    [
        ("group", wanted.group.as_ref()),
        ("version", wanted.version.as_ref()),
        ("kind", wanted.kind.as_ref()),
        ("name", wanted.name.as_ref()),
        ("namespace", wanted.namespace.as_ref()),
    ]
}

fn is_source(wanted: &ReplacementSource, identity: &Identity) -> bool {
    let found = [&identity.group, &identity.version, &identity.kind, &identity.name, &identity.namespace];
    parts(wanted)
        .into_iter()
        .zip(found)
        .all(|((_, wanted), found)| wanted.is_none_or(|wanted| wanted.is_empty() || wanted == found))
}

fn show_source(wanted: &ReplacementSource) -> String {
    let shown: Vec<String> = parts(wanted)
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}: {}", value.as_ref()?)))
        .collect();
    if shown.is_empty() { "any object".to_owned() } else { shown.join(", ") }
}
