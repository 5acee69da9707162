//! A YAML document before it is written: values, and the odd things that may stand around them.

/// A value.
#[derive(Clone)]
pub(crate) enum Node {
    /// A scalar, in whatever style the writer chooses.
    Text(String),
    /// A scalar written exactly so.
    Plain(&'static str),
    /// A mapping, with duplicate and merge keys.
    Mapping(Vec<(String, Node)>),
    /// A list.
    List(Vec<Node>),
    /// An anchor and its value.
    Anchor(usize, Box<Node>),
    /// An alias of an anchor, which may be missing.
    Alias(usize),
    /// A tag and its value.
    Tag(&'static str, Box<Node>),
}

impl Node {
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    pub(crate) fn mapping<const N: usize>(entries: [(&str, Self); N]) -> Self {
        Self::Mapping(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }
}
