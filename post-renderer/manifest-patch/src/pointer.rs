//! JSON pointers (RFC 6901).

use std::fmt;

/// A parsed pointer: its decoded parts. Empty for the whole document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pointer {
    pub parts: Vec<String>,
}

impl Pointer {
    /// Parses a pointer; the error describes the problem. With `lenient` the first slash may be missing.
    pub(crate) fn parse(text: &str, lenient: bool) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self { parts: Vec::new() });
        }
        let rest = match text.strip_prefix('/') {
            Some(rest) => rest,
            None if lenient => text,
            None => return Err(format!("`{text}` does not begin with a slash (RFC 6901)")),
        };
        let parts: Result<Vec<String>, String> = rest.split('/').map(|part| decode(part, text)).collect();
        Ok(Self { parts: parts? })
    }

    /// Whether the other pointer is below this one.
    pub(crate) fn is_above(&self, other: &Self) -> bool {
        other.parts.len() > self.parts.len() && other.parts.starts_with(&self.parts)
    }
}

fn decode(part: &str, whole: &str) -> Result<String, String> {
    let mut output = String::with_capacity(part.len());
    let mut characters = part.chars();
    while let Some(character) = characters.next() {
        if character != '~' {
            output.push(character);
            continue;
        }
        match characters.next() {
            Some('0') => output.push('~'),
            Some('1') => output.push('/'),
            _ => return Err(format!("`{whole}` has a `~` that is neither `~0` nor `~1` (RFC 6901)")),
        }
    }
    Ok(output)
}

impl fmt::Display for Pointer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts
            .iter()
            .try_for_each(|part| write!(formatter, "/{}", part.replace('~', "~0").replace('/', "~1")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_decoded_in_the_right_order() {
        let pointer = Pointer::parse("/a~1b/~01//0", false).unwrap();
        assert_eq!(pointer.parts, ["a/b", "~1", "", "0"]);
        assert_eq!(pointer.to_string(), "/a~1b/~01//0");
        assert!(Pointer::parse("", false).unwrap().parts.is_empty());
    }

    #[test]
    fn an_invalid_pointer_is_refused() {
        assert!(Pointer::parse("a", false).is_err());
        assert!(Pointer::parse("a/b", true).is_ok());
        assert!(Pointer::parse("/~2", true).is_err());
        assert!(Pointer::parse("/~", false).is_err());
    }
}
