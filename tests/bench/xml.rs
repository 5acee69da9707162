//! As much of XML as it takes to read an id out of an answer of AWS.

/// The text of the first element of this name.
pub(crate) fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once('<').map(|(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_element_counts() {
        assert_eq!(element("<A><Id>1</Id><Id>2</Id></A>", "Id"), Some("1"));
        assert_eq!(element("<A/>", "Id"), None);
    }
}
