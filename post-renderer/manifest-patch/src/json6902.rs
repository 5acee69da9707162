//! JSON 6902 with the error semantics of the RFC; kustomize's leniencies only where they are asked for.

use super::Failure;
use super::pointer::Pointer;
use crate::nearest::nearest;
use crate::problem::Problem;
use serde_json::Value;
use yaml_edit::{Kind, NONE, NodeId, Tree};

/// One operation, its pointers parsed.
#[derive(Clone, Debug)]
pub struct Operation {
    pub(super) index: usize,
    pub(super) path: Pointer,
    pub(super) action: Action,
}

#[derive(Clone, Debug)]
pub(super) enum Action {
    Add(Value),
    Remove,
    Replace(Value),
    Move(Pointer),
    Copy(Pointer),
    Test(Value),
}

impl Operation {
    /// Where it reads or writes.
    pub(super) fn pointers(&self) -> impl Iterator<Item = &Pointer> {
        let from = match &self.action {
            Action::Move(from) | Action::Copy(from) => Some(from),
            Action::Add(_) | Action::Remove | Action::Replace(_) | Action::Test(_) => None,
        };
        std::iter::once(&self.path).chain(from)
    }
}

/// Applies the operations in order to the object at `root`.
pub(super) fn apply(
    operations: &[Operation],
    lenient: bool,
    tree: &mut Tree<'_>,
    root: NodeId,
) -> Result<(), Failure> {
    operations.iter().try_for_each(|operation| Applied { tree, root, lenient, operation }.run())
}

struct Applied<'t, 'a, 'o> {
    tree: &'t mut Tree<'a>,
    root: NodeId,
    lenient: bool,
    operation: &'o Operation,
}

/// Where in its parent a pointer's last part points.
enum Slot {
    Member(NodeId, String),
    Item(NodeId, usize),
}

impl Applied<'_, '_, '_> {
    fn run(&mut self) -> Result<(), Failure> {
        let path = &self.operation.path;
        match &self.operation.action {
            Action::Add(value) => self.add(path, value),
            Action::Remove => {
                let id = self.existing(path)?;
                Ok(self.tree.remove(id)?)
            }
            Action::Replace(value) => {
                if self.lenient
                    && let Ok(Slot::Member(parent, key)) = self.slot(path)
                {
                    self.tree.set(parent, &key, value)?;
                    return Ok(());
                }
                let id = self.existing(path)?;
                self.replace(id, value)
            }
            Action::Move(from) => {
                let source = self.existing(from)?;
                if from == path {
                    return Ok(());
                }
                let value = self.value(source)?;
                self.tree.remove(source)?;
                self.add(path, &value)
            }
            Action::Copy(from) => {
                let source = self.existing(from)?;
                let value = self.value(source)?;
                self.add(path, &value)
            }
            Action::Test(value) => {
                let id = self.found(path)?;
                if self.tree.is(id, value) {
                    return Ok(());
                }
                let found = self.value(id)?;
                Err(self.failure(
                    path,
                    &format!("the test fails: the value is `{}`, not `{}`", short(&found), short(value)),
                ))
            }
        }
    }

    fn value(&self, id: NodeId) -> Result<Value, Failure> {
        self.tree
            .value(id)
            .map_err(|_| self.failure(&self.operation.path, "the aliases here expand to too much"))
    }

    fn replace(&mut self, id: NodeId, value: &Value) -> Result<(), Failure> {
        if id == self.root {
            return Err(self.failure(&self.operation.path, "the whole object is not replaced by a patch"));
        }
        Ok(self.tree.replace(id, value)?)
    }

    fn add(&mut self, path: &Pointer, value: &Value) -> Result<(), Failure> {
        match self.slot(path)? {
            Slot::Member(parent, key) => {
                self.tree.set(parent, &key, value)?;
            }
            Slot::Item(parent, index) => {
                let before = self.tree.children(parent).nth(index).unwrap_or(NONE);
                self.tree.insert(parent, before, value)?;
            }
        }
        Ok(())
    }

    /// The place that a pointer names in a parent that is there.
    fn slot(&mut self, path: &Pointer) -> Result<Slot, Failure> {
        let Some((last, above)) = path.parts.split_last() else {
            return Err(self.failure(path, "the whole object is not replaced by a patch"));
        };
        let parent = self.walk(path, above, true)?;
        match self.tree.node(parent).kind {
            Kind::Mapping => Ok(Slot::Member(parent, last.clone())),
            Kind::Sequence => {
                let length = self.tree.children(parent).count();
                let index = if last == "-" { Some(length) } else { self.index(last, length) };
                match index {
                    Some(index) if index <= length => Ok(Slot::Item(parent, index)),
                    _ => Err(self.failure(path, &format!("`{last}` is no index of a list of {length}"))),
                }
            }
            _ => Err(self.failure(path, "what is above is neither mapping nor list")),
        }
    }

    /// An index without leading zeros (RFC 6901); negative ones count from the end where that is allowed.
    fn index(&self, text: &str, length: usize) -> Option<usize> {
        if let Some(back) = text.strip_prefix('-').filter(|_| self.lenient) {
            return length.checked_sub(back.parse().ok()?);
        }
        let is_number =
            text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
        if is_number { text.parse().ok() } else { None }
    }

    /// The node that a pointer names, for changing it.
    fn existing(&mut self, path: &Pointer) -> Result<NodeId, Failure> {
        self.walk(path, &path.parts, true)
    }

    /// The node that a pointer names, for reading it.
    fn found(&mut self, path: &Pointer) -> Result<NodeId, Failure> {
        self.walk(path, &path.parts, false)
    }

    fn walk(&mut self, path: &Pointer, parts: &[String], for_change: bool) -> Result<NodeId, Failure> {
        let mut current = self.root;
        for part in parts {
            current = if for_change { self.tree.enter(current)? } else { self.tree.follow(current) };
            let next = match self.tree.node(current).kind {
                Kind::Mapping if for_change => self.tree.member(current, part)?,
                Kind::Mapping => self.tree.get(current, part),
                Kind::Sequence => {
                    let length = self.tree.children(current).count();
                    let index = self.index(part, length).filter(|index| *index < length);
                    let Some(index) = index else {
                        let message = format!(
                            "`{part}` is no index of `{}`, a list of {length}",
                            self.tree.field(current)
                        );
                        return Err(self.failure(path, &message));
                    };
                    self.tree.children(current).nth(index)
                }
                _ => None,
            };
            let Some(next) = next else { return Err(self.missing(path, current, part)) };
            current = next;
        }
        if for_change { Ok(self.tree.enter(current)?) } else { Ok(current) }
    }

    fn missing(&self, path: &Pointer, parent: NodeId, part: &str) -> Failure {
        let names: Vec<String> =
            self.tree.children(parent).map(|child| self.tree.key(child).into_owned()).collect();
        let field = self.tree.field(parent);
        let place = if field.is_empty() { "the object".to_owned() } else { format!("`{field}`") };
        let message = match nearest(part, names.iter().map(String::as_str)) {
            Some(name) if self.tree.node(parent).kind == Kind::Mapping => {
                format!("{place} has no `{part}`; did you mean `{name}`?")
            }
            _ => format!("{place} has no `{part}`"),
        };
        self.failure(path, &message)
    }

    fn failure(&self, path: &Pointer, message: &str) -> Failure {
        let name = match self.operation.action {
            Action::Add(_) => "add",
            Action::Remove => "remove",
            Action::Replace(_) => "replace",
            Action::Move(_) => "move",
            Action::Copy(_) => "copy",
            Action::Test(_) => "test",
        };
        let message = format!("operation {} (`{name} {path}`): {message}", self.operation.index);
        Failure::Patch(Box::new(Problem::new("json-patch", message)))
    }
}

/// A value for messages: not whole manifests.
fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 80 {
        text
    } else {
        format!("{}…", text.chars().take(79).collect::<String>())
    }
}
