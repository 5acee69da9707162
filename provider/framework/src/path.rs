//! Where in a configuration or state something is: `image.tag`, `port["http"].port`, `advanced_setting[0].patch`.

use std::fmt;

/// One step from a value to one of its parts.
///
/// ```
/// use provider_framework::{Path, Step};
///
/// let path = Path::root("rule").index(0).step(Step::Key("team".to_owned()));
/// assert_eq!(path.steps(), [Step::Attribute("rule".to_owned()), Step::Index(0), Step::Key("team".to_owned())]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// An attribute or a nested block of an object.
    Attribute(String),
    /// An element of a map, or a labelled block.
    Key(String),
    /// An element of a list.
    Index(i64),
}

/// The steps from the root of a resource, data source or provider configuration.
///
/// ```
/// use provider_framework::Path;
///
/// let path = Path::root("rule").index(0).attribute("labels").key("team");
/// assert_eq!(path.to_string(), "rule[0].labels[\"team\"]");
/// assert!(Path::root("rule").contains(&path));
///
/// // A rule reports where inside its value the problem is; the framework knows where the value is.
/// let inside = Path::EMPTY.attribute("port");
/// assert_eq!(Path::root("backend").index(1).join(&inside).to_string(), "backend[1].port");
/// assert!(Path::EMPTY.is_empty());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Step>);

impl Path {
    /// The path of no steps: the whole value.
    pub const EMPTY: Self = Self(Vec::new());

    /// A path that begins at a top-level attribute or block.
    pub fn root(name: impl Into<String>) -> Self {
        Self::EMPTY.attribute(name)
    }

    /// This path, one attribute or block further in.
    #[must_use]
    pub fn attribute(self, name: impl Into<String>) -> Self {
        self.step(Step::Attribute(name.into()))
    }

    /// This path, one map element or labelled block further in.
    #[must_use]
    pub fn key(self, key: impl Into<String>) -> Self {
        self.step(Step::Key(key.into()))
    }

    /// This path, one list element further in.
    #[must_use]
    pub fn index(self, index: usize) -> Self {
        self.step(Step::Index(i64::try_from(index).unwrap_or(i64::MAX)))
    }

    /// This path and one step more.
    #[must_use]
    pub fn step(mut self, step: Step) -> Self {
        self.0.push(step);
        self
    }

    /// This path followed by another one that starts where this one ends.
    #[must_use]
    pub fn join(mut self, rest: &Self) -> Self {
        self.0.extend(rest.0.iter().cloned());
        self
    }

    /// The steps from the root on.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this is the path of the whole value.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `other` is this path or lies inside it.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }
}

impl From<Vec<Step>> for Path {
    fn from(steps: Vec<Step>) -> Self {
        Self(steps)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => formatter.write_str(name)?,
                Step::Attribute(name) => write!(formatter, ".{name}")?,
                Step::Key(key) => write!(formatter, "[{key:?}]")?,
                Step::Index(index) => write!(formatter, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Path;

    fn check(path: &Path, text: &str) {
        assert_eq!(path.to_string(), text);
    }

    #[test]
    fn reads_like_hcl() {
        check(&Path::EMPTY, "");
        check(&Path::root("image").attribute("tag"), "image.tag");
        check(&Path::root("port").key("http").attribute("port"), "port[\"http\"].port");
        check(&Path::root("advanced_setting").index(0).attribute("patch"), "advanced_setting[0].patch");
        check(&Path::root("labels").key("a\"b"), "labels[\"a\\\"b\"]");
    }

    #[test]
    fn contains_itself_and_what_is_inside() {
        let image = Path::root("image");
        assert!(image.contains(&image));
        assert!(image.contains(&image.clone().attribute("tag")));
        assert!(!image.contains(&Path::root("images")));
    }
}
