//! Which characters a document holds: most hold nothing that is worth a closer look.

use super::tree::Fault;
use wide::{i8x16, u8x16};

/// Whether all bytes are printable ASCII or line ends, as in most documents.
pub(super) fn is_usual(bytes: &[u8]) -> bool {
    all(bytes, |bytes| {
        // Taken as a signed number, what follows a printable character is more than a blank.
        let following = (bytes + u8x16::splat(1)).cast_signed();
        following.simd_gt(i8x16::splat(0x20)).cast_unsigned() | bytes.simd_eq(u8x16::splat(b'\n'))
    })
}

/// Refuses the characters that go-yaml refuses, and byte-order marks: go-yaml skips a character at the start of a line
/// while its buffer begins with such a mark.
pub(super) fn check(text: &str) -> Result<(), Fault> {
    if is_usual(text.as_bytes()) {
        return Ok(());
    }
    if let Some(offset) = memchr::memmem::find(text.as_bytes(), b"\r\r\n") {
        // kubectl drops the second carriage return of a line before it reads YAML, and Helm does not.
        return Err(Fault::new(offset, "two carriage returns end this line; remove one of them"));
    }
    let is_odd = |character: &char| {
        matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}'
            | '\u{86}'..='\u{9f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    };
    match text.char_indices().find(|(_, character)| is_odd(character)) {
        None => Ok(()),
        Some((offset, '\u{feff}')) => Err(Fault::new(
            offset,
            "a byte-order mark within the document; remove it, or write it as \"\\uFEFF\"",
        )),
        Some((offset, character)) => Err(Fault::new(
            offset,
            format!(
                "the character U+{:04X} is not allowed in YAML; write it as an escape in double quotes",
                u32::from(character)
            ),
        )),
    }
}

/// Refuses what ends a line in YAML 1.1 and is text in JSON: which of both Kubernetes reads depends on where in a
/// stream a document is.
pub(super) fn check_json(text: &str) -> Result<(), Fault> {
    let found =
        text.char_indices().find(|(_, character)| matches!(character, '\u{85}' | '\u{2028}' | '\u{2029}'));
    match found {
        None => Ok(()),
        Some((offset, character)) => {
            let code = u32::from(character);
            let message =
                format!("the character U+{code:04X} is read in two ways here; write it as `\\u{code:04x}`");
            Err(Fault::new(offset, message))
        }
    }
}

/// Whether there are characters that only the parser judges: control characters, line ends of other
/// standards (U+0085, U+2028, U+2029), byte-order marks and what else is not printable.
pub(super) fn has_odd_bytes(bytes: &[u8]) -> bool {
    let is_odd = |rest: &[u8]| {
        matches!(
            rest,
            [0xC2, 0x80..=0x9F, ..]
                | [0xE2, 0x80, 0xA8 | 0xA9, ..]
                | [0xEF, 0xBB, 0xBF, ..]
                | [0xEF, 0xBF, 0xBE | 0xBF, ..]
        )
    };
    has_controls(bytes)
        || memchr::memchr3_iter(0xC2, 0xE2, 0xEF, bytes).any(|start| bytes.get(start..).is_some_and(is_odd))
}

/// Whether there are control characters of ASCII other than line ends and tabs.
fn has_controls(bytes: &[u8]) -> bool {
    !all(bytes, |bytes| {
        let is = |byte: u8| bytes.simd_eq(u8x16::splat(byte));
        (bytes.max(u8x16::splat(b' ')).simd_eq(bytes) & !is(0x7f)) | is(b'\n') | is(b'\t')
    })
}

/// Whether the mask holds for all bytes.
fn all(bytes: &[u8], mask: impl Fn(u8x16) -> u8x16) -> bool {
    let (chunks, rest) = bytes.as_chunks::<16>();
    let mut last = [b' '; 16];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    // Without an early exit: hardly any document has a reason for one.
    let all = chunks.iter().fold(mask(u8x16::new(last)), |all, chunk| all & mask(u8x16::new(*chunk)));
    all.to_bitmask() == 0xFFFF
}
