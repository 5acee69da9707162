//! `docs/guides/field-owners.md`: which tool owns which field. A field that is listed twice is an error.

use std::collections::BTreeSet;
use std::fmt::Write;

use acceptance::owners::{ROWS, Row, rows};
use acceptance::programs::Programs;
use acceptance::tools::Tools;
use acceptance::workspace;
use anyhow::{Result, ensure};

use super::Document;
use super::inventory;
use super::markdown::front_matter;

const INTRODUCTION: &str = "\
With this page you find the one tool that may change a field. Where two tools write the same field, each deployment undoes
the other one.

";

const CONFLICTS: &str = "
## Find a conflict

The API server records the manager of each field:

```sh
kubectl get deployment checkout --output yaml --show-managed-fields
```

Two managers of one field are a conflict. `make test-cluster FILTER=owners` installs an app with Helm 4, lets the
autoscaler scale it, and fails if any field of any object has two managers.

| You see | Cause | Fix |
|---|---|---|
| replicas jump back with each deployment | a chart sets `spec.replicas` beside an autoscaler | leave the standard `replicas-owner` on |
| `Apply failed with 1 conflict` | someone changed a field by hand | revert the change, or put it into the configuration |
| weights of the rule change without an apply | a deployment tool moves the traffic | `weights = \"external\"` |
| an older image returns | the tag is set in HCL and by the pipeline | `image { source = \"pointer\" }` |
";

/// The page.
pub(super) fn documents(_: &Tools, _: &Programs) -> Result<Vec<Document>> {
    let rows = rows()?;
    check(&rows)?;
    Ok(vec![Document { path: "docs/guides/field-owners.md".into(), text: page(&rows)? }])
}

fn check(rows: &[Row]) -> Result<()> {
    let mut fields = BTreeSet::new();
    let mut paths = BTreeSet::new();
    for row in rows {
        ensure!(fields.insert(&row.field), "{ROWS} lists `{}` twice", row.field);
        if let (Some(kind), Some(path)) = (&row.kind, &row.path) {
            ensure!(paths.insert((kind, path)), "{ROWS} lists `{path}` of {kind} twice");
        }
        ensure!(
            inventory::exists(&row.test, workspace::root()),
            "{ROWS}: the test `{}` of `{}` does not exist",
            row.test,
            row.field
        );
    }
    Ok(())
}

fn page(rows: &[Row]) -> Result<String> {
    let description = "Which tool owns which field, and how the others leave it alone.";
    let title = "Which tool owns which field";
    let mut page = front_matter(title, description);
    write!(
        page,
        "# {title}\n\n{INTRODUCTION}| Field | Owner | The other tools | Proven by |\n|---|---|---|---|\n"
    )?;
    for Row { field, owner, others, test, .. } in rows {
        writeln!(page, "| {field} | {owner} | {others} | `{test}` |")?;
    }
    page.push_str(CONFLICTS);
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_with_two_owners_is_refused() {
        let mut rows = rows().unwrap();
        check(&rows).unwrap();
        let twice = Row { owner: "kubectl".to_owned(), ..rows.first().unwrap().clone() };
        rows.push(twice);
        assert!(check(&rows).unwrap_err().to_string().contains("twice"));
    }

    #[test]
    fn a_row_without_a_real_test_is_refused() {
        let mut rows = rows().unwrap();
        rows.truncate(1);
        "README.md::nothing".clone_into(&mut rows.first_mut().unwrap().test);
        assert!(check(&rows).is_err());
    }
}
