//! `docs/inventory.md`: each item of the practice, where it is, and which tests prove it. Rows without a test, and names
//! of files or tests that do not exist, are errors.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use acceptance::programs::Programs;
use acceptance::tools::Tools;
use acceptance::{matrix, platform, workspace};
use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::Document;
use super::markdown::front_matter;

/// Where the rows are.
const ROWS: &str = "tests/inventory.yaml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    item: String,
    /// Files and folders, from the root.
    #[serde(rename = "where")]
    places: Vec<String>,
    tests: Vec<String>,
}

/// The page.
pub(super) fn documents(_: &Tools, _: &Programs) -> Result<Vec<Document>> {
    let text = fs::read_to_string(workspace::root().join(ROWS))?;
    let rows: Vec<Row> = serde_yaml::from_str(&text).with_context(|| format!("{ROWS} cannot be read"))?;
    let problems: Vec<String> = rows.iter().flat_map(|row| problems(row, workspace::root())).collect();
    ensure!(problems.is_empty(), "{ROWS} names what does not exist:\n{}", problems.join("\n"));
    Ok(vec![Document { path: "docs/inventory.md".into(), text: page(&rows)? }])
}

/// The problems of a row, one line each.
fn problems(row: &Row, root: &Path) -> Vec<String> {
    let mut problems = Vec::new();
    let mut report = |problem: String| problems.push(format!("{}: {problem}", row.item));
    for place in row.places.iter().filter(|place| !root.join(place).exists()) {
        report(format!("`{place}` does not exist"));
    }
    if row.places.is_empty() {
        report("`where` is empty".to_owned());
    }
    if row.tests.is_empty() {
        report("`tests` is empty".to_owned());
    }
    for test in row.tests.iter().filter(|test| !exists(test, root)) {
        report(format!("the test `{test}` does not exist"));
    }
    problems
}

/// Whether the test exists: a test function of the file, the folder or file of a case, or a scenario of a task.
pub(super) fn exists(test: &str, root: &Path) -> bool {
    if let Some(scenario) = test.strip_prefix("test-cluster ") {
        return matrix::SCENARIOS.iter().any(|(name, _)| *name == scenario);
    }
    if let Some(scenario) = test.strip_prefix("test-platform ") {
        return platform::SCENARIOS.iter().any(|(name, _)| *name == scenario);
    }
    let Some((file, function)) = test.split_once("::") else { return root.join(test).exists() };
    has_test(&fs::read_to_string(root.join(file)).unwrap_or_default(), function)
}

/// Whether a source file in Rust or Groovy has a function of this name that is marked as a test.
fn has_test(source: &str, function: &str) -> bool {
    let mut is_test = false;
    for line in source.lines().map(str::trim) {
        if ["fn", "async fn", "void"]
            .iter()
            .any(|keyword| line.starts_with(&format!("{keyword} {function}(")))
        {
            return is_test;
        }
        let is_attribute = line.starts_with("#[") || line.starts_with('@');
        let is_mark = ["#[test]", "#[tokio::test", "@Test"].iter().any(|mark| line.starts_with(mark));
        is_test = is_mark || (is_test && is_attribute);
    }
    false
}

fn page(rows: &[Row]) -> Result<String> {
    let description = "Each item of a platform team's practice: where it is, and which test proves it.";
    let mut page = format!("{}# Inventory\n\n{description}\n\n", front_matter("Inventory", description));
    page.push_str("| | Item | Where | Proven by |\n|---|---|---|---|\n");
    for (index, row) in rows.iter().enumerate() {
        let places: Vec<String> =
            row.places.iter().map(|place| format!("[{place}]({})", link(place))).collect();
        let tests: Vec<String> = row.tests.iter().map(|test| format!("`{test}`")).collect();
        let (places, tests) = (places.join("<br>"), tests.join("<br>"));
        writeln!(page, "| {} | {} | {places} | {tests} |", index + 1, row.item)?;
    }
    Ok(page)
}

/// A place from the folder of the page.
fn link(place: &str) -> String {
    place.strip_prefix("docs/").map_or_else(|| format!("../{place}"), ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(places: &[&str], tests: &[&str]) -> Row {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Row { item: "Costs".to_owned(), places: owned(places), tests: owned(tests) }
    }

    #[test]
    fn rows_without_a_test_and_wrong_names_are_reported() {
        let root = workspace::root();
        let this = "tests/dev/generate/inventory.rs::rows_without_a_test_and_wrong_names_are_reported";
        assert!(problems(&row(&["README.md"], &[this, "test-cluster kapp"]), root).is_empty());
        let wrong = row(
            &["NOWHERE.md"],
            &["README.md::no_test", "test-cluster nowhere", "test-platform nowhere", "nowhere/case"],
        );
        assert_eq!(problems(&wrong, root).len(), 5);
        assert_eq!(problems(&row(&["README.md"], &[]), root), ["Costs: `tests` is empty"]);
    }

    #[test]
    fn only_functions_marked_as_tests_count() {
        let rust = "fn helper() {}\n#[test]\n#[should_panic]\nfn proves() {}\n";
        assert!(has_test(rust, "proves"));
        assert!(!has_test(rust, "helper"));
        assert!(!has_test(rust, "proves_more"));
        assert!(has_test("    @Test\n    void pushes() {\n", "pushes"));
    }

    #[test]
    fn links_lead_from_the_folder_of_the_page() {
        assert_eq!(link("docs/guides/fit.md"), "guides/fit.md");
        assert_eq!(link("examples/karpenter"), "../examples/karpenter");
    }
}
