//! Texts of the standards that generated scripts and pipelines hold without quotes of their own: none of them may end a word
//! there.

use crate::finding::Finding;
use serde_json::Value;

/// Texts that are not plain words, with how to write them.
pub(super) fn findings(standards: &Value) -> Vec<Finding> {
    let database = "`registry.example.com/trivy-db:2`";
    let mut found = Vec::new();
    for member in ["repositories", "javaRepositories"] {
        let list = standards["scanDatabase"][member].as_array().into_iter().flatten().enumerate();
        for (index, text) in list {
            check(text, &format!("scanDatabase.{member}[{index}]"), "a repository", database, &mut found);
        }
    }
    let library = &standards["platform"]["jenkinsLibrary"];
    check(library, "platform.jenkinsLibrary", "a shared library", "`ipsy@COMMIT`", &mut found);
    found
}

fn check(text: &Value, field: &str, kind: &str, example: &str, found: &mut Vec<Finding>) {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"./:_-@".contains(&byte);
    if let Some(text) = text.as_str().filter(|text| !text.bytes().all(plain)) {
        let finding = Finding::error("configuration-invalid", format!("`{text}` is not the name of {kind}"));
        found.push(finding.field(field.to_owned()).help(format!("write it as {example}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_that_a_shell_would_read_as_more_are_refused() {
        let fields = |standards: &Value| -> Vec<String> {
            findings(standards).into_iter().filter_map(|finding| finding.location.field).collect()
        };
        let standards = json!({
            "scanDatabase": { "repositories": ["a.test/db:2", "$(id)"], "javaRepositories": ["a b"] },
            "platform": { "jenkinsLibrary": "ipsy') _" },
        });
        assert_eq!(
            fields(&standards),
            ["scanDatabase.repositories[1]", "scanDatabase.javaRepositories[0]", "platform.jenkinsLibrary"]
        );
        assert!(fields(&json!({ "platform": { "jenkinsLibrary": "acme/ipsy@0123abcd" } })).is_empty());
    }
}
