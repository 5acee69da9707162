//! Where in a text an offset is: line, column, and as much of the line as a report can show.

use super::Location;

/// The most characters of a line that a report shows.
const SHOWN: usize = 160;
/// How many characters before the place are shown of a longer line.
const BEFORE: usize = 80;

impl Location {
    /// The place of an offset in a text.
    pub(crate) fn in_text(text: &str, offset: usize) -> Self {
        let bytes = text.as_bytes();
        let before = bytes.get(..offset.min(text.len())).unwrap_or_default();
        let start = memchr::memrchr(b'\n', before).map_or(0, |index| index + 1);
        let column = String::from_utf8_lossy(before.get(start..).unwrap_or_default()).chars().count() + 1;
        let line = text.get(start..).unwrap_or_default();
        let line = line.get(..memchr::memchr(b'\n', line.as_bytes()).unwrap_or(line.len())).unwrap_or(line);
        let (shown, caret) = window(line.trim_end_matches('\r'), column);
        Self {
            line: Some(memchr::memchr_iter(b'\n', before).count() + 1),
            column: Some(column),
            text: Some(shown).filter(|shown| !shown.trim().is_empty()),
            caret: (caret != column).then_some(caret),
            ..Self::default()
        }
    }
}

/// As much of a line as can be shown around a column, and the column in that. What would steer a terminal is
/// replaced.
fn window(line: &str, column: usize) -> (String, usize) {
    let skipped = if column > SHOWN { column - BEFORE } else { 0 };
    let mut shown = String::new();
    if skipped > 0 {
        shown.push('…');
    }
    let mut rest = line.chars().skip(skipped);
    let printable = |character: char| {
        if character.is_control() && character != '\t' { char::REPLACEMENT_CHARACTER } else { character }
    };
    shown.extend(rest.by_ref().take(SHOWN).map(printable));
    if rest.next().is_some() {
        shown.push('…');
    }
    (shown, column - skipped + usize::from(skipped > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_shown_around_the_place() {
        let text = format!("a\n{}!{}\nb", "x".repeat(300), "y".repeat(300));
        let place = Location::in_text(&text, 302);
        assert_eq!((place.line, place.column), (Some(2), Some(301)));
        let (shown, caret) = (place.text.unwrap(), place.caret.unwrap());
        assert_eq!(shown.chars().nth(caret - 1), Some('!'));
        assert_eq!(shown.chars().count(), SHOWN + 2);
    }

    #[test]
    fn a_short_line_is_shown_whole_and_never_steers_a_terminal() {
        let place = Location::in_text("a: \u{1b}[31m\u{0}é\tb\r\n", 9);
        assert_eq!(place.text.as_deref(), Some("a: \u{fffd}[31m\u{fffd}é\tb"));
        assert_eq!((place.line, place.column, place.caret), (Some(1), Some(10), None));
    }
}
