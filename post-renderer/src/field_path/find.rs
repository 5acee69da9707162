//! Finds the nodes at a path.

use super::{Place, Step};
use yaml_edit::{Fault, Kind, NodeId, Tree};

/// The places that a path matches below a node.
pub(crate) fn find(tree: &Tree<'_>, root: NodeId, path: &[Step]) -> Vec<Place> {
    let mut found = vec![(Vec::new(), root)];
    for step in path {
        found = found
            .into_iter()
            .flat_map(|(place, id)| {
                next(tree, id, step).into_iter().map(move |(step, id)| {
                    let mut place: Place = place.clone();
                    place.push(step);
                    (place, id)
                })
            })
            .collect();
    }
    found.into_iter().map(|(place, _)| place).collect()
}

/// The nodes that one step leads to, each with its own step.
fn next(tree: &Tree<'_>, id: NodeId, step: &Step) -> Vec<(Step, NodeId)> {
    let id = tree.follow(id);
    let items = || {
        let is_list = tree.node(id).kind == Kind::Sequence;
        tree.children(id).enumerate().filter(move |_| is_list).map(|(index, item)| (Step::Index(index), item))
    };
    match step {
        Step::Member(name) => tree.get(id, name).map(|member| (step.clone(), member)).into_iter().collect(),
        Step::Index(index) => items().nth(*index).into_iter().collect(),
        Step::Matching { key, value } => {
            items().filter(|(_, item)| is_match(tree, *item, key, value)).collect()
        }
        Step::Every => items().collect(),
    }
}

fn is_match(tree: &Tree<'_>, item: NodeId, key: &str, value: &str) -> bool {
    let node = if key.is_empty() { Some(item) } else { tree.get(item, key) };
    node.and_then(|node| text_at(tree, node)).is_some_and(|text| text == value)
}

/// The text of a scalar as it is written, whatever its type.
pub(crate) fn text_at(tree: &Tree<'_>, id: NodeId) -> Option<String> {
    let id = tree.follow(id);
    match tree.scalar(id)? {
        yaml_edit::Scalar::String(text) => Some(text.into_owned()),
        other => match tree.source_text(id) {
            // A value that was set has no source.
            text if text.is_empty() => Some(other.into_value().to_string()),
            text => Some(text.into_owned()),
        },
    }
}

/// The node at a place, for reading.
pub(crate) fn node_at(tree: &Tree<'_>, root: NodeId, place: &[Step]) -> Option<NodeId> {
    place.iter().try_fold(root, |id, step| next(tree, id, step).first().map(|(_, id)| *id))
}

/// The node at a place, for changing: what an alias or a merge key brings is written out first.
pub(crate) fn enter(tree: &mut Tree<'_>, root: NodeId, place: &[Step]) -> Result<Option<NodeId>, Fault> {
    let mut current = tree.enter(root)?;
    for step in place {
        let found = match step {
            Step::Member(name) => tree.member(current, name)?,
            _ => next(tree, current, step).first().map(|(_, id)| *id),
        };
        let Some(found) = found else { return Ok(None) };
        current = tree.enter(found)?;
    }
    Ok(Some(current))
}
