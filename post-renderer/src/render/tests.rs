//! The drawing of `ARCHITECTURE.md`: one document on its way through the renderer, drawn from a real run.

use std::fmt::Write as _;
use std::path::Path;

use yaml_edit::{Checker, Edits, NONE, NodeId, Tree, pieces};

use super::RenderOptions;
use super::document::{Written, render};
use super::plan::Plan;
use super::work::Work;
use crate::configuration::Configuration;

const CONFIGURATION: &str = "
apiVersion: ipsy.dev/v1
kind: PostRenderConfig
stamp: never
labels: { team: shop }
standards:
  gracePeriod: { minimum: 30 }
advancedSettings:
  - name: host network
    target: { kind: Pod }
    patch: { spec: { hostNetwork: null } }
";

const DOCUMENT: &str = "\
kind: Pod
metadata:
  name: web
spec:
  hostNetwork: true
  terminationGracePeriodSeconds: 5 # seconds
";

const BEGIN: &str = "<!-- drawn by post-renderer/src/render/tests.rs -->\n";
const END: &str = "<!-- end of the drawing -->\n";

#[test]
fn architecture_shows_what_the_renderer_does() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ARCHITECTURE.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (shown, after) = rest.split_once(END).unwrap();
    let drawn = format!("```text\n{}```\n", drawing());
    if std::env::var_os("IPSY_ACCEPT").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{drawn}{END}{after}")).unwrap();
        return;
    }
    assert_eq!(shown, drawn, "run the test with IPSY_ACCEPT=1, and read the difference");
}

/// Renders the document and draws its text, the changed table, the edits and the bytes.
fn drawing() -> String {
    let configuration = Configuration::from_yaml(CONFIGURATION, "configuration").unwrap();
    let options = RenderOptions::default();
    let plan = Plan::new(&configuration, &options).unwrap();
    let (mut checker, mut edits) = (Checker::default(), Edits::default());
    let mut work = Work {
        matched: &mut vec![false; plan.settings.len()],
        used: &mut [],
        is_rendered: &mut false,
        checker: &mut checker,
        edits: &mut edits,
        needs_changes: false,
    };
    let (written, tree, _) = render(DOCUMENT, 1, &plan, &options, Tree::default(), &mut work);
    assert!(matches!(written, Written::Edited));
    let mut text = String::new();
    draw(&tree, &edits, &mut text).unwrap();
    text
}

fn draw(tree: &Tree<'_>, edits: &Edits, text: &mut String) -> std::fmt::Result {
    writeln!(text, "1. text, with the offset of each line\n")?;
    let mut offset = 0;
    for line in tree.text.split_inclusive('\n') {
        write!(text, "{offset:>5}  {line}")?;
        offset += line.len();
    }
    writeln!(text, "\n2. node table, after all rules\n")?;
    writeln!(text, " node  parent  key      value     state")?;
    for (id, node) in (0..).zip(&tree.nodes) {
        let parent = if node.parent == NONE { "-".to_owned() } else { node.parent.to_string() };
        let (key, value) = (span(node.key_start, node.key_end), span(node.start, node.end));
        let state = format!("{:?}{}", node.state, if node.dirty { ", dirty" } else { "" });
        let line = format!("{id:>5}  {parent:>6}  {key:<7}  {value:<8}  {state:<15}  {}", name(tree, id));
        writeln!(text, "{}", line.trim_end())?;
    }
    writeln!(text, "\n3. edits\n")?;
    for edit in edits.iter() {
        writeln!(text, "{:>5}..{:<3} {:?}", edit.start, edit.end, edit.text)?;
    }
    writeln!(text, "\n4. bytes\n")?;
    let bytes: String = pieces(tree.text, edits.iter()).collect();
    bytes.lines().try_for_each(|line| writeln!(text, "       {line}"))
}

/// `3..7`; nothing where the source has no such text.
fn span(start: u32, end: u32) -> String {
    if start == end { String::new() } else { format!("{start}..{end}") }
}

/// The key of a node, and its value if it is a scalar.
fn name(tree: &Tree<'_>, id: NodeId) -> String {
    let key = tree.key(id);
    match tree.scalar(id) {
        Some(_) => format!("{key}: {}", tree.value(id).unwrap()),
        None => key.to_string(),
    }
}
