//! `explain`: for each object and field which rule changed it, from what to what, from where.

use crate::render::Change;
use crate::standards::standards as all_standards;
use serde_json::Value;
use std::io::{self, Write};

/// Shows the changes, grouped by object.
pub(super) fn show(changes: &[Change], as_json: bool, stream: &mut dyn Write) -> io::Result<()> {
    if as_json {
        let text = serde_json::to_string_pretty(changes).unwrap_or_default();
        return writeln!(stream, "{text}");
    }
    let mut current = None;
    for change in changes {
        let object = (change.document, change.object.as_str());
        if current != Some(object) {
            writeln!(stream, "{} (document {})", change.object, change.document)?;
            current = Some(object);
        }
        let what = match (&change.before, &change.after) {
            (None, Some(after)) => format!("added {}", short(after)),
            (Some(before), None) => format!("removed {}", short(before)),
            (Some(before), Some(after)) if before == after => "put into another order".to_owned(),
            (Some(before), Some(after)) => format!("{} -> {}", short(before), short(after)),
            (None, None) => "touched".to_owned(),
        };
        writeln!(stream, "  {}: {what}", change.field)?;
        writeln!(stream, "    by {} from {}", change.rule, change.source)?;
    }
    if changes.is_empty() {
        writeln!(stream, "nothing is changed")?;
    }
    Ok(())
}

/// Lists the standards.
pub(super) fn standards(stream: &mut dyn Write) -> io::Result<()> {
    for standard in all_standards() {
        writeln!(
            stream,
            "{}\n  {}\n  why: {}\n  set by: {}",
            standard.id, standard.summary, standard.why, standard.source
        )?;
    }
    Ok(())
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 120 {
        text
    } else {
        format!("{}…", text.chars().take(119).collect::<String>())
    }
}
