//! Which characters a document holds: most hold nothing that is worth a closer look.

use wide::{i8x16, u8x16};

/// Whether there is nothing but printable ASCII and line ends, as in most documents.
pub(super) fn is_usual(bytes: &[u8]) -> bool {
    all(bytes, |bytes| {
        // Taken as a signed number, what follows a printable character is more than a blank.
        let following = (bytes + u8x16::splat(1)).cast_signed();
        following.simd_gt(i8x16::splat(0x20)).cast_unsigned() | bytes.simd_eq(u8x16::splat(b'\n'))
    })
}

/// Whether there are characters that only the reference parser judges: control characters, line ends of other
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

/// Whether all bytes are such that the mask says so.
fn all(bytes: &[u8], mask: impl Fn(u8x16) -> u8x16) -> bool {
    let (chunks, rest) = bytes.as_chunks::<16>();
    let mut last = [b' '; 16];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    // Without an early exit: hardly any document has a reason for one.
    let all = chunks.iter().fold(mask(u8x16::new(last)), |all, chunk| all & mask(u8x16::new(*chunk)));
    all.to_bitmask() == 0xFFFF
}
