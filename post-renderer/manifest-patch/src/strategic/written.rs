//! The value that a part of a patch writes where the object has nothing yet.

use super::directive::{first_directive, is_deletion, is_replacement_mark};
use super::element::is_wildcard;
use super::{Failure, Merge};
use crate::merge_keys::ListRule;
use crate::pointer::Pointer;
use serde_json::{Map, Value};
use yaml_edit::NodeId;

impl Merge<'_, '_> {
    /// A value of the patch without directives, nulls and deletions. `id` is the place in the object for messages.
    pub(super) fn written(&mut self, id: NodeId, value: &Value) -> Result<Value, Failure> {
        match value {
            Value::Object(members) => {
                let mut written = Map::new();
                for (key, member) in members {
                    if key.starts_with('$') || member.is_null() || is_deletion(member) {
                        continue;
                    }
                    let member = self.below(key, |merge| merge.written(id, member))?;
                    written.insert(key.clone(), member);
                }
                Ok(Value::Object(written))
            }
            Value::Array(items) => self.written_list(id, items),
            scalar => Ok(scalar.clone()),
        }
    }

    fn written_list(&mut self, id: NodeId, items: &[Value]) -> Result<Value, Failure> {
        let Some(keys) = self.merge_keys(items) else {
            if !matches!(self.rule(), ListRule::Primitive) {
                self.refuse_directives(id, items)?;
            }
            // Kubernetes takes an atomic list as it is, with its nulls.
            return Ok(Value::Array(items.to_vec()));
        };
        self.check_merge_keys(id, items, &keys)?;
        let mut written = Vec::new();
        let stays =
            |item: &&Value| !is_deletion(item) && !is_replacement_mark(item) && !is_wildcard(item, &keys);
        for item in items.iter().filter(stays) {
            written.push(self.written(id, item)?);
        }
        Ok(Value::Array(written))
    }

    /// A directive in a list that is replaced as a whole can address nothing. Kubernetes would write it as data.
    pub(super) fn refuse_directives(&self, id: NodeId, items: &[Value]) -> Result<(), Failure> {
        let Some((item, directive)) =
            items.iter().find_map(|item| first_directive(item).map(|found| (item, found)))
        else {
            return Ok(());
        };
        let list = self.path.join(".");
        let message = format!(
            "the list `{list}` has no merge key, so it is replaced as a whole, and `{directive}` in it cannot apply"
        );
        let help = if is_replacement_mark(item) {
            "remove the `$patch: replace`; the list is replaced without it".to_owned()
        } else {
            let example = self
                .item_pointer(item)
                .map_or_else(String::new, |path| format!(" such as `- {{op: remove, path: {path}}}`"));
            format!(
                "write the whole list, use a JSON 6902 patch{example}, or declare the list's key: `listKeys: [{{kind: {}, path: {list}, keys: [{}]}}]`",
                self.identity.kind,
                first_key(item).unwrap_or("name"),
            )
        };
        Err(self.advised(id, message, help))
    }

    /// The JSON pointer of the element that an item of the patch seems to mean.
    fn item_pointer(&self, item: &Value) -> Option<Pointer> {
        let steps: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let list = self.tree.follow(self.tree.at(self.root, &steps)?);
        let wanted: Vec<(&String, &Value)> =
            item.as_object()?.iter().filter(|(key, _)| !key.starts_with('$')).collect();
        let is_meant = |child: NodeId| {
            wanted
                .iter()
                .all(|(key, value)| self.tree.get(child, key).is_some_and(|found| self.tree.is(found, value)))
        };
        let index = self.tree.children(list).position(is_meant)?;
        let parts = self.path.iter().cloned().chain([index.to_string()]).collect();
        Some(Pointer { parts })
    }
}

/// The first member of an item that could be a key.
fn first_key(item: &Value) -> Option<&str> {
    let mut members = item.as_object()?.iter();
    members
        .find(|(key, value)| !key.starts_with('$') && !value.is_object() && !value.is_array())
        .map(|(key, _)| key.as_str())
}
