//! JSON 6902 with the error semantics of the RFC; kustomize's leniencies only where they are asked for.

mod advice;

use super::Failure;
use super::pointer::Pointer;
use crate::label_text::value_at;
use crate::problem::Problem;
use serde_json::Value;
use yaml_edit::{Kind, NONE, NodeId, Tree};

/// One operation, its pointers parsed.
#[derive(Clone, Debug)]
pub struct Operation {
    pub(super) index: usize,
    pub(super) path: Pointer,
    pub(super) action: Action,
    /// Whether nothing is done where the path is absent.
    pub(super) if_present: bool,
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

impl Action {
    fn name(&self) -> &'static str {
        match self {
            Self::Add(_) => "add",
            Self::Remove => "remove",
            Self::Replace(_) => "replace",
            Self::Move(_) => "move",
            Self::Copy(_) => "copy",
            Self::Test(_) => "test",
        }
    }
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
    /// In a list, before an item or (with `NONE`) at the end.
    Item(NodeId, NodeId),
}

/// Where a pointer ends before its last part: at a node of the object that lacks the part with this number.
#[derive(Clone, Copy)]
struct Absent {
    parent: NodeId,
    part: usize,
}

impl Applied<'_, '_, '_> {
    fn run(&mut self) -> Result<(), Failure> {
        let path = &self.operation.path;
        if self.operation.if_present
            && let Err(absent) = self.resolve(&path.parts)
        {
            return if self.could_be(path, absent) { Ok(()) } else { Err(self.absent(path, absent)) };
        }
        match &self.operation.action {
            Action::Add(value) => self.add(path, value),
            Action::Remove => {
                let id = self.changeable(path, &path.parts)?;
                if id == self.root {
                    return Err(self.whole_object(path));
                }
                Ok(self.tree.remove(id)?)
            }
            Action::Replace(value) => {
                if self.lenient
                    && let Ok(Slot::Member(parent, key)) = self.slot(path)
                {
                    self.tree.set(parent, &key, value)?;
                    return Ok(());
                }
                let id = self.changeable(path, &path.parts)?;
                if id == self.root {
                    return Err(self.whole_object(path));
                }
                Ok(self.tree.replace(id, value)?)
            }
            Action::Move(from) => {
                let source = self.changeable(from, &from.parts)?;
                if from == path {
                    return Ok(());
                }
                if source == self.root {
                    return Err(self.whole_object(from));
                }
                let value = value_at(self.tree, source, path, self.value(source)?);
                self.tree.remove(source)?;
                self.add(path, &value)
            }
            Action::Copy(from) => {
                let source = self.found(from)?;
                let value = value_at(self.tree, source, path, self.value(source)?);
                self.add(path, &value)
            }
            Action::Test(value) => {
                let id = self.found(path)?;
                if self.tree.is(id, value) {
                    return Ok(());
                }
                let found = self.value(id)?;
                let message =
                    format!("the test fails: the value is `{}`, not `{}`", short(&found), short(value));
                Err(self.failure(id, path, &message))
            }
        }
    }

    fn value(&self, id: NodeId) -> Result<Value, Failure> {
        self.tree
            .value(id)
            .map_err(|_| self.failure(id, &self.operation.path, "the aliases here expand to too many values"))
    }

    fn add(&mut self, path: &Pointer, value: &Value) -> Result<(), Failure> {
        match self.slot(path)? {
            Slot::Member(parent, key) => {
                self.tree.set(parent, &key, value)?;
            }
            Slot::Item(parent, before) => {
                self.tree.insert(parent, before, value)?;
            }
        }
        Ok(())
    }

    /// The place that a pointer names in a parent that is there.
    fn slot(&mut self, path: &Pointer) -> Result<Slot, Failure> {
        let Some((last, above)) = path.parts.split_last() else { return Err(self.whole_object(path)) };
        let parent = self.changeable(path, above)?;
        match self.tree.node(parent).kind {
            Kind::Mapping => Ok(Slot::Member(parent, last.clone())),
            Kind::Sequence => {
                if last == "-" {
                    return Ok(Slot::Item(parent, NONE));
                }
                let items: Vec<NodeId> = self.tree.children(parent).collect();
                match self.index(last, items.len()) {
                    Some(index) if index <= items.len() => {
                        Ok(Slot::Item(parent, items.get(index).copied().unwrap_or(NONE)))
                    }
                    _ => Err(self.absent(path, Absent { parent, part: above.len() })),
                }
            }
            _ => Err(self.absent(path, Absent { parent, part: above.len() })),
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

    /// Whether an absent part could be there in another object: a name in a list never could.
    fn could_be(&self, path: &Pointer, absent: Absent) -> bool {
        let is_list = self.tree.node(absent.parent).kind == Kind::Sequence;
        !is_list || path.parts.get(absent.part).is_some_and(|part| self.index(part, usize::MAX).is_some())
    }

    /// The node that a pointer names, for reading it.
    fn found(&self, path: &Pointer) -> Result<NodeId, Failure> {
        self.resolve(&path.parts).map_err(|absent| self.absent(path, absent))
    }

    fn resolve(&self, parts: &[String]) -> Result<NodeId, Absent> {
        let mut current = self.tree.follow(self.root);
        for (part, text) in parts.iter().enumerate() {
            let next = match self.tree.node(current).kind {
                Kind::Mapping => self.tree.get(current, text),
                Kind::Sequence => self
                    .index(text, self.tree.children(current).count())
                    .and_then(|index| self.tree.children(current).nth(index)),
                _ => None,
            };
            current = self.tree.follow(next.ok_or(Absent { parent: current, part })?);
        }
        Ok(current)
    }

    /// The node that the first parts of a pointer name, for changing it. Aliases on the way are written out.
    fn changeable(&mut self, path: &Pointer, parts: &[String]) -> Result<NodeId, Failure> {
        self.resolve(parts).map_err(|absent| self.absent(path, absent))?;
        let mut current = self.tree.enter(self.root)?;
        for (part, text) in parts.iter().enumerate() {
            let next = match self.tree.node(current).kind {
                Kind::Mapping => self.tree.member(current, text)?,
                _ => self
                    .index(text, self.tree.children(current).count())
                    .and_then(|index| self.tree.children(current).nth(index)),
            };
            let Some(next) = next else { return Err(self.absent(path, Absent { parent: current, part })) };
            current = self.tree.enter(next)?;
        }
        Ok(current)
    }

    fn whole_object(&self, path: &Pointer) -> Failure {
        self.failure(self.root, path, "a patch cannot replace or move the whole object")
    }

    fn failure(&self, id: NodeId, path: &Pointer, message: &str) -> Failure {
        Failure::Patch(Box::new(self.problem(id, path, message)))
    }

    fn problem(&self, id: NodeId, path: &Pointer, message: &str) -> Problem {
        let Operation { index, action, .. } = self.operation;
        let message = format!("operation {index} (`{} {path}`): {message}", action.name());
        Problem::new("json-patch", message).at(self.tree, id)
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
