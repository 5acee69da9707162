//! Anchors survive what happens to their node, and aliases keep their value.

use super::*;

fn at(tree: &mut Tree<'_>, path: &[&str]) -> NodeId {
    let root = tree.root();
    path.iter().fold(root, |id, part| match part.parse::<usize>() {
        Ok(index) => tree.children(id).nth(index).unwrap(),
        Err(_) => tree.own(id, part).unwrap(),
    })
}

/// The text after a change, which must read as meant.
fn changed(text: &str, change: impl FnOnce(&mut Tree<'_>)) -> String {
    let mut tree = read(text, Tree::default()).unwrap_or_else(|fault| panic!("{text}: {}", fault.message));
    change(&mut tree);
    let expected = tree.value(tree.root()).unwrap();
    let edits = edits(&mut tree, Edits::default()).unwrap();
    let output: String = pieces(text, edits.iter()).collect();
    assert!(Checker::default().confirms(&tree, &edits), "{output}");
    let reread = read(&output, Tree::default()).unwrap();
    assert_eq!(reread.value(reread.root()).unwrap(), expected, "{output}");
    output
}

fn removed(text: &str, path: &[&str], expected: &str) {
    let output = changed(text, |tree| {
        let id = at(tree, path);
        tree.remove(id).unwrap();
    });
    assert_eq!(output, expected);
}

fn replaced(text: &str, path: &[&str], value: &Value, expected: &str) {
    let output = changed(text, |tree| {
        let id = at(tree, path);
        tree.replace(id, value).unwrap();
    });
    assert_eq!(output, expected);
}

#[test]
fn an_anchor_in_a_removed_value_moves_to_its_first_alias() {
    removed("a: { k: &h old }\nb: *h\nc: *h\n", &["a"], "b: &h old\nc: *h\n");
    removed("a: &h old\nb: *h\nc: *h\n", &["a"], "b: &h old\nc: *h\n");
    removed("a: &h\n  x: 1\nb: *h # why\nc: [*h]\n", &["a"], "b: &h # why\n  x: 1\nc: [*h]\n");
    removed("a: &h\n- x: 1\nb:\n- *h\n- *h\n", &["a"], "b:\n- &h\n  - x: 1\n- *h\n");
    removed("- &h {x: 1}\n- *h\n- *h\n", &["0"], "- &h\n  x: 1\n- *h\n");
    removed("a: [&h x, y]\nb: [*h, {c: *h}]\n", &["a", "0"], "a: [y]\nb: [&h x, {c: *h}]\n");
    removed("a: [&h [x], y]\nb: {c: *h}\n", &["a", "0"], "a: [y]\nb: {c: &h [x]}\n");
    removed("a: &h \"5\"\nb: *h\n", &["a"], "b: &h \"5\"\n");
    removed("a: &h |\n  x\n  y\nb: *h\n", &["a"], "b: &h |\n  x\n  y\n");
    // Without an alias nothing has to move.
    removed("a: &h x\nb: 1\n", &["a"], "b: 1\n");
}

#[test]
fn an_anchor_in_a_replaced_value_moves_to_its_first_alias() {
    replaced("a: {k: &h old}\nb: *h\nc: *h\n", &["a"], &json!(1), "a: 1\nb: &h old\nc: *h\n");
    replaced("a: &h old\nb: *h\nc: *h\n", &["a"], &json!("x"), "a: x\nb: &h old\nc: *h\n");
    replaced("a: &h\n  k: old\nb: *h\n", &["a", "k"], &json!("x"), "a: &h\n  k: x\nb: &h\n  k: old\n");
    replaced("a: &h old\nb: *h\nc: *h\n", &["b"], &json!("x"), "a: &h old\nb: x\nc: *h\n");
}

#[test]
fn nested_anchors_move_each_by_itself() {
    removed("a: &h {x: &i 1}\nb: *i\nc: *h\nd: *i\n", &["a"], "b: &i 1\nc: &h\n  x: 1\nd: *i\n");
    removed("a: {x: &i 1}\nb: {y: &j [*i]}\nc: *j\nd: *i\n", &["a"], "b: {y: &j [&i 1]}\nc: *j\nd: *i\n");
    removed("a: {x: &i 1, y: &j [*i]}\nc: *j\nd: *i\n", &["a"], "c: &j\n- 1\nd: &i 1\n");
}

#[test]
fn an_alias_never_takes_the_value_of_another_anchor_of_its_name() {
    removed("a: &h 1\nb: *h\nc: &h 2\nd: *h\n", &["c"], "a: &h 1\nb: *h\nd: &h 2\n");
    removed("a: &h 1\nb: {c: &h 2}\nd: *h\ne: *h\n", &["b"], "a: &h 1\nd: &h 2\ne: *h\n");
}

#[test]
fn an_anchor_that_comes_behind_its_alias_moves() {
    let reverse = |tree: &mut Tree<'_>| {
        let root = tree.root();
        let mut order: Vec<NodeId> = tree.children(root).collect();
        order.reverse();
        tree.reorder(root, &order).unwrap();
    };
    assert_eq!(changed("- n: &h x\n- n: *h\n", reverse), "- n: &h x\n- n: &h x\n");
    assert_eq!(changed("- &h x\n- [*h, *h]\n- *h\n", reverse), "- &h x\n- [*h, *h]\n- &h x\n");
}

#[test]
fn a_merged_value_is_kept_where_its_anchor_is_removed() {
    removed("a: &h {x: 1}\nb:\n  <<: *h\n  y: 2\n", &["a"], "b:\n  <<: &h\n    x: 1\n  y: 2\n");
    removed("a: &h {x: 1}\nb: {<<: [*h], y: 2}\n", &["a"], "b: {<<: [&h {x: 1}], y: 2}\n");
}

#[test]
fn a_merge_key_stays_one_where_its_mapping_is_written_again() {
    let value = json!(3);
    replaced("? a\n:\n  <<: {b: 1}\n  c: 2\n", &["a", "c"], &value, "a:\n  <<:\n    b: 1\n  c: 3\n");
    replaced("! a: {? <<\n: {b: 1}, c: 2}\n", &["a", "c"], &value, "a:\n  <<:\n    b: 1\n  c: 3\n");
    // A quoted one is a member like any other.
    replaced("? a\n:\n  '<<': {b: 1}\n  c: 2\n", &["a", "c"], &value, "a:\n  \"<<\":\n    b: 1\n  c: 3\n");
}

#[test]
fn a_merged_member_can_be_removed() {
    let text = "a: &h\n  x: 1\n  z: 2\nb:\n  <<: *h\n  z: 3\nc: *h\n";
    let expected = "a: &h\n  x: 1\n  z: 2\nb:\n  z: 3\nc: *h\n";
    let output = changed(text, |tree| {
        let b = at(tree, &["b"]);
        let member = tree.member(b, "x").unwrap().unwrap();
        tree.remove(member).unwrap();
        assert!(tree.get(b, "x").is_none());
    });
    assert_eq!(output, expected);
    removed(text, &["b", "z"], "a: &h\n  x: 1\n  z: 2\nb:\n  x: 1\nc: *h\n");
}

#[test]
fn keys_with_anchors_tags_and_question_marks_are_edited_around() {
    let text = "&k a: 1\n? b\n: 2\n!!str c: 3\nd: 4\n";
    removed(text, &["a"], "? b\n: 2\n!!str c: 3\nd: 4\n");
    removed(text, &["b"], "&k a: 1\n!!str c: 3\nd: 4\n");
    removed(text, &["c"], "&k a: 1\n? b\n: 2\nd: 4\n");
    removed(text, &["d"], "&k a: 1\n? b\n: 2\n!!str c: 3\n");
    replaced(text, &["b"], &json!({"x": 1}), "&k a: 1\nb:\n  x: 1\n!!str c: 3\nd: 4\n");
    replaced(text, &["d"], &json!(5), "&k a: 1\n? b\n: 2\n!!str c: 3\nd: 5\n");
    assert_eq!(set(text, "e", &json!(5)).unwrap(), format!("{text}e: 5\n"));
    assert_eq!(set("? a\nb: 1\n", "a", &json!(2)).unwrap(), "a: 2\nb: 1\n");
    removed("m: {&k a: 1, ? b, c}\n", &["m", "a"], "m: {? b, c}\n");
    removed("m: {&k a: 1, ? b, c}\n", &["m", "b"], "m: {&k a: 1, c}\n");
    replaced("m: {a, b: 1}\n", &["m", "a"], &json!(2), "m: {a: 2, b: 1}\n");
    replaced("m: [a: 1]\n", &["m", "0", "a"], &json!(2), "m: [a: 2]\n");
}
