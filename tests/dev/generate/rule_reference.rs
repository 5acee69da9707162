//! A page for each standard of the post-renderer, and an index that also lists all other findings, as the built program
//! explains them.

use std::fmt::Write;

use acceptance::process::Process;
use acceptance::programs::Programs;
use acceptance::tools::Tools;
use anyhow::{Context, Result};
use serde_json::Value;

use super::Document;

/// All pages.
pub(super) fn documents(_: &Tools, programs: &Programs) -> Result<Vec<Document>> {
    let explain = |arguments: &[&str]| -> Result<String> {
        Ok(Process::new(&programs.post_renderer).arg("explain-rule").args(arguments).succeed()?.stdout)
    };
    let all: Vec<Value> = serde_json::from_str(&explain(&["--all", "--output", "json"])?)?;
    let of_kind = |kind: &str| all.iter().filter(|explained| explained["kind"] == kind).collect::<Vec<_>>();
    let (standards, of_provider) = (of_kind("standard"), of_kind("plan-rule"));
    let mut pages = vec![index(&standards, &of_provider, &of_kind("finding"))?];
    for standard in standards.into_iter().chain(of_provider) {
        let id = standard["id"].as_str().context("a rule has an id")?;
        let text = explain(&[id, "--output", "markdown"])?;
        pages.push(Document { path: format!("docs/rules/{id}.md").into(), text });
    }
    Ok(pages)
}

fn index(standards: &[&Value], of_provider: &[&Value], findings: &[&Value]) -> Result<Document> {
    let mut page = "# Rules\n\n`ipsy-post-renderer explain-rule ID` prints the same texts.\n\n\
        ## Standards\n\nAn exception names the id of a standard, or of a part of it, such as \
        `resource-maximum/memory`.\n\n| Id | Rule | Configured in |\n|---|---|---|\n"
        .to_owned();
    let cell = |value: &Value| value.as_str().unwrap_or_default().replace('|', "\\|");
    let rows = |rules: &[&Value], page: &mut String| -> Result<()> {
        for rule in rules {
            let (id, summary, source) = (cell(&rule["id"]), cell(&rule["summary"]), cell(&rule["source"]));
            let source = if source.is_empty() { "always".to_owned() } else { format!("`{source}`") };
            writeln!(page, "| [{id}]({id}.md) | {summary} | {source} |")?;
        }
        Ok(())
    };
    rows(standards, &mut page)?;
    page.push_str(
        "\n## Rules of the provider\n\nThe provider judges apps by them, at plan.\n\n| Id | Rule | Configured in |\n\
         |---|---|---|\n",
    );
    rows(of_provider, &mut page)?;
    page.push_str("\n## Other findings\n\n| Id | Meaning | How to fix |\n|---|---|---|\n");
    for finding in findings {
        let (id, summary, remedy) =
            (cell(&finding["id"]), cell(&finding["summary"]), cell(&finding["remedy"]));
        writeln!(page, "| `{id}` | {summary} | {remedy} |")?;
    }
    Ok(Document { path: "docs/rules/README.md".into(), text: page })
}
