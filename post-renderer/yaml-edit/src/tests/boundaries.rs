//! Every member and item is removed while others are added around it: the result is what the same steps make of the
//! plain value, and comments outside what was removed stay. To run over a folder of manifests of your own:
//! `IPSY_BOUNDARIES=folder cargo test -p yaml-edit boundaries`.

use super::*;

/// One removal and one addition.
#[derive(Clone, Debug)]
struct Step {
    removed: Vec<Part>,
    grown: Vec<Part>,
    /// Whether an item is added at the beginning of a list.
    at_front: bool,
    added: Value,
    removes_first: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Key(String),
    Index(usize),
}

/// The variable that names a folder of manifests to run over.
const FOLDER: &str = "IPSY_BOUNDARIES";
const NEW_KEY: &str = "new-key";

#[test]
fn members_and_items_go_and_come_at_every_boundary() {
    let mut failures = Vec::new();
    let mut count = 0;
    for text in boundary_texts() {
        for range in crate::documents(&text) {
            let body = &text[range];
            for text in variants(body) {
                check_text(&text, &mut count, &mut failures);
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {count} fail, such as:\n{}",
        failures.len(),
        failures[..failures.len().min(5)].join("\n")
    );
    assert!(count > 1_000, "only {count} changes");
}

#[test]
fn items_that_change_their_places_lose_and_gain_members() {
    let mut count = 0;
    for text in boundary_texts() {
        for text in crate::documents(&text).flat_map(|range| variants(&text[range])) {
            let Ok(tree) = read(&text, Tree::default()) else { continue };
            for id in 0..u32::try_from(tree.nodes.len()).unwrap() {
                if tree.node(id).kind == Kind::Sequence && tree.children(id).count() > 1 {
                    count += 1;
                    check_reversed(&text, &path(&tree, id));
                }
            }
        }
    }
    assert!(count > 30, "only {count} lists");
}

/// Reverses a list; in each item, the last member or item is removed and a new one is added.
fn check_reversed(text: &str, list: &[Part]) {
    let mut tree = read(text, Tree::default()).unwrap();
    let list = enter(&mut tree, list).unwrap();
    let mut order: Vec<NodeId> = tree.children(list).collect();
    order.reverse();
    for item in &order {
        let tail = tree.children(*item).last();
        if tree.node(*item).kind == Kind::Mapping {
            tree.set(*item, NEW_KEY, &json!("two\nlines\n")).unwrap();
        }
        if let Some(tail) = tail {
            tree.remove(tail).unwrap();
        }
    }
    tree.reorder(list, &order).unwrap();
    let expected = tree.value(tree.root()).unwrap();
    let edits =
        edits(&mut tree, Edits::default()).unwrap_or_else(|fault| panic!("{}:\n{text}", fault.message));
    let output: String = pieces(text, edits.iter()).collect();
    assert!(Checker::default().confirms(&tree, &edits), "{text}\nbecomes\n{output}");
    let reread = read(&output, Tree::default()).unwrap();
    assert_eq!(reread.value(reread.root()).unwrap(), expected, "{output}");
    check_line_ends(text, &output).unwrap();
}

fn boundary_texts() -> Vec<String> {
    let folder = std::env::var_os(FOLDER).map(PathBuf::from);
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/objects");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder.unwrap_or(own))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "json"))
        .collect();
    files.sort();
    files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

/// The text itself, without its last line end, with CRLF, and with a comment and a blank line around each line.
fn variants(text: &str) -> Vec<String> {
    let mut variants = vec![text.to_owned(), text.trim_end().to_owned(), text.replace('\n', "\r\n")];
    let before = read(text, Tree::default()).ok().and_then(|tree| tree.value(tree.root()).ok());
    for insertion in ["# about", "\n"] {
        let mut all = String::new();
        for line in text.lines() {
            let indentation = line.len() - line.trim_start().len();
            all.extend([&line[..indentation], insertion, "\n", line, "\n"]);
        }
        // Not where that changes what is meant: in block scalars and in JSON.
        if read(&all, Tree::default()).is_ok_and(|tree| tree.value(tree.root()).ok() == before) {
            variants.push(all);
        }
    }
    variants
}

fn check_text(text: &str, count: &mut usize, failures: &mut Vec<String>) {
    let Ok(tree) = read(text, Tree::default()) else { return };
    let steps = steps(&tree);
    // Of folders of your own, which may be large, only some changes of each document are tried.
    let most = if std::env::var_os(FOLDER).is_some() { 25 } else { steps.len() };
    let stride = (steps.len() / most.max(1)).max(1);
    for step in steps.iter().step_by(stride) {
        *count += 1;
        if let Err(message) = check_step(text, step) {
            failures.push(format!("{step:?}: {message}\n--- of\n{text}"));
        }
    }
}

/// All removals, each with additions to the collections around it and to its neighbours.
fn steps(tree: &Tree<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    let count = u32::try_from(tree.nodes.len()).unwrap();
    for id in 1..count {
        if tree.is_merge(id) {
            // Not a member to Kubernetes; removing merged members has tests of its own.
            continue;
        }
        let removed = path(tree, id);
        let mut grown = Vec::new();
        let mut around = tree.node(id).parent;
        while around != NONE {
            grown.push(around);
            around = tree.node(around).parent;
        }
        grown.extend([tree.node(id).previous, tree.node(id).next].into_iter().filter(|id| *id != NONE));
        for (index, grown) in grown.into_iter().enumerate() {
            if !matches!(tree.node(grown).kind, Kind::Mapping | Kind::Sequence) || tree.is_merge(grown) {
                continue;
            }
            let added = match (index + id as usize) % 4 {
                0 => json!("text"),
                1 => json!({"a": {"b": ["c", {"d": "e"}]}}),
                2 => json!("two\nlines\n"),
                _ => json!(["x", {}]),
            };
            for (at_front, removes_first) in [(false, true), (true, false)] {
                let grown = path(tree, grown);
                steps.push(Step {
                    removed: removed.clone(),
                    grown,
                    at_front,
                    added: added.clone(),
                    removes_first,
                });
            }
        }
    }
    steps
}

fn path(tree: &Tree<'_>, id: NodeId) -> Vec<Part> {
    let parent = tree.node(id).parent;
    if parent == NONE {
        return Vec::new();
    }
    let mut path = path(tree, parent);
    path.push(match tree.node(parent).kind {
        Kind::Sequence => Part::Index(tree.children(parent).position(|child| child == id).unwrap()),
        _ => Part::Key(tree.key(id).into_owned()),
    });
    path
}

fn check_step(text: &str, step: &Step) -> Result<(), String> {
    let mut tree = read(text, Tree::default()).unwrap();
    let mut expected = tree.value(tree.root()).unwrap();
    let Ok(removed) = enter(&mut tree, &step.removed) else { return Ok(()) };
    let Ok(grown) = enter(&mut tree, &step.grown) else { return Ok(()) };
    let span = tree.node(removed).key_start as usize..tree.node(removed).end as usize;
    let message = |fault: Fault| format!("{} at {}", fault.message, fault.offset);
    if step.removes_first {
        tree.remove(removed).map_err(message)?;
        add(&mut tree, grown, step).map_err(message)?;
    } else {
        add(&mut tree, grown, step).map_err(message)?;
        tree.remove(removed).map_err(message)?;
    }
    // What is added at the front of the list moves the removed item.
    remove_value(&mut expected, &step.removed);
    add_value(&mut expected, step);
    let edits = edits(&mut tree, Edits::default()).map_err(message)?;
    let output: String = pieces(text, edits.iter()).collect();
    if !Checker::default().confirms(&tree, &edits) {
        return Err(format!("is not confirmed:\n{output}"));
    }
    let reread = read(&output, Tree::default()).map_err(message)?;
    let value = reread.value(reread.root()).unwrap();
    if value != expected {
        return Err(format!("reads as {value} instead of {expected}:\n{output}"));
    }
    check_comments(text, span, &output)?;
    check_line_ends(text, &output)
}

fn enter(tree: &mut Tree<'_>, path: &[Part]) -> Result<NodeId, Fault> {
    let mut id = tree.root();
    for part in path {
        id = tree.enter(id)?;
        id = match part {
            // A merge key is not a member.
            Part::Key(key) => {
                tree.own(id, key).ok_or_else(|| Fault::new(0, "the path leads through a merge key"))?
            }
            Part::Index(index) => tree.children(id).nth(*index).unwrap(),
        };
    }
    Ok(id)
}

fn add(tree: &mut Tree<'_>, id: NodeId, step: &Step) -> Result<(), Fault> {
    if tree.node(id).kind == Kind::Mapping {
        return tree.set(id, NEW_KEY, &step.added).map(drop);
    }
    let first = tree.children(id).next().filter(|_| step.at_front);
    tree.insert(id, first.unwrap_or(NONE), &step.added).map(drop)
}

fn remove_value(value: &mut Value, path: &[Part]) {
    let (last, path) = path.split_last().unwrap();
    let parent = at(value, path);
    match last {
        Part::Key(key) => drop(parent.as_object_mut().unwrap().remove(key)),
        // A mark, so that the indices of others stay for now.
        Part::Index(index) => parent[*index] = json!("removed item"),
    }
}

fn add_value(value: &mut Value, step: &Step) {
    match at(value, &step.grown) {
        Value::Object(members) => drop(members.insert(NEW_KEY.to_owned(), step.added.clone())),
        Value::Array(items) => items.insert(if step.at_front { 0 } else { items.len() }, step.added.clone()),
        _ => unreachable!("only collections grow"),
    }
    drop_marks(value);
}

fn drop_marks(value: &mut Value) {
    match value {
        Value::Object(members) => members.values_mut().for_each(drop_marks),
        Value::Array(items) => {
            items.retain(|item| *item != json!("removed item"));
            items.iter_mut().for_each(drop_marks);
        }
        _ => {}
    }
}

fn at<'v>(value: &'v mut Value, path: &[Part]) -> &'v mut Value {
    path.iter().fold(value, |value, part| match part {
        Part::Key(key) => &mut value[key],
        Part::Index(index) => &mut value[*index],
    })
}

/// Comments outside the removed lines stay, in their order.
fn check_comments(text: &str, span: std::ops::Range<usize>, output: &str) -> Result<(), String> {
    let start = text[..span.start].rfind('\n').map_or(0, |index| index + 1);
    let end = text[span.end..].find('\n').map_or(text.len(), |index| span.end + index);
    let column = span.start - start;
    let mut written = output.lines();
    for line in text[..start].lines().chain(text[end..].lines()) {
        let is_comment = line.trim_start().starts_with('#');
        let is_deeper = line.len() - line.trim_start().len()
            > column.min(text[start..span.start].find('-').unwrap_or(column));
        if is_comment && !is_deeper && !written.any(|other| other.trim() == line.trim()) {
            return Err(format!("{line:?} is missing:\n{output}"));
        }
    }
    Ok(())
}

fn check_line_ends(text: &str, output: &str) -> Result<(), String> {
    let bare = output.matches('\n').count() - output.matches("\r\n").count();
    if text.contains("\r\n") && bare > 0 || !text.contains('\r') && output.contains('\r') {
        return Err(format!("line ends differ: {output:?}"));
    }
    Ok(())
}
