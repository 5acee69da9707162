//! One look of the fast scanner at a line: where its content begins, and where its first bytes are blanks or marks,
//! a bit for each. The first bit is that of the content:
//!
//! ```text
//!           name: web # why
//! blanks         |   | |       bits 5, 9, 11
//! colons        |              bit 4: a colon with a blank or mark behind it
//! marks         |     |    |   bits 4, 10 and the line end: what may end a key or a plain value
//! ```
//!
//! The key ends at the first mark, because that is one of the colons. The value ends at the second mark; since that is
//! `#` and not the line end, the scanner looks at it more closely.

use wide::u8x64;

/// How many bytes one look sees. Few lines of manifests are longer.
const WINDOW: u32 = u64::BITS;

/// A line and what was seen of it. The first bit of each mask is that of the content.
#[derive(Clone, Copy)]
pub(super) struct Line {
    /// Where its indentation ends.
    pub(super) content: u32,
    /// The column of that, in bytes.
    pub(super) column: u32,
    /// The byte there; zero at the end of the text, which holds no such byte.
    pub(super) first: u8,
    blanks: u64,
    /// Colons before a blank or another mark.
    colons: u64,
    /// These colons, and everything up to `'` but blanks: what may end text, and some bytes that seldom are in it.
    marks: u64,
}

impl Line {
    /// Looks at the line that begins here.
    #[inline]
    pub(super) fn at(text: &[u8], start: u32) -> Self {
        let mut window = start;
        loop {
            let from = window as usize;
            let copy;
            let seen = text.get(from..from + WINDOW as usize).and_then(<[u8]>::first_chunk);
            let bytes = if let Some(bytes) = seen {
                bytes
            } else {
                copy = padded(text, from);
                &copy
            };
            let bytes = u8x64::new(*bytes);
            let blanks = bytes.simd_eq(u8x64::splat(b' ')).to_bitmask();
            let others = bytes.min(u8x64::splat(b'\'')).simd_eq(bytes).to_bitmask();
            let colons = bytes.simd_eq(u8x64::splat(b':')).to_bitmask() & (others >> 1);
            let marks = colons | others & !blanks;
            let indentation = blanks.trailing_ones();
            let content = window + indentation;
            // Where the end of the line is not in sight, its content is of more interest than its indentation.
            if marks != colons || indentation == 0 {
                return Self {
                    content,
                    column: content - start,
                    first: text.get(content as usize).copied().unwrap_or_default(),
                    blanks: blanks.wrapping_shr(indentation),
                    colons: colons.wrapping_shr(indentation),
                    marks: marks.wrapping_shr(indentation),
                };
            }
            window = content;
        }
    }

    /// Whether it is neither empty nor a comment.
    #[inline]
    pub(super) fn has_content(&self) -> bool {
        !matches!(self.first, 0 | b'\n' | b'#' | b'\t')
    }

    /// The end of the plain key that begins the content, perhaps behind dashes: no mark stands before it.
    #[inline]
    pub(super) fn plain(&self, text: &[u8]) -> Plain {
        let mark = self.marks & self.marks.wrapping_neg();
        let end = self.content + self.marks.trailing_zeros();
        if self.colons & mark != 0 {
            let is_apart = (self.blanks << 1) & mark != 0;
            let is_followed = (self.blanks >> 1) & mark != 0 || text.get(end as usize + 1) == Some(&b'\n');
            if is_followed && !is_apart { Plain::Key(end) } else { Plain::Unclear }
        } else if mark != 0 && text.get(end as usize) == Some(&b'\n') {
            Plain::Value
        } else {
            Plain::Unclear
        }
    }

    /// The rest of the line behind a colon or dash.
    #[inline]
    pub(super) fn rest(&self, place: u32) -> Rest {
        let bit = place.wrapping_sub(self.content);
        let shifted = |mask: u64| if bit < WINDOW { mask >> bit } else { 0 };
        Rest { place, blanks: shifted(self.blanks), marks: shifted(self.marks) }
    }
}

/// What plain text is.
pub(super) enum Plain {
    /// A key, which ends here at its colon.
    Key(u32),
    /// No key: the line ends before any colon.
    Value,
    /// It takes more than a look to tell.
    Unclear,
}

/// What was seen of a line from some place on: the bits begin there.
#[derive(Clone, Copy)]
pub(super) struct Rest {
    place: u32,
    blanks: u64,
    marks: u64,
}

impl Rest {
    /// The end of the blanks, as far as can be seen.
    #[inline]
    pub(super) fn content(&self) -> u32 {
        self.place + self.blanks.trailing_ones()
    }

    /// The end of the plain text, if nothing else is on the line: no comment, no blank at its end.
    #[inline]
    pub(super) fn word_end(&self, text: &[u8]) -> Option<u32> {
        let end = self.place + self.marks.trailing_zeros();
        let is_apart = (self.blanks << 1) & self.marks & self.marks.wrapping_neg() != 0;
        (self.marks != 0 && !is_apart && text.get(end as usize) == Some(&b'\n')).then_some(end)
    }

    /// The end of the text in such quotes, if nothing else is on the line and nothing is escaped.
    #[inline(never)]
    pub(super) fn quoted_end(self, text: &[u8], quote: u8) -> Option<u32> {
        // The first mark is the quote that begins it.
        let marks = self.marks & self.marks.wrapping_sub(1);
        let end = self.place + marks.trailing_zeros();
        let at = |place: u32| text.get(place as usize);
        let is_alone = marks != 0 && at(end) == Some(&quote) && at(end + 1) == Some(&b'\n');
        (is_alone && !has_backslash(text, self.content(), end)).then_some(end + 1)
    }
}

/// Whether a backslash is between two places that one look sees.
#[inline]
fn has_backslash(text: &[u8], start: u32, end: u32) -> bool {
    let rest = text.get(start as usize..).unwrap_or_default();
    let Some(bytes) = rest.first_chunk() else { return memchr::memchr(b'\\', rest).is_some() };
    let backslashes = u8x64::new(*bytes).simd_eq(u8x64::splat(b'\\')).to_bitmask();
    backslashes << (WINDOW - 1 - (end - start)) != 0
}

/// Length of the line that a text begins with, without its line end.
#[inline]
pub(super) fn line_length(text: &[u8]) -> usize {
    if let Some(bytes) = text.first_chunk() {
        let ends = u8x64::new(*bytes).simd_eq(u8x64::splat(b'\n')).to_bitmask();
        if ends != 0 {
            return ends.trailing_zeros() as usize;
        }
    }
    memchr::memchr(b'\n', text).unwrap_or(text.len())
}

/// Few bytes before the end of the text, followed by such as a text does not hold.
#[cold]
#[inline(never)]
fn padded(text: &[u8], start: usize) -> [u8; WINDOW as usize] {
    let rest = text.get(start..).unwrap_or_default();
    let mut bytes = [0; WINDOW as usize];
    if let Some(start) = bytes.get_mut(..rest.len()) {
        start.copy_from_slice(rest);
    }
    bytes
}
