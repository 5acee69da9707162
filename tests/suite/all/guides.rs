//! Tables of guides: arguments and rules that they name exist, and none is left out.

use std::fs;

use acceptance::workspace;

/// Guides that map the fields of another tool to arguments of `ipsy_app`, in the second column of their first table.
const MIGRATIONS: [&str; 3] = ["from-helm-release", "from-copilot", "from-ecs-express"];

#[test]
fn arguments_that_migrations_name_exist() {
    let reference = fs::read_to_string(workspace::root().join("docs/resources/app.md")).unwrap();
    let mut problems = Vec::new();
    for guide in MIGRATIONS {
        let text = fs::read_to_string(workspace::root().join(format!("docs/guides/{guide}.md"))).unwrap();
        let rows = text.lines().skip_while(|line| !line.contains("| In `ipsy_app` |")).skip(2);
        let rows: Vec<&str> = rows.take_while(|line| line.starts_with('|')).collect();
        assert!(rows.len() > 5, "{guide} has only {} rows", rows.len());
        for row in rows {
            let cell = row.split('|').nth(2).unwrap();
            let named = cell.split('`').skip(1).step_by(2);
            problems.extend(
                named.filter(|name| !is_argument(name, &reference)).map(|name| format!("{guide}: `{name}`")),
            );
        }
    }
    assert!(problems.is_empty(), "these arguments do not exist:\n{}", problems.join("\n"));
}

/// Whether the reference has an argument or block, such as `load_balancer.hosts`.
fn is_argument(path: &str, reference: &str) -> bool {
    if reference.contains(&format!("### Block `{path}`\n")) {
        return true;
    }
    let (section, name) = match path.rsplit_once('.') {
        Some((block, name)) => (reference.split(&format!("### Block `{block}`\n")).nth(1), name),
        None => (reference.split("## Schema\n").nth(1), path),
    };
    let own = section.and_then(|section| section.split("<a id=").next()).unwrap_or_default();
    own.contains(&format!("\n- `{name}` ("))
}

#[test]
fn troubleshooting_has_every_rule() {
    let read = |name: &str| fs::read_to_string(workspace::root().join(name)).unwrap();
    let (guide, rules) = (read("docs/guides/troubleshooting.md"), read("docs/rules/README.md"));
    for entry in fs::read_dir(workspace::root().join("docs/rules")).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(name == "README.md" || guide.contains(&format!("(../rules/{name})")), "{name} is missing");
    }
    let table = guide.split("## By id").nth(1).unwrap().split("## ").next().unwrap();
    let cells = table.lines().filter_map(|line| line.split('|').nth(1)).filter(|cell| cell.contains('`'));
    for id in cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)) {
        assert!(rules.contains(&format!("`{id}`")), "`{id}` is not a rule");
    }
}
