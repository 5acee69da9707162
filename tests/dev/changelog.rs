//! `cargo dev changelog`: the changes of a release, gathered from `.changes/`. Each change has a file of its own there, so
//! that changes which are made at the same time never conflict.

use std::fs;
use std::path::PathBuf;

use acceptance::console::Console;
use acceptance::workspace;
use anyhow::{Context, Result, ensure};

/// Where changes wait for the next release: files of Markdown list items, by name in any form.
const FOLDER: &str = ".changes";

/// What is in the folder besides changes.
const README: &str = "README.md";

/// Moves all changes from `.changes/` into the section of the workspace's version in `CHANGELOG.md`, whose heading gets the
/// date.
pub(crate) fn run(console: Console, date: &str) -> Result<()> {
    let changes = changes()?;
    let path = workspace::root().join("CHANGELOG.md");
    let texts: Vec<&str> = changes.iter().map(|(_, text)| text.as_str()).collect();
    let changelog = released(&fs::read_to_string(&path)?, workspace::version()?, date, &texts)?;
    fs::write(&path, changelog)?;
    for (path, _) in &changes {
        fs::remove_file(path)?;
    }
    console.say(format!("{} changes are in CHANGELOG.md", changes.len()));
    Ok(())
}

/// What the changelog lists for the version of the workspace, for the notes of its release.
pub(super) fn notes() -> Result<String> {
    let waiting = changes()?.len();
    ensure!(
        waiting == 0,
        "{waiting} changes are still in {FOLDER}/: `make changelog` moves them to CHANGELOG.md"
    );
    let changelog = fs::read_to_string(workspace::root().join("CHANGELOG.md"))?;
    let version = workspace::version()?;
    let section = section(&changelog, version).map(str::to_owned);
    section.with_context(|| format!("CHANGELOG.md has no section `## {version}`"))
}

/// The files of `.changes/` in the order of their names, with their texts.
fn changes() -> Result<Vec<(PathBuf, String)>> {
    let folder = workspace::root().join(FOLDER);
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.retain(|path| !path.ends_with(README));
    paths.sort();
    let changes = paths.into_iter().map(|path| {
        let text = fs::read_to_string(&path)?;
        ensure!(text.starts_with("- "), "{} does not begin with `- `: it is part of a list", path.display());
        Ok((path, text))
    });
    changes.collect()
}

/// The changelog with these changes at the top of the version's section. A version without a section gets one, above all
/// others.
fn released(changelog: &str, version: &str, date: &str, changes: &[&str]) -> Result<String> {
    let (introduction, sections) = changelog.split_once("\n## ").context("CHANGELOG.md has no section")?;
    let mut sections: Vec<&str> = sections.split("\n## ").collect();
    let of_version = sections.iter().position(|section| is_of(section, version));
    let own = of_version.map(|index| body(sections.remove(index))).unwrap_or_default();
    let items: Vec<&str> =
        changes.iter().map(|text| text.trim()).chain([own]).filter(|text| !text.is_empty()).collect();
    let mut text = format!("{introduction}\n## {version} ({date})\n\n{}\n", items.join("\n"));
    for section in sections {
        text.push_str("\n## ");
        text.push_str(section.trim_end());
        text.push('\n');
    }
    Ok(text)
}

/// The text of a version's section, without its heading.
fn section<'a>(changelog: &'a str, version: &str) -> Option<&'a str> {
    changelog.split("\n## ").skip(1).find(|section| is_of(section, version)).map(body)
}

fn is_of(section: &str, version: &str) -> bool {
    section.split_whitespace().next() == Some(version)
}

/// A section without its heading.
fn body(section: &str) -> &str {
    section.split_once('\n').map_or("", |(_, body)| body).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGELOG: &str = "# Changelog\n\nNewest first.\n\n## 0.2.0 (unreleased)\n\n- New.\n\n## 0.1.0 (2026-12-01)\n\n- Old.\n- Older.\n";

    #[test]
    fn changes_go_to_the_top_of_the_section_of_the_version() {
        let changelog =
            released(CHANGELOG, "0.2.0", "2027-01-01", &["- One.\n", "- Two,\n  long.\n"]).unwrap();
        let expected = CHANGELOG
            .replace("## 0.2.0 (unreleased)\n\n", "## 0.2.0 (2027-01-01)\n\n- One.\n- Two,\n  long.\n");
        assert_eq!(changelog, expected);
    }

    #[test]
    fn a_version_without_a_section_gets_one_above_the_others() {
        let changelog = released(CHANGELOG, "0.3.0", "2027-02-01", &["- One.\n"]).unwrap();
        let expected = CHANGELOG
            .replace("## 0.2.0 (unreleased)", "## 0.3.0 (2027-02-01)\n\n- One.\n\n## 0.2.0 (unreleased)");
        assert_eq!(changelog, expected);
    }

    #[test]
    fn notes_are_the_section_of_the_version() {
        assert_eq!(section(CHANGELOG, "0.2.0"), Some("- New."));
        assert_eq!(section(CHANGELOG, "0.1.0"), Some("- Old.\n- Older."));
        assert_eq!(section(CHANGELOG, "0.1"), None);
    }

    #[test]
    fn the_changes_of_this_checkout_are_lists() {
        assert!(changes().is_ok());
    }
}
