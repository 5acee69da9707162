//! `explain`: for each object and field, which rule changed it, the old and the new value, and where it is configured.

use crate::render::Change;
use serde_json::{Value, json};
use std::io::{self, Write};

/// Writes the changes of a stream, grouped by object. `file` is named, if there is one.
pub(super) fn show(changes: &[Change], file: Option<&str>, stream: &mut dyn Write) -> io::Result<()> {
    let prefix = file.map(|file| format!("{file}: ")).unwrap_or_default();
    let mut current = None;
    for change in changes {
        let object = (change.document, change.object.as_str());
        if current != Some(object) {
            writeln!(stream, "{prefix}{} (document {})", change.object, change.document)?;
            current = Some(object);
        }
        writeln!(stream, "  {}: {}", change.field, what(change))?;
        writeln!(stream, "    by {} from {}", change.rule, change.source)?;
    }
    if changes.is_empty() {
        writeln!(stream, "{prefix}nothing is changed")?;
    }
    Ok(())
}

/// A change as JSON, with the file that it is in, if there is one.
pub(super) fn to_json(change: &Change, file: Option<&str>) -> Value {
    let mut value = json!(change);
    if let (Some(file), Value::Object(members)) = (file, &mut value) {
        members.insert("file".to_owned(), file.into());
    }
    value
}

/// What changed: `added "payments"`, `1 -> 2`.
pub(super) fn what(change: &Change) -> String {
    match (&change.before, &change.after) {
        (None, Some(after)) => format!("added {}", short(after)),
        (Some(before), None) => format!("removed {}", short(before)),
        (Some(before), Some(after)) if before == after => "put into another order".to_owned(),
        (Some(before), Some(after)) => format!("{} -> {}", short(before), short(after)),
        (None, None) => "touched".to_owned(),
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 120 {
        text
    } else {
        format!("{}…", text.chars().take(119).collect::<String>())
    }
}
