//! From the text of a scalar in the source to the text that it means: quotes, escapes, line folding, blocks.

use super::tree::Style;
use std::borrow::Cow;

/// The meaning of a scalar's source text. `column` is the content column of block scalars. `None` where an
/// escape is invalid.
pub(crate) fn decode(source: &str, style: Style, column: u32) -> Option<Cow<'_, str>> {
    match style {
        Style::Plain | Style::Block | Style::Flow => Some(fold_lines(source)),
        Style::Single => Some(single(source.strip_prefix('\'')?.strip_suffix('\'')?)),
        Style::Double => double(source.strip_prefix('"')?.strip_suffix('"')?),
        Style::Literal | Style::Folded => Some(Cow::Owned(block(source, style, column as usize))),
    }
}

fn fold_lines(source: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\n', source.as_bytes()).is_some() {
        Cow::Owned(fold(source))
    } else {
        Cow::Borrowed(source)
    }
}

/// Joins the lines of a flow scalar: a single line end becomes a blank, further ones stay line ends.
fn fold(source: &str) -> String {
    let mut output = String::with_capacity(source.len());
    let mut blank = 0;
    for (index, line) in source.split('\n').enumerate() {
        if index == 0 {
            output.push_str(line.trim_end_matches([' ', '\t', '\r']));
            continue;
        }
        let line = line.trim_start_matches([' ', '\t']);
        let trimmed = line.trim_end_matches([' ', '\t', '\r']);
        // The last line of a quoted scalar keeps the blanks before its quote.
        let is_last = index == source.matches('\n').count();
        if trimmed.is_empty() && !is_last {
            blank += 1;
            continue;
        }
        push_break(&mut output, blank);
        blank = 0;
        output.push_str(if is_last { line } else { trimmed });
    }
    output
}

fn push_break(output: &mut String, blank: usize) {
    if blank == 0 {
        output.push(' ');
    } else {
        output.extend(std::iter::repeat_n('\n', blank));
    }
}

fn single(inner: &str) -> Cow<'_, str> {
    let folded = fold_lines(inner);
    if !folded.contains('\'') {
        return folded;
    }
    Cow::Owned(folded.replace("''", "'"))
}

fn double(inner: &str) -> Option<Cow<'_, str>> {
    if !inner.contains('\\') {
        return Some(fold_lines(inner));
    }
    let mut output = String::with_capacity(inner.len());
    let mut rest = inner;
    // Where escaped text ends: folding must not trim an escaped blank.
    let mut solid = 0;
    while let Some(index) = rest.find(['\\', '\n']) {
        let (before, after) = rest.split_at(index);
        output.push_str(before);
        if let Some(line) = after.strip_prefix('\n') {
            let kept = output.trim_end_matches([' ', '\t', '\r']).len().max(solid);
            output.truncate(kept);
            let mut blank = 0;
            let mut line = line.trim_start_matches([' ', '\t', '\r']);
            while let Some(next) = line.strip_prefix('\n') {
                blank += 1;
                line = next.trim_start_matches([' ', '\t', '\r']);
            }
            push_break(&mut output, blank);
            solid = output.len();
            rest = line;
            continue;
        }
        rest = escape(after.strip_prefix('\\')?, &mut output)?;
        solid = output.len();
    }
    output.push_str(rest);
    Some(Cow::Owned(output))
}

/// Decodes one escape after its backslash and gives what follows it.
pub(crate) fn escape<'a>(text: &'a str, output: &mut String) -> Option<&'a str> {
    let mut characters = text.chars();
    let plain = match characters.next()? {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        ' ' => ' ',
        '"' => '"',
        '\'' => '\'',
        '\\' => '\\',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        'x' => return code(characters.as_str(), 2, output),
        'u' => return code(characters.as_str(), 4, output),
        'U' => return code(characters.as_str(), 8, output),
        '\r' => return Some(escape_line_end(characters.as_str().strip_prefix('\n')?, output)),
        '\n' => return Some(escape_line_end(characters.as_str(), output)),
        _ => return None,
    };
    output.push(plain);
    Some(characters.as_str())
}

/// An escaped line end joins without a blank; further empty lines stay line ends.
fn escape_line_end<'a>(text: &'a str, output: &mut String) -> &'a str {
    let mut line = text.trim_start_matches([' ', '\t', '\r']);
    while let Some(next) = line.strip_prefix('\n') {
        output.push('\n');
        line = next.trim_start_matches([' ', '\t', '\r']);
    }
    line
}

fn code<'a>(text: &'a str, length: usize, output: &mut String) -> Option<&'a str> {
    let (value, rest) = hexadecimal(text, length)?;
    output.push(char::from_u32(value)?);
    Some(rest)
}

/// The value of the digits that a text begins with, and what follows them.
fn hexadecimal(text: &str, length: usize) -> Option<(u32, &str)> {
    let digits = text.get(..length).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    Some((u32::from_str_radix(digits, 16).ok()?, text.get(length..)?))
}

/// Decodes one of the escapes that JSON has and YAML 1.1 has not: `\/`, and characters beyond the basic plane as two
/// surrogates.
pub(crate) fn json_escape<'a>(text: &'a str, output: &mut String) -> Option<&'a str> {
    if let Some(rest) = text.strip_prefix('/') {
        output.push('/');
        return Some(rest);
    }
    let (high, rest) = hexadecimal(text.strip_prefix('u')?, 4)?;
    let (low, rest) = hexadecimal(rest.strip_prefix("\\u")?, 4)?;
    if !(0xD800..0xDC00).contains(&high) || !(0xDC00..0xE000).contains(&low) {
        return None;
    }
    output.push(char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00))?);
    Some(rest)
}

/// Header of a block scalar: chomping and whether content follows at all.
fn block(source: &str, style: Style, column: usize) -> String {
    let (header, body) = source.split_once('\n').unwrap_or((source, ""));
    let indicators: &str = header.split([' ', '\t', '\r', '#']).next().unwrap_or(header);
    let keep = indicators.contains('+');
    let strip = indicators.contains('-');
    let mut lines: Vec<&str> = Vec::new();
    if source.contains('\n') {
        for line in body.split('\n') {
            let line = line.strip_suffix('\r').unwrap_or(line);
            let blanks = line.len() - line.trim_start_matches(' ').len();
            lines.push(line.get(column.min(blanks)..).unwrap_or_default());
        }
    }
    let filled = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |index| index + 1);
    let trailing = lines.len() - filled;
    let content = lines.get(..filled).unwrap_or_default();
    let mut output = String::with_capacity(source.len());
    if style == Style::Literal {
        for (index, line) in content.iter().enumerate() {
            if index > 0 {
                output.push('\n');
            }
            output.push_str(line);
        }
    } else {
        fold_block(content, &mut output);
    }
    if filled == 0 {
        if keep {
            output.extend(std::iter::repeat_n('\n', trailing));
        }
        return output;
    }
    if keep {
        output.extend(std::iter::repeat_n('\n', trailing + 1));
    } else if !strip {
        output.push('\n');
    }
    output
}

/// Folds the lines of `>`: those that begin with a blank keep their line ends on both sides.
fn fold_block(lines: &[&str], output: &mut String) {
    let mut blank = 0;
    let mut before: Option<bool> = None;
    for line in lines {
        if line.is_empty() {
            blank += 1;
            continue;
        }
        let indented = line.starts_with([' ', '\t']);
        match before {
            None => output.extend(std::iter::repeat_n('\n', blank)),
            Some(was_indented) if was_indented || indented => {
                output.extend(std::iter::repeat_n('\n', blank + 1));
            }
            Some(_) => push_break(output, blank),
        }
        output.push_str(line);
        before = Some(indented);
        blank = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, style: Style, column: u32, meaning: &str) {
        assert_eq!(decode(source, style, column).as_deref(), Some(meaning), "{source:?}");
    }

    #[test]
    fn flow_scalars_fold_their_lines() {
        check("a\n  b\n\n  c", Style::Plain, 0, "a b\nc");
        check("'a\n  b  '", Style::Single, 0, "a b  ");
        check("'it''s'", Style::Single, 0, "it's");
        check("\"a \\\n   b\\n\"", Style::Double, 0, "a b\n");
        check("\"a\\ \n  b\"", Style::Double, 0, "a  b");
        check("\"it\\'s \\x41\"", Style::Double, 0, "it's A");
        check("\" \n\n x\"", Style::Double, 0, "\nx");
    }

    #[test]
    fn block_scalars_chomp_and_fold() {
        check("|\n  a\n   b\n", Style::Literal, 2, "a\n b\n");
        check("|-\n  a\n\n", Style::Literal, 2, "a");
        check("|+\n  a\n\n", Style::Literal, 2, "a\n\n\n");
        check("|+\n  a\n", Style::Literal, 2, "a\n\n");
        check(">\n  a\n  b\n\n  c\n    d\n  e", Style::Folded, 2, "a b\nc\n  d\ne\n");
        check("|", Style::Literal, 0, "");
    }
}
