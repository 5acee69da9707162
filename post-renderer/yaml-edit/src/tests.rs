//! Both readers agree, and edits come out as meant, on the texts of all case folders and on small odd ones.

mod anchors;
mod boundaries;
mod reading;

use super::*;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn texts() -> Vec<String> {
    let mut files = Vec::new();
    for folder in ["../tests/cases", "../tests/kustomize/inputs", "../benches"] {
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    }
    files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
}

#[test]
fn both_readers_agree_on_every_case() {
    let (mut fast, mut slow) = (0, 0);
    for text in texts() {
        for range in crate::documents(&text) {
            match agreement(&text[range.clone()]) {
                Ok(true) => fast += 1,
                Ok(false) => slow += 1,
                Err(difference) => panic!("{difference}:\n{}", &text[range]),
            }
        }
    }
    assert!(fast > 3 * slow, "only {fast} documents are read fast, {slow} are handed over");
}

/// Both readers, or the parser alone, read the text as this value.
fn reads(text: &str, value: &Value) {
    let tree = read(text, Tree::default()).unwrap_or_else(|fault| panic!("{text:?}: {}", fault.message));
    assert_eq!(tree.value(tree.root()).unwrap(), *value, "{text:?}");
    let slow = read_by_parser(text, Tree::default()).unwrap();
    assert_eq!(slow.value(slow.root()).unwrap(), *value, "{text:?} by the parser");
    if let Err(difference) = agreement(text) {
        panic!("{text:?}: {difference}");
    }
}

/// The text is refused at this offset, by both readers together and by the parser alone.
fn refuses(text: &str, offset: usize, part: &str) {
    for fault in [read(text, Tree::default()), read_by_parser(text, Tree::default())].map(Result::unwrap_err)
    {
        assert!(fault.message.contains(part), "{text:?}: {}", fault.message);
        assert_eq!(fault.offset, offset, "{text:?}: {}", fault.message);
    }
    assert!(read_by_scanner(text).is_none(), "{text:?}");
}

#[test]
fn odd_texts_are_read_as_kubernetes_does() {
    reads("a:\n- b\n- c: d\n  e: f\n", &json!({"a": ["b", {"c": "d", "e": "f"}]}));
    reads("a:\n  - - 1\n    - 2\n  -\n  - b: \n", &json!({"a": [[1, 2], null, {"b": null}]}));
    reads("a: b\n  c\n\n  d\ne: 'x\n  y'\n", &json!({"a": "b c\nd", "e": "x y"}));
    reads("a: |2\n   x\n  y\nb: >-\n  p\n  q\n\n  r\n", &json!({"a": " x\ny\n", "b": "p q\nr"}));
    reads("a: |+\n  x\n\nb: |-\n  y\n\nc: 1\n", &json!({"a": "x\n\n", "b": "y", "c": 1}));
    reads("a:\n  b: |+\n    x\n  \n\n", &json!({"a": {"b": "x\n\n\n"}}));
    reads("y: n\n\"y\": \"n\"\n010: 1.50\n", &json!({"true": false, "y": "n", "8": 1.5}));
    reads("a: {b: [1, 'x'], \"c\": {}}\nd: []\n", &json!({"a": {"b": [1, "x"], "c": {}}, "d": []}));
    reads(
        "a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: 2\n",
        &json!({"a": {"b": 1}, "c": {"b": 1}, "d": {"e": 2, "b": 1}}),
    );
    reads(
        "a: &x {b: 1}\nc: *x\nd:\n  !!merge <<: *x\n  e: 2\n",
        &json!({"a": {"b": 1}, "c": {"b": 1}, "d": {"e": 2, "b": 1}}),
    );
    reads("a: http://x:80/y#z # comment\nb: c:d\n", &json!({"a": "http://x:80/y#z", "b": "c:d"}));
    reads("a: 1\na: 2\n", &json!({"a": 2}));
    reads("{\"a\": [1, {\"b\": null}],\n \"c\": \"\\u00e9\\/\"}", &json!({"a": [1, {"b": null}], "c": "é/"}));
    reads(
        "a: !!str 123\nb: !!binary aGk=\nc: !x 5\nd: !!int \"7\"\n",
        &json!({"a": "123", "b": "hi", "c": "5", "d": 7}),
    );
}

#[test]
fn what_charts_often_write_is_read_fast() {
    for text in [
        "a: the cluster’s – or its own — “limit”\nb: ＡＢ \u{fffd}\n",
        "a: |\n  it’s\n# –\nb: \"…\"\n",
        "a:\n  {}\nb:\n  []\nc:\n  {d: 1} # why\n",
        "a:\n  - b:\n      {}\n  -\n    x\nc: 1\n",
        "a: \n  http://b/c\nd:\n  \"e f\"\ng:\n  h\n  i\nj:\n  'k\n   l'\n",
        "a: # why\n  b\n",
        "a: |+\n  x\n",
        "a : b\nd  :\n  - e : f\n    g:h : i\n",
        "a:\n  b: >+\n    x\n    y\n\n   \n",
    ] {
        assert_eq!(agreement(text), Ok(true), "{text:?}");
    }
    // To some readers these end lines; others are not printable.
    for odd in ["\u{85}", "\u{2028}", "\u{2029}", "\u{feff}", "\u{fffe}", "\u{ffff}"] {
        assert!(read_by_scanner(&format!("a: b{odd}c\n")).is_none(), "{odd:?}");
    }
}

#[test]
fn invalid_yaml_is_left_to_the_reference_to_refuse() {
    for text in [
        "- >--\n  a\n",
        "a: |11\n  a\n",
        "a: b: c\n",
        "a: \u{1}\n",
        "a: 'b\n",
        "- a\nb: c\n",
        "a:\n  b: c\n... x: y\n",
    ] {
        assert!(read_by_scanner(text).is_none(), "{text:?}");
        assert!(read(text, Tree::default()).is_err(), "{text:?}");
    }
}

/// Sets one member of the root and gives the new text, which must read as meant.
fn set(text: &str, key: &str, value: &Value) -> Result<String, String> {
    let mut tree = read(text, Tree::default()).map_err(|fault| fault.message)?;
    let root = tree.root();
    tree.set(root, key, value).map_err(|fault| fault.message)?;
    let edits = edits(&mut tree, Edits::default()).map_err(|fault| fault.message)?;
    let output: String = pieces(text, edits.iter()).collect();
    assert!(Checker::default().confirms(&tree, &edits), "{output}");
    Ok(output)
}

#[test]
fn an_edit_that_reaches_into_its_neighbours_is_seen() {
    let long = "x".repeat(80);
    let text = format!("a: 1\nb:\n- c: {long}\nd: |\n  {long}\ne: 1\n");
    let mut tree = read(&text, Tree::default()).unwrap();
    tree.set(tree.root(), "e", &json!(2)).unwrap();
    let right = edits(&mut tree, Edits::default()).unwrap();
    let behind = |line: &str| text.find(line).unwrap() + line.len();
    let mut checker = Checker::default();
    let mut check = |edit: Option<(usize, &str)>, confirmed: bool| {
        let mut edits = right.clone();
        if let Some((start, text)) = edit {
            edits.push(start, start, text);
        }
        edits.sort();
        assert_eq!(checker.confirms(&tree, &edits), confirmed, "{edit:?}");
    };
    check(None, true);
    let insert = |start, text| Some((start, text));
    let (list, block) = (behind(&format!("c: {long}")), behind(&format!("  {long}")));
    for text in ["\n  more: 1", "\n- more", "\n   more", "\nmore: 1", " more"] {
        check(insert(list, text), false);
        check(insert(block, text), false);
    }
    check(insert(list, " # more"), true);
    // Blank lines at the end of a block scalar do not belong to it.
    check(insert(block, "\n"), true);
    check(insert(behind("a:"), " 1"), false);
    check(insert(behind("b:"), " {}"), false);
}

#[test]
fn an_edit_that_quotes_a_merge_key_is_seen() {
    let text = "a:\n  <<: {c: 1}\nb: 1\n";
    let mut tree = read(text, Tree::default()).unwrap();
    tree.set(tree.root(), "b", &json!(2)).unwrap();
    let mut edits = edits(&mut tree, Edits::default()).unwrap();
    assert!(Checker::default().confirms(&tree, &edits));
    let start = text.find("<<").unwrap();
    edits.push(start, start + 2, "\"<<\"");
    edits.sort();
    assert!(!Checker::default().confirms(&tree, &edits));
}

#[test]
fn values_take_the_place_of_values() {
    let check =
        |text: &str, value: Value, expected: &str| assert_eq!(set(text, "a", &value).unwrap(), expected);
    check("a: 1 # why\nb: 2\n", json!(3), "a: 3 # why\nb: 2\n");
    check("a: 1 # why\nb: 2\n", json!({"c": [1]}), "a: # why\n  c:\n  - 1\nb: 2\n");
    check("a:\nb: 2\n", json!("x"), "a: x\nb: 2\n");
    check("a:\n  c: 1\nb: 2\n", json!("x"), "a: x\nb: 2\n");
    check("a:\n  {}\nb: 2\n", json!({"c": 1}), "a:\n  c: 1\nb: 2\n");
    check("a:\n  {} # why\nb: 2\n", json!({"c": 1}), "a: # why\n  c: 1\nb: 2\n");
    check("a:\n  {c: 1}\nb: 2\n", json!({"c": 1, "d": 2}), "a:\n  c: 1\n  d: 2\nb: 2\n");
    check("a: # why\n  1\nb: 2\n", json!(3), "a: # why\n  3\nb: 2\n");
    check("a:\n- 1\n- 2\nb: 2\n", json!([]), "a: []\nb: 2\n");
    check("a: |\n  long\n\nb: 2\n", json!("yes"), "a: \"yes\"\n\nb: 2\n");
    check("a: \"x\n  y\"\nb: 2\n", json!(null), "a: null\nb: 2\n");
    check("b: 2", json!("x"), "b: 2\na: x");
    check("{b: 2}", json!("x"), "{b: 2, a: x}");
    check("{\"b\": 2}", json!({"c": "x"}), "{\"b\": 2, \"a\": {\"c\": \"x\"}}");
    check("b: |\n  x", json!("x"), "b: |\n  x\na: x");
    check("a: 1\r\nb: 2\r\n", json!([1]), "a:\r\n- 1\r\nb: 2\r\n");
}

#[test]
fn what_cannot_be_edited_safely_is_refused() {
    assert!(set("a: 1\na: 2\n", "a", &json!(3)).unwrap_err().contains("duplicate"));
    assert!(set("b: 1\rc: 2\n", "a", &json!(3)).unwrap_err().contains("carriage return"));
}
