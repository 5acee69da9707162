//! The chart template of a document, as Helm notes it in what it hands to a post-renderer.

/// Helm 3 and `helm template` write this comment above each document.
const COMMENT: &str = "# Source: ";

/// Helm 4 writes this annotation instead, while a post-renderer runs.
const ANNOTATION: &str = "postrenderer.helm.sh/postrender-filename:";

/// Longest name that is shown.
const LONGEST: usize = 256;

/// The template that a document comes from:
///
/// ```yaml
/// # Source: shop/templates/app.yaml
/// apiVersion: v1
/// ```
pub(crate) fn template(document: &str) -> Option<String> {
    let mut leading = document
        .lines()
        .map(str::trim_end)
        .take_while(|line| line.is_empty() || line.starts_with('#') || *line == "---");
    let name = leading.find_map(|line| line.strip_prefix(COMMENT)).or_else(|| annotated(document))?;
    // The name is shown in terminals, so it must not steer them.
    let name: String = name.chars().filter(|character| !character.is_control()).take(LONGEST).collect();
    Some(name).filter(|name| !name.is_empty())
}

fn annotated(document: &str) -> Option<&str> {
    let start = memchr::memmem::find(document.as_bytes(), ANNOTATION.as_bytes())?;
    let line = document.get(start + ANNOTATION.len()..)?.lines().next()?;
    Some(line.trim().trim_matches(['\'', '"']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, expected: Option<&str>) {
        assert_eq!(template(document).as_deref(), expected, "{document}");
    }

    #[test]
    fn comment_of_helm_3_names_the_template() {
        check("# Source: shop/templates/app.yaml\nkind: A\n", Some("shop/templates/app.yaml"));
        check(
            "\n# Source: shop/charts/db/templates/a.yaml\r\n# by hand\r\nkind: A\r\n",
            Some("shop/charts/db/templates/a.yaml"),
        );
        check("# by hand\nkind: A\n", None);
    }

    #[test]
    fn annotation_of_helm_4_names_the_template() {
        let document = "kind: A\nmetadata:\n  annotations:\n    postrenderer.helm.sh/postrender-filename: 'shop/templates/app.yaml'\n";
        check(document, Some("shop/templates/app.yaml"));
    }

    #[test]
    fn only_a_comment_above_the_object_counts() {
        check("kind: A\ndata: |\n  # Source: x\n# Source: y\n", None);
    }

    #[test]
    fn control_characters_are_left_out() {
        check("# Source: a\u{1b}[31mb\nkind: A\n", Some("a[31mb"));
        check("# Source: \nkind: A\n", None);
    }
}
