//! `diff`: what rendering changes, as a unified diff or side by side.

use crate::secrets::masked_stream;
use similar::{ChangeTag, TextDiff};
use std::io::{self, Write};

/// Width of one side of a side-by-side diff, in characters.
const SIDE: usize = 70;

/// Writes the difference between two versions of the stream `name`, with the values of Secrets masked; nothing if they are equal.
pub(super) fn show(
    name: &str,
    before: &[u8],
    after: &[u8],
    side_by_side: bool,
    colored: bool,
    stream: &mut dyn Write,
) -> io::Result<()> {
    let before = masked_stream(&String::from_utf8_lossy(before));
    let after = masked_stream(&String::from_utf8_lossy(after));
    if before == after {
        return Ok(());
    }
    let diff = TextDiff::from_lines(before.as_str(), after.as_str());
    if side_by_side {
        return beside(&diff, colored, stream);
    }
    let text = diff.unified_diff().context_radius(3).header(name, &format!("{name} (rendered)")).to_string();
    for line in text.lines() {
        let color = match line.as_bytes().first() {
            Some(b'+') => "32",
            Some(b'-') => "31",
            Some(b'@') => "36",
            _ => "",
        };
        paint(line, color, colored, stream)?;
        writeln!(stream)?;
    }
    Ok(())
}

fn paint(text: &str, color: &str, colored: bool, stream: &mut dyn Write) -> io::Result<()> {
    if colored && !color.is_empty() {
        write!(stream, "\x1b[{color}m{text}\x1b[0m")
    } else {
        write!(stream, "{text}")
    }
}

fn beside(diff: &TextDiff<'_, '_, str>, colored: bool, stream: &mut dyn Write) -> io::Result<()> {
    for (index, group) in diff.grouped_ops(3).iter().enumerate() {
        if index > 0 {
            writeln!(stream, "{:-^1$}", "", 2 * SIDE + 3)?;
        }
        for operation in group {
            let changes: Vec<_> = diff.iter_changes(operation).collect();
            let lines =
                |tag| changes.iter().filter(move |change| change.tag() == tag).map(similar::Change::value);
            for same in lines(ChangeTag::Equal) {
                row(same, ' ', same, "", colored, stream)?;
            }
            let (old, new): (Vec<&str>, Vec<&str>) =
                (lines(ChangeTag::Delete).collect(), lines(ChangeTag::Insert).collect());
            for place in 0..old.len().max(new.len()) {
                match (old.get(place), new.get(place)) {
                    (Some(left), Some(right)) => row(left, '|', right, "33", colored, stream)?,
                    (Some(left), None) => row(left, '<', "", "31", colored, stream)?,
                    (None, Some(right)) => row("", '>', right, "32", colored, stream)?,
                    (None, None) => {}
                }
            }
        }
    }
    Ok(())
}

fn row(
    left: &str,
    mark: char,
    right: &str,
    color: &str,
    colored: bool,
    stream: &mut dyn Write,
) -> io::Result<()> {
    let cut = |text: &str| text.trim_end().chars().take(SIDE).collect::<String>();
    let text = format!("{:<SIDE$} {mark} {}", cut(left), cut(right));
    paint(text.trim_end(), color, colored, stream)?;
    writeln!(stream)
}
