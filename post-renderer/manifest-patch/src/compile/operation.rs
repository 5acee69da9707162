//! Operations of a JSON 6902 patch, from their written form.

use super::{Null, require_text};
use crate::json6902::{Action, Operation};
use crate::nearest::nearest;
use crate::pointer::Pointer;
use crate::problem::Problem;
use serde_json::{Map, Value};

const MEMBERS: [&str; 5] = ["op", "path", "from", "value", IF_PRESENT];
const OPERATIONS: [&str; 6] = ["add", "remove", "replace", "move", "copy", "test"];
const IF_PRESENT: &str = "ifPresent";

/// Compiles operations; all their problems at once.
pub(super) fn compile_all(items: &[Value], lenient: bool) -> Result<Vec<Operation>, Vec<Problem>> {
    let mut compiled = Vec::new();
    let mut problems = Vec::new();
    for (index, item) in items.iter().enumerate() {
        match (Written { index, item, lenient, problems: Vec::new() }).compile() {
            Ok(operation) => compiled.push(operation),
            Err(mut found) => problems.append(&mut found),
        }
    }
    if problems.is_empty() { Ok(compiled) } else { Err(problems) }
}

struct Written<'v> {
    index: usize,
    item: &'v Value,
    lenient: bool,
    problems: Vec<Problem>,
}

impl Written<'_> {
    fn compile(mut self) -> Result<Operation, Vec<Problem>> {
        let Some(members) = self.item.as_object() else {
            self.complain("", "an operation must be a mapping with `op` and `path`".to_owned());
            return Err(self.problems);
        };
        let path = self.pointer(members, "path");
        let if_present = self.if_present(members);
        let action = self.action(members, path.as_ref());
        if let (Some(Action::Move(from)), Some(path)) = (&action, &path)
            && from.is_above(path)
        {
            self.complain(".path", format!("`{from}` cannot be moved into itself"));
        }
        match (action, path) {
            (Some(action), Some(path)) if self.problems.is_empty() => {
                Ok(Operation { index: self.index, path, action, if_present })
            }
            _ => Err(self.problems),
        }
    }

    fn action(&mut self, members: &Map<String, Value>, path: Option<&Pointer>) -> Option<Action> {
        let Some(name) = members.get("op").and_then(Value::as_str) else {
            self.missing(members, "op");
            return None;
        };
        match name {
            "add" => self.value(members, path, self.lenient).map(Action::Add),
            "replace" => self.value(members, path, false).map(Action::Replace),
            "test" => self.value(members, path, false).map(Action::Test),
            "remove" => Some(Action::Remove),
            "move" => self.pointer(members, "from").map(Action::Move),
            "copy" => self.pointer(members, "from").map(Action::Copy),
            other => {
                let hint = nearest(other, OPERATIONS)
                    .map_or_else(String::new, |known| format!("; did you mean `{known}`?"));
                self.complain(
                    ".op",
                    format!("`op` must be one of `{}`; got `{other}`{hint}", OPERATIONS.join("`, `")),
                );
                None
            }
        }
    }

    fn value(
        &mut self,
        members: &Map<String, Value>,
        path: Option<&Pointer>,
        is_optional: bool,
    ) -> Option<Value> {
        let mut value = match members.get("value") {
            Some(value) => value.clone(),
            None if is_optional => Value::Null,
            None => {
                self.missing(members, "value");
                return None;
            }
        };
        if let Some(path) = path {
            let field = format!("patch[{}].value", self.index);
            require_text(&mut value, Null::IsValue, &mut path.parts.clone(), &field, &mut self.problems);
        }
        Some(value)
    }

    fn if_present(&mut self, members: &Map<String, Value>) -> bool {
        let Some(value) = members.get(IF_PRESENT) else { return false };
        let Some(is_set) = value.as_bool() else {
            self.complain(".ifPresent", "`ifPresent` must be `true` or `false`".to_owned());
            return false;
        };
        let name = members.get("op").and_then(Value::as_str).unwrap_or_default();
        if is_set && matches!(name, "add" | "move" | "copy") {
            let message =
                format!("`ifPresent` is for `remove`, `replace` and `test`; `{name}` does not take it");
            self.complain(".ifPresent", message);
        }
        is_set
    }

    fn pointer(&mut self, members: &Map<String, Value>, name: &str) -> Option<Pointer> {
        let Some(text) = members.get(name).and_then(Value::as_str) else {
            self.missing(members, name);
            return None;
        };
        match Pointer::parse(text, self.lenient) {
            Ok(pointer) => Some(pointer),
            Err(message) => {
                self.complain(&format!(".{name}"), message);
                None
            }
        }
    }

    /// RFC 6902 ignores unknown members (appendix A.11), so one that is misspelt shows as a missing member.
    fn missing(&mut self, members: &Map<String, Value>, name: &str) {
        let unknown = members.keys().map(String::as_str).filter(|key| !MEMBERS.contains(key));
        let hint = nearest(name, unknown).map_or_else(String::new, |near| format!("; it has `{near}`"));
        let message = match (members.contains_key(name), members.get("op").and_then(Value::as_str)) {
            (true, _) => format!("`{name}` must be a text"),
            (false, Some(operation)) => format!("`{operation}` needs a `{name}`{hint}"),
            (false, None) => format!("an operation needs a `{name}`{hint}"),
        };
        self.complain(&format!(".{name}"), message);
    }

    fn complain(&mut self, field: &str, message: String) {
        let problem = Problem::new("patch-operation", message).field(format!("patch[{}]{field}", self.index));
        self.problems.push(problem);
    }
}
