//! The text of new scalars on one line: plain where every reader agrees, else in double quotes.

use super::super::resolve::is_special;
use serde_json::Value;
use std::fmt::Write as _;

/// A string on one line.
pub(super) fn string(text: &str, in_flow: bool, output: &mut String) {
    if is_plain(text, in_flow) {
        output.push_str(text);
    } else {
        quote(text, output);
    }
}

pub(super) fn json(value: &Value, output: &mut String) {
    match value {
        Value::String(text) => quote(text, output),
        Value::Number(number) => {
            let text = number.to_string();
            // A whole float stays a float to YAML without a point, but JSON readers like it either way.
            output.push_str(text.strip_suffix(".0").unwrap_or(&text));
        }
        // Writing into a String cannot fail.
        other => drop(write!(output, "{other}")),
    }
}

/// Double quotes as both YAML and JSON read them.
pub(super) fn quote(text: &str, output: &mut String) {
    output.push('"');
    let is_simple = |byte: u8| (b' '..0x7f).contains(&byte) && byte != b'"' && byte != b'\\';
    if text.bytes().all(is_simple) {
        output.push_str(text);
    } else {
        text.chars().for_each(|character| escaped(character, output));
    }
    output.push('"');
}

fn escaped(character: char, output: &mut String) {
    match character {
        '"' => output.push_str("\\\""),
        '\\' => output.push_str("\\\\"),
        '\n' => output.push_str("\\n"),
        '\r' => output.push_str("\\r"),
        '\t' => output.push_str("\\t"),
        other if must_escape(other) => {
            let mut units = [0_u16; 2];
            for unit in other.encode_utf16(&mut units) {
                // Writing into a String cannot fail.
                let _ = write!(output, "\\u{unit:04x}");
            }
        }
        other => output.push(other),
    }
}

/// Characters that a YAML reader might refuse, drop, or break a line at.
pub(super) fn must_escape(character: char) -> bool {
    character < ' '
        || ('\u{7f}'..='\u{a0}').contains(&character)
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether a string without quotes is read as itself in every YAML version.
pub(super) fn is_plain(text: &str, in_flow: bool) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    if !(first.is_ascii_alphanumeric() || matches!(first, b'_' | b'/' | b'.')) || matches!(last, b':' | b' ')
    {
        return false;
    }
    let wanted = if in_flow { IN_FLOW } else { IN_BLOCK };
    let is_allowed = |byte: &u8| PLAIN.get(usize::from(*byte)).is_some_and(|places| places & wanted != 0);
    if !bytes.iter().all(is_allowed) || text.contains(' ') && has_odd_blanks(bytes) {
        return false;
    }
    if first.is_ascii_alphabetic() || matches!(first, b'_' | b'/') {
        return !is_special(text);
    }
    // Dates, times, versions and number forms of other readers all begin so: a unit as in `100m` distinguishes them.
    bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'.')
        && last.is_ascii_alphabetic()
        && bytes
            .iter()
            .any(|byte| byte.is_ascii_alphabetic() && !matches!(byte, b'e' | b'E' | b'x' | b'o' | b'b'))
        && !is_special(text)
}

/// A blank behind a colon makes a key, and one behind another is lost where a line is folded.
fn has_odd_blanks(text: &[u8]) -> bool {
    text.windows(2).any(|pair| matches!(pair, [b':' | b' ', b' ']))
}

/// Where plain text may hold a byte.
const IN_BLOCK: u8 = 1;
const IN_FLOW: u8 = 2;
const PLAIN: [u8; 128] = {
    let mut places = [0; 128];
    let mut byte = 0;
    while byte < 128 {
        places[byte as usize] = match byte {
            b'0'..=b'9'
            | b'a'..=b'z'
            | b'A'..=b'Z'
            | b'_'
            | b'-'
            | b'.'
            | b'/'
            | b'@'
            | b'+'
            | b'='
            | b'~'
            | b'$'
            | b'('
            | b')'
            | b'*'
            | b'%'
            | b'^' => IN_BLOCK | IN_FLOW,
            b' ' | b',' | b':' | b';' | b'&' | b'<' | b'>' | b'|' | b'!' | b'?' | b'\'' => IN_BLOCK,
            _ => 0,
        };
        byte += 1;
    }
    places
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_plain_only_where_every_reader_agrees() {
        for text in [
            "web",
            "100m",
            "1.5Gi",
            "app.kubernetes.io/name",
            "nginx:1.25",
            "/healthz",
            "a b",
            "--x".trim_start_matches('-'),
        ] {
            assert!(is_plain(text, false), "{text}");
        }
        for text in [
            "",
            "yes",
            "No",
            "on",
            "y",
            "null",
            "~",
            "true",
            "1",
            "1.5",
            "0644",
            "1e3",
            "0x1F",
            "1_000",
            "12:30",
            "2001-01-01",
            "2001-01-01T00:00:00Z",
            "=",
            "<<",
            "- a",
            "a: b",
            "a #b",
            "#a",
            "a:",
            " a",
            "a ",
            "*a",
            "&a",
            "!a",
            "{a",
            "1.2.3",
            ".5",
            ".inf",
            "0b1",
            "0o7",
            "1E",
            "\u{e9}",
            "%a",
            "@a",
            "`a",
            "a\tb",
            "---",
        ] {
            assert!(!is_plain(text, false), "{text}");
        }
        assert!(!is_plain("a,b", true) && !is_plain("a:b", true));
    }

    #[test]
    fn quotes_escape_what_readers_drop() {
        let check = |text: &str, expected: &str| {
            let mut output = String::new();
            quote(text, &mut output);
            assert_eq!(output, expected);
        };
        check("a\"\\\n\u{7f}\u{2028}😀", "\"a\\\"\\\\\\n\\u007f\\u2028😀\"");
        check("\u{0}", "\"\\u0000\"");
        check("yes", "\"yes\"");
    }
}
