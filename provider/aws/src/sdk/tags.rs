//! Tags between our map and the SDK's lists.

use crate::Tags;

/// Our tags of the SDK's pairs. AWS's own tags are left out: users may not set or remove them.
pub(super) fn from_pairs<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Tags {
    pairs
        .filter(|(key, _)| !key.starts_with("aws:"))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// The SDK's list of our tags, `None` without tags: some services refuse an empty list.
pub(super) fn to_list<Tag, E>(
    tags: &Tags,
    build: impl Fn(&str, &str) -> Result<Tag, E>,
) -> Result<Option<Vec<Tag>>, E> {
    let list: Result<Vec<_>, _> = tags.iter().map(|(key, value)| build(key, value)).collect();
    Ok(Some(list?).filter(|list| !list.is_empty()))
}

/// The SDK's map of our tags, `None` without tags.
pub(super) fn to_map(tags: &Tags) -> Option<std::collections::HashMap<String, String>> {
    (!tags.is_empty()).then(|| tags.clone().into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_aws_itself_are_left_out() {
        let pairs = [("team", "payments"), ("aws:cloudformation:stack-name", "x")];
        assert_eq!(from_pairs(pairs.into_iter()), [("team".to_owned(), "payments".to_owned())].into());
    }
}
