//! Which kinds do not have a field, and what was probably meant: a field with a similar name, or the same name elsewhere.

use super::{Place, below};
use crate::nearest::nearest;
use crate::structure::{Content, fields};
use std::collections::{BTreeSet, VecDeque};

/// Number of kinds that a message names.
const SHOWN: usize = 3;

/// The kinds of places, as `apps/v1 Deployment or apps/v1 StatefulSet`.
pub(super) fn kinds(places: &[Place]) -> String {
    let named: Vec<String> =
        places.iter().map(|place| format!("`{} {}`", place.kind.api_version, place.kind.kind)).collect();
    match named.as_slice() {
        [one] => one.clone(),
        [others @ .., last] if named.len() <= SHOWN => format!("{} or {last}", others.join(", ")),
        _ => "any built-in kind that the target can match".to_owned(),
    }
}

/// What to do about a field that no kind of `places` has at `parent`.
pub(super) fn advice(name: &str, places: &[Place], parent: &str) -> String {
    let known = places.iter().flat_map(|place| match place.content {
        Content::Object(type_name) => fields(type_name).map(|(field, _)| field).collect(),
        _ => Vec::new(),
    });
    let similar = nearest(name, known).map(str::to_owned);
    let inside = || places.iter().find_map(|place| find(name, place.content, parent));
    let anywhere = || places.iter().find_map(|place| find(name, Content::Object(place.kind.type_name), ""));
    match similar.or_else(inside).or_else(anywhere) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "correct or remove it".to_owned(),
    }
}

/// The shortest path to a field of this name, starting at a place with the path `path`.
fn find(name: &str, content: Content, path: &str) -> Option<String> {
    let mut open = VecDeque::from([(content, path.to_owned())]);
    let mut seen = BTreeSet::new();
    while let Some((content, path)) = open.pop_front() {
        match content {
            Content::List(elements) => open.push_back((Content::parse(elements), format!("{path}[]"))),
            Content::Map(values) => open.push_back((Content::parse(values), format!("{path}.*"))),
            Content::Object(type_name) if seen.insert(type_name) => {
                for (field, content) in fields(type_name) {
                    let path = below(&path, field);
                    if field == name {
                        return Some(path);
                    }
                    open.push_back((content, path));
                }
            }
            Content::Object(_) | Content::Any | Content::Scalar => {}
        }
    }
    None
}
