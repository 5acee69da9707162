//! What to do when the path of an operation is absent in the object.

use super::{Absent, Action, Applied, Failure};
use crate::nearest::nearest;
use crate::pointer::Pointer;
use yaml_edit::{Kind, NodeId};

/// A message and what to do about it.
struct Advice {
    message: String,
    help: Option<String>,
}

impl Applied<'_, '_, '_> {
    /// The failure of an operation whose path ends too early.
    pub(super) fn absent(&self, path: &Pointer, absent: Absent) -> Failure {
        let Absent { parent, part } = absent;
        let text = path.parts.get(part).map_or("", String::as_str);
        let Advice { message, help } = match self.tree.node(parent).kind {
            Kind::Mapping => self.absent_member(path, absent, text),
            Kind::Sequence => self.absent_item(parent, text),
            _ => Advice {
                message: format!(
                    "{} is neither a mapping nor a list, so it has no `{text}`",
                    self.place(parent)
                ),
                help: None,
            },
        };
        let mut problem = self.problem(parent, path, &message);
        problem.help = help;
        Failure::Patch(Box::new(problem))
    }

    fn absent_member(&self, path: &Pointer, absent: Absent, text: &str) -> Advice {
        let Absent { parent, part } = absent;
        let names: Vec<String> =
            self.tree.children(parent).map(|child| self.tree.key(child).into_owned()).collect();
        let rest = path.parts.get(part..).unwrap_or_default();
        let message = format!("{} has no `{text}`", self.place(parent));
        if let Some(key) = with_slash(rest, &names, self.holds_prefixed_keys(parent)) {
            let above = path.parts.get(..part).unwrap_or_default();
            let right = Pointer { parts: above.iter().cloned().chain([key.clone()]).collect() };
            let help =
                format!("a `/` within a key is written `~1`: for the key `{key}`, write `path: {right}`");
            return Advice { message, help: Some(help) };
        }
        if let Some(name) = nearest(text, names.iter().map(String::as_str)) {
            return Advice { message: format!("{message}; did you mean `{name}`?"), help: self.help(rest) };
        }
        Advice { message, help: self.help(rest) }
    }

    fn absent_item(&self, parent: NodeId, text: &str) -> Advice {
        let length = self.tree.children(parent).count();
        let message = format!("`{text}` is not an index of {}, a list of {length}", self.place(parent));
        let named = self
            .tree
            .children(parent)
            .position(|child| self.tree.string_at(child, "name").as_deref() == Some(text));
        let help = match named {
            Some(index) => {
                format!(
                    "elements are addressed by their index: `{text}` is {index}; a merge patch addresses them by name"
                )
            }
            None if text.starts_with('-') && text.len() > 1 && !self.lenient => {
                "`lenient: true` in the setting allows negative indices".to_owned()
            }
            None if text == "-" => {
                "`-` is the place after the last element, which only `add` can use".to_owned()
            }
            None => "indices begin at 0; `-` appends; a merge patch addresses elements by their merge key"
                .to_owned(),
        };
        Advice { message, help: Some(help) }
    }

    /// What to do about a member that is absent; `rest` begins with its name.
    fn help(&self, rest: &[String]) -> Option<String> {
        let text = match &self.operation.action {
            _ if rest.len() > 1 && matches!(self.operation.action, Action::Add(_)) => {
                "`add` needs the parent to exist; use a merge patch, which creates parents, or add the parent first"
            }
            Action::Remove => "`ifPresent: true` in the operation tolerates an absent path",
            Action::Replace(_) => {
                "`add` writes the value whether the path exists or not; `ifPresent: true` skips an absent path"
            }
            Action::Test(_) => "`ifPresent: true` in the operation tests only a path that exists",
            Action::Add(_) | Action::Move(_) | Action::Copy(_) => return None,
        };
        Some(text.to_owned())
    }

    /// Whether the keys of a mapping are such as `example.com/name`.
    fn holds_prefixed_keys(&self, id: NodeId) -> bool {
        let field = self.tree.field(id);
        let name = field.rsplit('.').next().unwrap_or_default();
        matches!(name, "labels" | "annotations" | "matchLabels" | "nodeSelector")
    }

    fn place(&self, id: NodeId) -> String {
        let field = self.tree.field(id);
        if field.is_empty() { "the object".to_owned() } else { format!("`{field}`") }
    }
}

/// The key with a slash that the rest of a path seems to mean: one that is there, or one that the mapping could have.
fn with_slash(rest: &[String], names: &[String], takes_prefixes: bool) -> Option<String> {
    let present = (2..=rest.len())
        .filter_map(|length| rest.get(..length).map(|parts| parts.join("/")))
        .find(|key| names.contains(key));
    present.or_else(|| (takes_prefixes && rest.len() == 2).then(|| rest.join("/")))
}
