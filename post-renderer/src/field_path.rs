//! Fields of objects by path, as kustomize writes them: `spec.template.spec.containers.[name=web].image`.

mod create;
mod find;
mod parse;

pub(crate) use create::{Impossible, create};
pub(crate) use find::{enter, find, node_at, text_at};
pub(crate) use parse::parse;

use std::fmt::Write as _;
use yaml_edit::member_name;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A member of a mapping.
    Member(String),
    /// An item of a list by its number.
    Index(usize),
    /// The items of a list whose member `key` has the text `value`; with an empty key, the items that are that text.
    Matching { key: String, value: String },
    /// All items of a list.
    Every,
}

/// The place of one node: members and indices only.
pub(crate) type Place = Vec<Step>;

/// The place in words, for messages.
pub(crate) fn show(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        // Writing into a String cannot fail.
        let _ = match step {
            Step::Member(name) if text.is_empty() => write!(text, "{}", member_name(name)),
            Step::Member(name) => write!(text, ".{}", member_name(name)),
            Step::Index(index) => write!(text, "[{index}]"),
            Step::Matching { key, value } => write!(text, "[{key}={value}]"),
            Step::Every => write!(text, "[*]"),
        };
    }
    text
}
