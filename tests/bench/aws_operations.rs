//! The operations of AWS that the provider can call, read from the source of its SDK layer.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::workspace;

/// Beginnings of the names of operations.
const VERBS: [&str; 19] = [
    "Add",
    "Associate",
    "Attach",
    "Change",
    "Create",
    "Delete",
    "Describe",
    "Detach",
    "Disassociate",
    "Get",
    "List",
    "Modify",
    "Put",
    "Remove",
    "Set",
    "Start",
    "Tag",
    "Untag",
    "Update",
];

/// The files of the SDK layer, by path.
pub fn sources() -> Result<Vec<PathBuf>> {
    let folder = workspace::root().join("provider/aws/src/sdk");
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    files.sort();
    Ok(files)
}

/// The operations that a source names: texts such as `"CreateRule"`. Names of answers, such as
/// `DescribeAutoScalingGroupsResult`, are left out.
pub fn named_in(source: &str) -> BTreeSet<String> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let texts = code.split('"').skip(1).step_by(2);
    let is_operation = |text: &&str| {
        let starts_with_verb = VERBS
            .iter()
            .filter_map(|verb| text.strip_prefix(verb))
            .any(|rest| rest.starts_with(|letter: char| letter.is_ascii_uppercase()));
        starts_with_verb
            && !text.ends_with("Result")
            && text.chars().all(|letter| letter.is_ascii_alphanumeric())
    };
    texts.filter(is_operation).map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_texts_that_begin_with_a_verb() {
        let source = r#"
            self.channel.call("DescribeRules", arn, send).await;
            let operation = "UpdateRole";
            Err(Error::new("Delete it first", "TargetGroup", "Create", "DescribeRulesResult"));
            #[cfg(test)]
            mod tests { const X: &str = "DeleteRule"; }
        "#;
        let expected = ["DescribeRules", "UpdateRole"].map(str::to_owned);
        assert_eq!(named_in(source), BTreeSet::from(expected));
    }
}
