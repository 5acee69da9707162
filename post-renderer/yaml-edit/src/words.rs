//! Which words a document may hold, as its bytes show. Most documents do not hold the word that a rule looks for, and
//! reading a document costs far more than searching it.

/// Whether a key or value of the document may hold the word. The word may be written with escapes (`"t\x65am"`) or in
/// base64 (`!!binary dGVhbQ==`).
pub fn may_hold(text: &str, word: &str) -> bool {
    text.contains(word) || may_disguise(text.as_bytes())
}

/// Whether an escape or a tag may make a word of other characters. `\"` and its like make no letter.
fn may_disguise(bytes: &[u8]) -> bool {
    memchr::memchr2_iter(b'\\', b'!', bytes).any(|index| match bytes.get(index..) {
        Some([b'\\', next, ..]) => matches!(next, b'x' | b'u' | b'U' | b'/' | b'\r' | b'\n'),
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_however_it_is_written() {
        for text in [
            "team: a",
            "a: {\"team\": b}",
            "\"t\\x65am\": a",
            "\"t\\u0065am\": a",
            "\"t\\U00000065am\": a",
            "? \"te\\\n  am\"\n: a",
            "!!binary dGVhbQ==: a",
        ] {
            assert!(may_hold(text, "team"), "{text}");
        }
        assert!(may_hold("\"example.com\\/team\": a", "example.com/team"));
        for text in ["", "tea: m", "a: \"\\\"quoted\\\" \\\\ and \\t tab\\n\""] {
            assert!(!may_hold(text, "team"), "{text}");
        }
    }
}
