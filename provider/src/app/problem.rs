//! A fault in what the user wrote, with the attribute it is about: all of them are collected, then told at once.

/// One step into the configuration: an attribute or block, or the name of a block.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// An attribute or block by name.
    Attribute(String),
    /// The name of a named block, or a key of a map.
    Key(String),
    /// The position of a block without a name.
    Index(usize),
}

/// A fault of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Where, from the root of the resource.
    pub(crate) place: Vec<Place>,
    /// What is wrong, in a few words.
    pub(crate) summary: String,
    /// Why, and what to do.
    pub(crate) detail: String,
    /// Whether the plan may go on.
    pub(crate) warning: bool,
}

/// The faults found so far.
#[derive(Debug, Default)]
pub(crate) struct Problems(pub(crate) Vec<Problem>);

impl Problems {
    /// Adds an error at `place`, written as `image.tag`, `port["http"].port` or `advanced_setting[0].patch`.
    pub(crate) fn error(&mut self, place: &str, summary: impl Into<String>, detail: impl Into<String>) {
        self.0.push(Problem {
            place: parse_place(place),
            summary: summary.into(),
            detail: detail.into(),
            warning: false,
        });
    }

    /// Adds a warning at `place`.
    pub(crate) fn warning(&mut self, place: &str, summary: impl Into<String>, detail: impl Into<String>) {
        self.0.push(Problem {
            place: parse_place(place),
            summary: summary.into(),
            detail: detail.into(),
            warning: true,
        });
    }
}

/// The text that [`parse_place`] reads as `places`.
pub(crate) fn place_text(places: &[Place]) -> String {
    let step = |place: &Place| match place {
        Place::Attribute(name) => format!(".{name}"),
        Place::Key(key) => format!("[{key:?}]"),
        Place::Index(index) => format!("[{index}]"),
    };
    let text: String = places.iter().map(step).collect();
    text.strip_prefix('.').unwrap_or(&text).to_owned()
}

/// Reads `a.b["name"].c[0]`: a dot selects an attribute, brackets a name or a position.
pub(crate) fn parse_place(text: &str) -> Vec<Place> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix("[\"") {
            let (name, after) = inside.split_once("\"]").unwrap_or((inside, ""));
            steps.push(Place::Key(name.replace("\\\"", "\"").replace("\\\\", "\\")));
            rest = after;
        } else if let Some(inside) = rest.strip_prefix('[') {
            let (index, after) = inside.split_once(']').unwrap_or((inside, ""));
            steps.extend(index.parse().map(Place::Index));
            rest = after;
        } else {
            let name = rest.trim_start_matches('.');
            let end = name.find(['.', '[']).unwrap_or(name.len());
            steps.push(Place::Attribute(name[..end].to_owned()));
            rest = &name[end..];
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_as_it_is_written() {
        for text in ["port[\"a\\\"b\"].port", "advanced_setting[2].patch", "name"] {
            assert_eq!(place_text(&parse_place(text)), text);
        }
    }

    #[test]
    fn a_place_reads_attributes_names_and_positions() {
        for name in ["http", "8080", "a.b", "a\"b"] {
            assert_eq!(
                parse_place(&format!("port[{name:?}].port")),
                [Place::Attribute("port".into()), Place::Key(name.into()), Place::Attribute("port".into())]
            );
        }
        assert_eq!(
            parse_place("advanced_setting[2].patch"),
            [Place::Attribute("advanced_setting".into()), Place::Index(2), Place::Attribute("patch".into())]
        );
    }
}
