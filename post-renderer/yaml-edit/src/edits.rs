//! Edits of a text: ranges that are replaced by new text. All new text is in one buffer.

/// A range of a text and its replacement. Offsets are bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edit<'e> {
    pub start: usize,
    pub end: usize,
    pub text: &'e str,
}

/// Edits in the order in which they were added, or sorted.
#[derive(Clone, Debug, Default)]
pub struct Edits {
    spans: Vec<Span>,
    texts: String,
}

/// An edit whose text is a range of the buffer.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: usize,
    end: usize,
    text_start: usize,
    text_end: usize,
}

impl Edits {
    /// The edits, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Edit<'_>> {
        self.spans.iter().map(|span| Edit {
            start: span.start,
            end: span.end,
            text: self.texts.get(span.text_start..span.text_end).unwrap_or_default(),
        })
    }

    /// Whether there are no edits.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Removes all edits but keeps their memory.
    pub fn clear(&mut self) {
        self.spans.clear();
        self.texts.clear();
    }

    /// Adds an edit.
    pub fn push(&mut self, start: usize, end: usize, text: &str) {
        self.write(start, end, |texts| texts.push_str(text));
    }

    /// Adds an edit whose text is what `write` appends.
    pub(super) fn write(&mut self, start: usize, end: usize, write: impl FnOnce(&mut String)) {
        let text_start = self.texts.len();
        write(&mut self.texts);
        self.spans.push(Span { start, end, text_start, text_end: self.texts.len() });
    }

    /// Adds the edits of a part of the text that begins at `offset`.
    pub fn append(&mut self, others: &Self, offset: usize) {
        let texts = self.texts.len();
        self.texts.push_str(&others.texts);
        self.spans.extend(others.spans.iter().map(|span| Span {
            start: offset + span.start,
            end: offset + span.end,
            text_start: texts + span.text_start,
            text_end: texts + span.text_end,
        }));
    }

    /// The edits moved to a text that begins at `offset` of this one; `None` if one of them begins before it.
    pub(super) fn within(mut self, offset: usize) -> Option<Self> {
        for span in &mut self.spans {
            span.start = span.start.checked_sub(offset)?;
            span.end = span.end.checked_sub(offset)?;
        }
        Some(self)
    }

    /// Sorts edits by span (stable for equal spans).
    pub(super) fn sort(&mut self) {
        self.spans.sort_by_key(|span| (span.start, span.end));
    }

    /// The start of the first edit that overlaps the one before it. The edits must be sorted.
    pub(super) fn overlap(&self) -> Option<usize> {
        self.spans.windows(2).find_map(|pair| match pair {
            [left, right] if left.end > right.start => Some(right.start),
            _ => None,
        })
    }
}

/// The text with sorted edits applied, piece by piece.
pub fn pieces<'p>(text: &'p str, edits: impl Iterator<Item = Edit<'p>>) -> impl Iterator<Item = &'p str> {
    let end = Edit { start: text.len(), end: text.len(), text: "" };
    let mut copied = 0;
    edits.chain([end]).flat_map(move |edit| {
        let kept = text.get(copied..edit.start).unwrap_or_default();
        copied = edit.end;
        [kept, edit.text]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edits(all: &[(usize, usize, &str)]) -> Edits {
        let mut edits = Edits::default();
        for (start, end, text) in all {
            edits.push(*start, *end, text);
        }
        edits
    }

    #[test]
    fn edits_take_the_place_of_what_they_span() {
        let check = |all: &[(usize, usize, &str)], expected: &str| {
            assert_eq!(pieces("abc", edits(all).iter()).collect::<String>(), expected);
        };
        check(&[], "abc");
        check(&[(1, 1, "x"), (1, 2, ""), (3, 3, "y")], "axcy");
        check(&[(0, 3, "")], "");
    }

    #[test]
    fn edits_of_a_part_are_edits_of_the_whole() {
        let mut whole = edits(&[(0, 1, "x")]);
        whole.append(&edits(&[(0, 0, "y"), (1, 1, "z")]), 2);
        assert_eq!(pieces("abc", whole.iter()).collect::<String>(), "xbycz");
        assert!(whole.clone().within(1).is_none());
        let part = edits(&[(2, 3, "x")]).within(1).unwrap();
        assert_eq!(pieces("bc", part.iter()).collect::<String>(), "bx");
    }

    #[test]
    fn edits_that_meet_do_not_overlap() {
        let overlap = |all: &[(usize, usize, &str)]| {
            let mut edits = edits(all);
            edits.sort();
            edits.overlap()
        };
        assert_eq!(overlap(&[(2, 3, ""), (0, 2, ""), (2, 2, "")]), None);
        assert_eq!(overlap(&[(2, 3, ""), (0, 3, "")]), Some(2));
    }
}
