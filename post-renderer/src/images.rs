//! Replacing images wherever an object names them: in every list of containers, of any kind.

mod reference;
mod replacement;

use crate::configuration::Image;
use crate::field_path::{Place, Step, enter, node_at};
pub(crate) use reference::ImageReference;
use serde_json::Value;
use yaml_edit::{Fault, Kind, NodeId, Tree};

/// Lists whose items name an image, and where in the item.
const LISTS: [(&str, &[&str]); 4] = [
    ("containers", &["image"]),
    ("initContainers", &["image"]),
    ("ephemeralContainers", &["image"]),
    ("volumes", &["image", "reference"]),
];

/// Applies the entries of `images`, in their order, to every image of the object at a node.
pub(crate) fn replace_images(tree: &mut Tree<'_>, root: NodeId, images: &[Image]) -> Result<(), Fault> {
    // The schema in a CustomResourceDefinition describes `containers`, but has none.
    if images.is_empty()
        || tree.string_at(root, "kind").is_some_and(|kind| kind == "CustomResourceDefinition")
    {
        return Ok(());
    }
    let mut places = Vec::new();
    collect(tree, root, &mut Vec::new(), &mut places);
    for place in places {
        let text = node_at(tree, root, &place).and_then(|node| tree.string(node));
        let Some(text) = text.map(std::borrow::Cow::into_owned) else { continue };
        let mut image = ImageReference::parse(&text);
        image.replace(images);
        let replaced = image.to_string();
        if replaced != text
            && let Some(node) = enter(tree, root, &place)?
        {
            tree.replace(node, &Value::String(replaced))?;
        }
    }
    Ok(())
}

/// Finds the places of all images below a node.
fn collect(tree: &Tree<'_>, id: NodeId, place: &mut Place, found: &mut Vec<Place>) {
    let id = tree.follow(id);
    match tree.node(id).kind {
        Kind::Mapping => {
            for (key, member) in members(tree, id) {
                let list = LISTS.iter().find(|(list, _)| *list == key);
                place.push(Step::Member(key));
                if let Some((_, path)) = list {
                    collect_list(tree, member, path, place, found);
                }
                collect(tree, member, place, found);
                place.pop();
            }
        }
        Kind::Sequence => {
            for (index, item) in tree.children(id).enumerate() {
                place.push(Step::Index(index));
                collect(tree, item, place, found);
                place.pop();
            }
        }
        Kind::Scalar | Kind::Alias => {}
    }
}

/// Finds the images of a list's items.
fn collect_list(tree: &Tree<'_>, list: NodeId, path: &[&str], place: &Place, found: &mut Vec<Place>) {
    let list = tree.follow(list);
    if tree.node(list).kind != Kind::Sequence {
        return;
    }
    for (index, item) in tree.children(list).enumerate() {
        if tree.at(item, path).is_some() {
            let steps = path.iter().map(|key| Step::Member((*key).to_owned()));
            found.push(place.iter().cloned().chain([Step::Index(index)]).chain(steps).collect());
        }
    }
}

/// The members of a mapping, with those that a merge key brings.
fn members(tree: &Tree<'_>, id: NodeId) -> Vec<(String, NodeId)> {
    let mut found = Vec::new();
    let mut mappings = vec![tree.follow(id)];
    while let Some(mapping) = mappings.pop() {
        for child in tree.children(mapping) {
            let value = tree.follow(child);
            if !tree.is_merge(child) {
                found.push((tree.key(child).into_owned(), value));
            } else if tree.node(value).kind == Kind::Sequence {
                mappings.extend(tree.children(value).map(|item| tree.follow(item)));
            } else {
                mappings.push(value);
            }
        }
    }
    found
}
