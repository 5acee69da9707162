//! Documents as Kubernetes reads them. The right values were taken from sigs.k8s.io/yaml 1.6.0 and, for separators,
//! from `YAMLOrJSONDecoder` of k8s.io/apimachinery 0.36.0.

use super::{reads, refuses};
use crate::{Edits, Tree, bodies, edits, pieces, read, read_within};
use serde_json::json;

#[test]
fn merge_keys_are_read_in_the_order_of_go_yaml() {
    let anchors = "a: &a {k: 1, l: 1}\nb: &b {k: 2, m: 2}\n";
    let check = |mapping: &str, expected: serde_json::Value| {
        let whole = json!({"a": {"k": 1, "l": 1}, "b": {"k": 2, "m": 2}, "c": expected});
        reads(&format!("{anchors}c: {mapping}\n"), &whole);
    };
    check("{<<: *a, k: 3}", json!({"k": 3, "l": 1}));
    check("{<<: *a, <<: *b}", json!({"k": 2, "l": 1, "m": 2}));
    check("{<<: *b, x: 0, <<: *a}", json!({"k": 1, "l": 1, "m": 2, "x": 0}));
    check("{<<: [*a, *b]}", json!({"k": 1, "l": 1, "m": 2}));
    check("{<<: [*b, {k: 4, p: 4}], x: 0}", json!({"k": 2, "m": 2, "p": 4, "x": 0}));
    check("{<<: {<<: *a, m: 5}, k: 6}", json!({"k": 6, "l": 1, "m": 5}));
    check("{!!merge <<: *a}", json!({"k": 1, "l": 1}));
    check("{! \"<<\": *a}", json!({"k": 1, "l": 1}));
    check("{&m <<: *a}", json!({"k": 1, "l": 1}));
    check("{\"<<\": *a}", json!({"<<": {"k": 1, "l": 1}}));
    check("{!!str <<: *a}", json!({"<<": {"k": 1, "l": 1}}));
    reads("<<:\n  a: 1\nb: 2\n", &json!({"a": 1, "b": 2}));
}

#[test]
fn every_look_at_a_mapping_sees_the_same_merged_member() {
    let text = "a: &a {k: 1}\nb: &b {k: 2}\nc:\n  <<: *a\n  <<: *b\n";
    let tree = read(text, Tree::default()).unwrap();
    let mapping = tree.get(tree.root(), "c").unwrap();
    let member = tree.get(mapping, "k").unwrap();
    assert_eq!(tree.value(member).unwrap(), json!(2));
    assert_eq!(tree.merged(mapping, "k"), Some(member));
    assert_eq!(tree.own(mapping, "k"), None);
    assert!(tree.is(mapping, &json!({"k": 2})));
    assert!(!tree.is(mapping, &json!({"k": 1})));
}

#[test]
fn a_merge_key_that_overrides_a_key_above_it_is_refused() {
    refuses("a: &a {k: 1}\nb:\n  k: 2\n  <<: *a\n", 25, "overrides `k` above it");
    refuses("a: &a {k: 1}\nb: &b {<<: *a}\nc: {k: 2, <<: [*b]}\n", 38, "overrides `k` above it");
    refuses("a: &a {kind: x}\nkind: y\n<<: *a\n", 24, "overrides `kind` above it");
}

#[test]
fn a_merge_key_without_a_mapping_is_refused() {
    for value in ["1", "", "[1]", "*text", "*list", "[*list]", "[[{a: 1}]]"] {
        let text = format!("text: &text x\nlist: &list [{{a: 1}}]\nb: {{<<: {value}}}\n");
        refuses(&text, 39, "must be a mapping or a list of mappings");
    }
}

#[test]
fn line_ends_of_yaml_1_1_are_refused_outside_of_scalars() {
    for (character, name) in [('\u{85}', "U+0085"), ('\u{2028}', "U+2028"), ('\u{2029}', "U+2029")] {
        refuses(&format!("a: 1 # x{character}b: 2\n"), 8, name);
        refuses(&format!("# x{character}b: 2\n"), 3, name);
        refuses(&format!("a: x{character}b: 2\n"), 4, name);
        refuses(&format!("a: x{character}  y\n"), 4, name);
        refuses(&format!("a: [x,{character}y]\n"), 6, name);
        refuses(&format!("a: |{character}  x\n"), 4, name);
        refuses(&format!("{{\"a\": \"x{character}y\"}}\n"), 8, name);
    }
    refuses("a: |\n  x\r\r\n  y\n", 8, "two carriage returns");
    // In quotes, and in block scalars with the indentation of a line behind them, they are text.
    reads("a: 'x \u{2028}  y'\n", &json!({"a": "x\u{2028}y"}));
    reads("a: \"x\u{85}y\u{2029}\u{85}z\"\n", &json!({"a": "x y\u{2029}\nz"}));
    reads("a: |\n  x\u{2028}  y\u{85}  z\n", &json!({"a": "x\u{2028}y\nz\n"}));
    refuses("a: |\n  x\u{2028}y\n", 11, "expected a key");
}

#[test]
fn keys_are_the_text_that_json_makes_of_them() {
    reads("!!binary Y29udGFpbmVycw==: 1\n", &json!({"containers": 1}));
    reads(
        "!!str a: 1\n!!int 1: 2\n!foo b: 3\n! c: 4\n&x d: 5\n",
        &json!({"a": 1, "1": 2, "b": 3, "c": 4, "d": 5}),
    );
    reads("!<tag:yaml.org,2002:str> y: 1\n!!s%74r n: 2\n", &json!({"y": 1, "n": 2}));
    reads("? !!binary |\n  a2luZA==\n: 1\n", &json!({"kind": 1}));
    reads("0x10: a\n010: b\n1_000: c\n-0: d\n", &json!({"16": "a", "8": "b", "1000": "c", "0": "d"}));
    reads(
        "1.10: a\n1e7: b\n0.00001: c\n100000.5: d\n1.0: e\n",
        &json!({"1.1": "a", "1e+07": "b", "1e-05": "c", "100000.5": "d", "1": "e"}),
    );
    reads("on: 1\nNo: 2\n=: 3\n2001-01-01: 4\n", &json!({"true": 1, "false": 2, "=": 3, "2001-01-01": 4}));
    for text in [
        "~: 1\n",
        "null: 1\n",
        "? \n: 1\n",
        "{: 1}\n",
        "!!null x: 1\n",
        "!!int x: 1\n",
        "!!binary \"%\": 1\n",
    ] {
        assert!(read(text, Tree::default()).is_err(), "{text:?}");
    }
    refuses(".nan: 1\n", 0, "NaN");
    refuses("18446744073709551615: 1\n", 0, "too large for a key");
    refuses("1e40: 1\n", 0, "too large for a key");
    refuses("? [a]\n: 1\n", 2, "must be text");
    refuses("*a : 1\n", 0, "alias as a key");
    refuses("!!binary /w==: 1\n", 9, "not valid UTF-8");
}

#[test]
fn the_last_of_duplicate_keys_counts() {
    reads("a: 1\n\"a\": 2\n'a': 3\n", &json!({"a": 3}));
    reads("{a: 1, a: {b: 2}}\n", &json!({"a": {"b": 2}}));
    reads("!!binary YQ==: 1\na: 2\n", &json!({"a": 2}));
}

#[test]
fn keys_that_only_json_takes_for_the_same_are_refused() {
    refuses("1: a\n\"1\": b\n", 5, "`1` appears twice");
    refuses("\"true\": a\ny: b\n", 10, "`true` appears twice");
    refuses("a: &a {1: x}\nb: {\"1\": y, <<: *a}\n", 25, "`1` appears twice");
}

#[test]
fn tags_decide_what_a_value_is() {
    reads(
        "a: !!float 1\nb: !!int \"0x7\"\nc: !!bool 'yes'\nd: !!null \"\"\n",
        &json!({"a": 1, "b": 7, "c": true, "d": null}),
    );
    reads(
        "a: !!str\nb: !!str 1\nc: ! 1\nd: !x,y 1\ne: !!map x\n",
        &json!({"a": "", "b": "1", "c": "1", "d": "1", "e": "x"}),
    );
    reads("a: !!map [1]\nb: !!seq {c: 1}\n", &json!({"a": [1], "b": {"c": 1}}));
    reads("a: !!binary |\n  aGVsbG8=\n", &json!({"a": "hello"}));
    refuses("a: !!int x\n", 9, "not a valid value for the tag `!!int`");
    refuses("a: !!int 1.5\n", 9, "not a valid value for the tag `!!int`");
    refuses("a: !!float 18446744073709551615\n", 11, "not a valid value for the tag `!!float`");
    refuses("a: !!int\n", 8, "not a valid value for the tag `!!int`");
    refuses("a: !!binary aGk\n", 12, "not valid base64");
    refuses("a: !!binary /w==\n", 12, "not valid UTF-8");
    refuses("a: !!timestamp 2001-01-01\n", 15, "not supported");
    refuses("a: !e!x 1\n", 3, "`!e!` is not defined");
}

#[test]
fn numbers_without_a_json_form_are_refused() {
    for text in ["a: .nan\n", "a: -.inf\n", "a: [.Inf]\n", "- +.INF\n", "a: !!float .nan\n", "a:\n  .NaN\n"] {
        let fault = read(text, Tree::default()).unwrap_err();
        assert!(fault.message.contains("no infinity and no NaN"), "{text:?}: {}", fault.message);
    }
    reads("a: \".nan\"\nb: !!str .inf\nc: -.nan\n", &json!({"a": ".nan", "b": ".inf", "c": "-.nan"}));
}

#[test]
fn manifests_that_kubernetes_reads_are_read() {
    reads("a: \"it\\'s\"\n", &json!({"a": "it's"}));
    reads("{ ?foo: bar }\n", &json!({"foo": "bar"}));
    reads("a: &an:chor v\n", &json!({"a": ":chor v"}));
    reads("a: [-]\n", &json!({"a": ["-"]}));
    reads("a: \"v\"# c\n", &json!({"a": "v"}));
    reads("a:\tb\nc: d\t# e\n", &json!({"a": "b", "c": "d"}));
    reads("a: [b: c, d]\n", &json!({"a": [{"b": "c"}, "d"]}));
    reads("{a, b: , \"c\":d, e:f}\n", &json!({"a": null, "b": null, "c": "d", "e:f": null}));
    reads("a: 1\n...\n# c\n", &json!({"a": 1}));
    reads("a: 1\rb: 2\r", &json!({"a": 1, "b": 2}));
    reads("a: |2\n   x", &json!({"a": " x\n"}));
    reads("a: |+\n  x\n   ", &json!({"a": "x\n \n"}));
    reads("a: |\n  x\n ", &json!({"a": "x\n"}));
    let limit = "k".repeat(1024);
    reads(&format!("{limit}: 1\n"), &json!({limit: 1}));
}

#[test]
fn what_kubernetes_refuses_is_refused() {
    for text in [
        "*é\n",
        "a: &é b\n",
        "a: @b\n",
        "a: `b\n",
        "a: %b\n",
        "a: *b\n",
        "a: b: c\n",
        "a: - b\n",
        "\ta: b\n",
        "a: \"\\/\"\n",
        "a: \"\\ud83d\\ude00\"\n",
        "a: \"\\z\"\n",
        "a: 'b\n",
        "a: |0\n",
        "a: |11\n",
        "a: > b\n",
        "a:\n  b: 1\n c: 2\n",
        "[a\n",
        "{a: 1 b: 2}\n",
        "? a\n: b\nc\n",
        "a: [,]\n",
        "a: \u{7f}\n",
        "a: \u{1}\n",
        "? - a\n: b\n",
        "{'a\n  b': 1}\n",
    ] {
        assert!(read(text, Tree::default()).is_err(), "{text:?}");
    }
    assert!(read(&format!("{}: 1\n", "k".repeat(1025)), Tree::default()).is_err());
}

#[test]
fn text_beside_a_document_marker_is_refused() {
    let check = |stream: &str| {
        let fault = bodies(stream).find_map(|body| read(body, Tree::default()).err());
        let fault = fault.unwrap_or_else(|| panic!("{stream:?} is read"));
        assert!(fault.message.contains("document separator"), "{stream:?}: {}", fault.message);
    };
    for rest in [
        " !!map\na: 1\n",
        " &a\na: 1\n",
        " {\"a\": 1}\n",
        " text\n",
        "a: 1\n",
        "#c\na: 1\n",
        "-\n",
        " |\n a\n",
        " \u{a0}\na: 1\n",
    ] {
        check(&format!("---{rest}"));
        check(&format!("a: 1\n---{rest}"));
    }
    check("a: 'b\n---c: d'\n");
    refuses("%YAML 1.1\n", 0, "directives");
    refuses("a: 1\n...\nb: 2\n", 9, "the document has ended");
    refuses("{a: 1}\nb: 2\n", 7, "the document has ended");
    refuses("{a: 1}\n...\n", 7, "the document has ended");
    refuses("a: 1\n\u{feff}b: 2\n", 5, "byte-order mark");
}

#[test]
fn json_has_escapes_of_its_own() {
    reads("{\"a\": \"\\ud83d\\ude00\\/\", \"\\/\": 1}\n", &json!({"a": "😀/", "/": 1}));
    refuses("{\"a\": \"\\ud83d\"}\n", 7, "escape");
    refuses("{a: \"\\/\"}\n", 5, "escape");
}

#[test]
fn documents_of_too_many_values_are_refused() {
    let numbers = |count: usize| format!("[{}]\n", vec!["1"; count].join(","));
    let lines = |count: usize| "- 1\n".repeat(count);
    for text in [numbers(9), lines(9), "{a: {b: {c: {d: [1, 2, 3, 4, 5]}}}}\n".to_owned()] {
        assert!(read_within(&text, Tree::default(), 10).is_ok(), "{text}");
    }
    for text in [numbers(10), lines(10), "{a: {b: {c: {d: [1, 2, 3, 4, 5, 6]}}}}\n".to_owned()] {
        let fault = read_within(&text, Tree::default(), 10).unwrap_err();
        assert!(fault.message.contains("more than 10 values"), "{}", fault.message);
    }
}

#[test]
fn the_document_of_the_readme_has_the_spans_and_edits_that_it_shows() {
    let text = "kind: Web\nspec:\n  replicas: 2 # why\n";
    let mut tree = read(text, Tree::default()).unwrap();
    let spans: Vec<_> =
        tree.nodes.iter().map(|node| (node.key_start, node.key_end, node.start, node.end)).collect();
    assert_eq!(spans, [(0, 0, 0, 29), (0, 4, 6, 9), (10, 14, 18, 29), (18, 26, 28, 29)]);
    let spec = tree.get(tree.root(), "spec").unwrap();
    tree.set(spec, "replicas", &json!(3)).unwrap();
    tree.set(spec, "paused", &json!(true)).unwrap();
    let edits = edits(&mut tree, Edits::default()).unwrap();
    let found: Vec<_> = edits.iter().map(|edit| (edit.start, edit.end, edit.text)).collect();
    assert_eq!(found, [(28, 29, "3"), (35, 35, "\n  paused: true")]);
    let output: String = pieces(text, edits.iter()).collect();
    assert_eq!(output, "kind: Web\nspec:\n  replicas: 3 # why\n  paused: true\n");
}
