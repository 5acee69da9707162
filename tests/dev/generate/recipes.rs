//! `docs/guides/advanced-settings.md`: a recipe for each case in `post-renderer/tests/cases/recipes`. The post-renderer's
//! tests render each of them, so every setting and every result on the page is real.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use acceptance::programs::Programs;
use acceptance::tools::Tools;
use acceptance::workspace;
use anyhow::{Context, Result, ensure};

use super::Document;
use super::markdown::front_matter;

/// The recipes, a folder each.
const CASES: &str = "post-renderer/tests/cases/recipes";

const INTRODUCTION: &str = "\
With this page you change fields of rendered manifests that a chart has no value for. Each recipe is one entry of
`advancedSettings`, with the change that it makes.

In a configuration of the post-renderer, paste it below `advancedSettings:`. In HCL, it is an `advanced_setting` block of
`ipsy_app`:

```hcl
advanced_setting {
  name   = \"ndots\"
  create = true
  target {
    kind = \"Deployment\"
    name = \"checkout\"
  }
  patch = yamlencode({ spec = { template = { spec = { dnsConfig = { options = [{ name = \"ndots\", value = \"2\" }] } } } } })
}
```

`patch` also takes the YAML as text, for example from a heredoc. [The post-renderer](post-renderer.md) explains targets,
order and errors; [the differences from kustomize](kustomize-differences.md) has all directives. A setting that matches
nothing fails, and so does one that breaks an enforced standard.
";

/// One recipe.
#[derive(Debug, PartialEq)]
struct Recipe {
    title: String,
    text: String,
    settings: String,
    change: String,
}

/// The page.
pub(super) fn documents(_: &Tools, _: &Programs) -> Result<Vec<Document>> {
    let folder = workspace::root().join(CASES);
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {CASES}"))?;
    let mut cases = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    cases.sort();
    let recipes = cases.iter().map(|case| recipe(case)).collect::<Result<Vec<_>>>()?;
    Ok(vec![Document { path: "docs/guides/advanced-settings.md".into(), text: page(&recipes)? }])
}

fn recipe(case: &Path) -> Result<Recipe> {
    let read = |name: &str| {
        let path = case.join(name);
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    parse(&read("config.yaml")?, &read("expected.diff")?).with_context(|| case.display().to_string())
}

/// Reads the title and the text from the comment at the beginning of the configuration.
fn parse(configuration: &str, difference: &str) -> Result<Recipe> {
    let comment: Vec<&str> =
        configuration.lines().map_while(|line| line.strip_prefix('#')).map(str::trim).collect();
    let [title, "", text @ ..] = comment.as_slice() else {
        anyhow::bail!("config.yaml must begin with a title, an empty comment line and a text");
    };
    let (_, settings) =
        configuration.split_once("advancedSettings:\n").context("config.yaml has no `advancedSettings`")?;
    let unindented = settings.lines().map(|line| line.strip_prefix("  ").unwrap_or(line));
    let change: Vec<&str> = difference.lines().skip_while(|line| !line.starts_with("@@")).collect();
    ensure!(!change.is_empty(), "expected.diff has no change");
    Ok(Recipe {
        title: (*title).to_owned(),
        text: text.join("\n"),
        settings: unindented.collect::<Vec<_>>().join("\n"),
        change: change.join("\n"),
    })
}

fn page(recipes: &[Recipe]) -> Result<String> {
    let description = "Recipes that change fields of rendered manifests, each with its result.";
    let title = "Advanced settings: recipes";
    let mut page = front_matter(title, description);
    write!(page, "# {title}\n\n{INTRODUCTION}")?;
    for Recipe { title, text, settings, change } in recipes {
        write!(page, "\n## {title}\n\n{text}\n\n```yaml\n{settings}\n```\n\n```diff\n{change}\n```\n")?;
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_is_the_comment_the_settings_and_the_change() {
        let configuration = "# Title\n#\n# One.\n# Two.\nkind: PostRenderConfig\nadvancedSettings:\n  - name: a\n    patch: {}\n";
        let found = parse(configuration, "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n").unwrap();
        let expected = Recipe {
            title: "Title".to_owned(),
            text: "One.\nTwo.".to_owned(),
            settings: "- name: a\n  patch: {}".to_owned(),
            change: "@@ -1 +1 @@\n-x\n+y".to_owned(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_recipe_without_text_or_change_is_refused() {
        assert!(parse("# Title\nadvancedSettings:\n", "@@\n").is_err());
        assert!(parse("# Title\n#\n# Text.\nadvancedSettings:\n", "# nothing is changed\n").is_err());
    }
}
